import type { Turn } from "./turn.ts";

const LAST_DIGITS = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{8}(?<last>[\da-f]{4})$/u;

/**
 * An id for one more thing that this decision makes, unique because the decision's own id is. Of a UUID it makes another one:
 * an exchange takes nothing else as the id of an order (PROTOCOL §2.5).
 */
export function nextId({ context, events }: Turn): string {
  const last = LAST_DIGITS.exec(context.id)?.groups?.last;
  if (last === undefined) {
    return `${context.id}-${events.length}`;
  }
  const moved = (Number.parseInt(last, 16) + events.length + 1) % 0x1_00_00;
  return `${context.id.slice(0, -4)}${moved.toString(16).padStart(4, "0")}`;
}
