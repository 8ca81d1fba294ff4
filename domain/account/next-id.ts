import type { Turn } from "./turn.ts";

const UUID = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-)([0-9a-f]{12})$/;
const NODES = 2 ** 48;

/**
 * An id for one more thing that this decision makes. It follows from the decision's own id, so that the same decision makes the
 * same ids; a UUID stays one, because Kraken takes nothing longer as a client order id (PROTOCOL §2.4).
 */
export function nextId({ context, events }: Turn): string {
  const step = events.length + 1;
  const match = UUID.exec(context.id);
  if (match === null) {
    return `${context.id}-${step}`;
  }
  const [, head = "", node = ""] = match;
  return `${head}${((Number.parseInt(node, 16) + step) % NODES).toString(16).padStart(12, "0")}`;
}
