/** Server time and market time as the sockets told them, and one shared tick for everything that shows an age. */
import { createSignal, onCleanup, type Accessor } from "solid-js";

const [serverOffset, setServerOffset] = createSignal(0);
const [marketOffset, setMarketOffset] = createSignal(0);

/** Milliseconds, by the server's clock. Half a round trip wrong at most. */
export function serverNow(): number {
  return Date.now() + serverOffset();
}

/** Milliseconds of market time: the server's, except in a replay. */
export function marketNow(): number {
  return Date.now() + marketOffset();
}

/** What a socket said; told by the stores. */
export function noteServerTime(time: number): void {
  setServerOffset(time - Date.now());
}

export function noteMarketTime(time: number): void {
  const offset = time - Date.now();
  // Frames jitter by their delivery; only a real change may move every age on screen.
  setMarketOffset((current) => (Math.abs(offset - current) > 250 ? offset : current));
}

/** The current time, again every `everyMs`, while the owner lives. `read` is serverNow or marketNow. */
export function createNow(everyMs = 1000, read: () => number = serverNow): Accessor<number> {
  const [now, setNow] = createSignal(read());
  const timer = setInterval(() => setNow(read()), everyMs);
  onCleanup(() => clearInterval(timer));
  return now;
}
