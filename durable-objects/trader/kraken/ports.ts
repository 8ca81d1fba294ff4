/** What an account at Kraken needs of its surroundings. The object and the simulations drive the same code through it. */
import type { Instrument, Market, MarketView, Milliseconds, Symbol } from "../../../domain/market.ts";
import type { Desk } from "../desk.ts";
import type { HistoryReads } from "./history-line.ts";
import type { KrakenRest } from "./rest/api.ts";
import type { RateKeeper } from "./rest/rate-keeper.ts";
import type { PrivateSocketControl, PrivateSocketEvents } from "./socket/port.ts";

export type KrakenAccountPorts = {
  readonly accountId: string;
  readonly desk: Desk;
  readonly rest: KrakenRest;
  /** The counters that `rest` and the socket charge. */
  readonly rates: RateKeeper;
  /** Reads trades and ledger; `rest` itself where there is no key of its own for that. */
  readonly history: HistoryReads;
  /** Makes the private socket, closed. Null: there is none and everything is polled. */
  readonly socket: ((events: PrivateSocketEvents) => PrivateSocketControl) | null;
  readonly market: Market;
  /** Wall time; the account's market time is the same. */
  readonly now: () => Milliseconds;
  /** Runs `run` later, unless the function that it returns is called first. */
  readonly after: (milliseconds: Milliseconds, run: () => void) => () => void;
  readonly newId: () => string;
  /** Markets of the symbols, for the worth of what came in; what the feed does not have is left out. Bounded in time. */
  readonly markets: (symbols: readonly Symbol[]) => Promise<Readonly<Record<Symbol, MarketView>>>;
  /** The pairs that are listed; empty when that is not known now. */
  readonly pairs: () => Promise<readonly Instrument[]>;
  /** Whether somebody watches the account: then the private socket is open. */
  readonly watched: () => boolean;
  /** `wake` has to be called then, whatever becomes of this object; null: never. */
  readonly plan: (at: Milliseconds | null) => void;
  readonly failed: (event: string, error: unknown) => void;
};
