import type { Turn } from "./turn.ts";

/** An id for one more thing that this decision makes, unique because the decision's own id is. */
export function nextId({ context, events }: Turn): string {
  return `${context.id}-${events.length}`;
}
