import { createMemo, type Accessor } from "solid-js";
import { createNow } from "./clock.ts";
import type { SocketState } from "./make-socket.ts";
import { useStores } from "./stores.tsx";

export type Connection =
  | { readonly type: "live" }
  /** Under two seconds: nothing is said about it. */
  | { readonly type: "quiet" }
  /** `secondsLeft` until the next attempt; 0 while one is under way. */
  | {
      readonly type: "reconnecting";
      readonly since: number;
      readonly secondsLeft: number;
      readonly which: "market" | "account" | "desk";
    }
  /** Our line is there, the desk's line to the exchange is not. */
  | { readonly type: "venue-lost" }
  | { readonly type: "stopped" };

const QUIET_MS = 2_000;

/** The state of all lines as one value, worst first. Counts seconds only while something is wrong. */
export function useConnection(): Accessor<Connection> {
  const { market, trader } = useStores();
  const now = createNow(1_000, Date.now);
  return createMemo<Connection>(
    () => {
      const lines: { name: "market" | "account"; state: SocketState }[] = [{ name: "market", state: market.state() }];
      const account = trader()?.state();
      if (account !== undefined) {
        lines.push({ name: "account", state: account });
      }
      const lost = lines.filter((line) => line.state.type !== "open");
      const first = lost[0];
      if (first === undefined) {
        return market.feedConnected() ? { type: "live" } : { type: "venue-lost" };
      }
      if (lost.some((line) => line.state.type === "stopped")) {
        return { type: "stopped" };
      }
      const since = Math.min(...lost.map((line) => ("since" in line.state ? line.state.since : Infinity)));
      if (now() - since < QUIET_MS) {
        return { type: "quiet" };
      }
      const retryAt = Math.min(...lost.map((line) => (line.state.type === "waiting" ? line.state.retryAt : 0)));
      return {
        type: "reconnecting",
        since,
        secondsLeft: Math.max(0, Math.ceil((retryAt - now()) / 1000)),
        which: lost.length === lines.length ? "desk" : first.name,
      };
    },
    { type: "quiet" },
    { equals: (left, right) => JSON.stringify(left) === JSON.stringify(right) },
  );
}
