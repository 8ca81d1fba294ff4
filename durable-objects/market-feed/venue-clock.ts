import type { FeedParts } from "./feed-parts.ts";

/** Reads the venue's own clock: a market on another clock than ours must be known before anything is judged by it. */
export function readVenueTime({ ports, queue, clock, waiters }: FeedParts): void {
  if (ports.market === "live") {
    return;
  }
  const read = async (): Promise<void> => {
    const time = await queue.add("tape", () => ports.history.time());
    if (time.ok) {
      clock.observe(time.value);
      waiters.notify();
    }
  };
  ports.background(read());
}
