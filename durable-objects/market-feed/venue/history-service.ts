/**
 * The history that the feed reads: through the Worker's own service (its entrypoint KrakenHistory), so that no body is read in
 * the object that holds the venue's socket.
 */
import { refuse, type Result } from "../../../domain/problem.ts";
import { describeError } from "../../lib/log.ts";
import { withDeadline } from "../../lib/deadline.ts";
import type { VenueHistory } from "./rest.ts";

const CALL_DEADLINE_MS = 10_000;

/** `connect` gives a fresh stub; a call that fails or hangs is a value that says the venue was not reached. */
export function historyService(connect: () => VenueHistory): VenueHistory {
  async function call<T>(what: string, run: (service: VenueHistory) => Promise<Result<T>>): Promise<Result<T>> {
    try {
      return await withDeadline(run(connect()), CALL_DEADLINE_MS, what);
    } catch (error) {
      const { error: text } = describeError(error);
      const details = { reason: "unreachable", error: text };
      return refuse("MARKET_UNAVAILABLE", `The exchange's history could not be read: ${text}.`, details);
    }
  }
  return {
    restNames: () => call("restNames", (service) => service.restNames()),
    candles: (restName, timeframe, since) => call("candles", (service) => service.candles(restName, timeframe, since)),
    trades: (symbol, restName, cursor) => call("trades", (service) => service.trades(symbol, restName, cursor)),
    time: () => call("time", (service) => service.time()),
  };
}
