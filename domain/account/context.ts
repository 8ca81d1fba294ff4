import type { Instrument, Market, MarketView, Milliseconds, Symbol } from "../market.ts";
import type { Order, OrderOrigin, OrderProvenance } from "../orders/order.ts";

/** Everything from outside that a decision may depend on, as data. */
export type Context = {
  /** Wall clock. */
  readonly now: Milliseconds;
  /** Market clock; equals `now` except in a replay. */
  readonly marketTime: Milliseconds;
  /** Which world `markets` comes from. */
  readonly market: Market;
  /** A fresh unique id: becomes the id of the order, the denial or the account that this command makes. */
  readonly id: string;
  readonly origin: OrderOrigin;
  /**
   * How many seconds an entry has to wait for the exchange's rate limit, so that the reserve of exits is kept (TRADING §2).
   * Absent: none.
   */
  readonly entryWaitSeconds?: number | undefined;
  /** The proposal behind an order of origin "assistant". */
  readonly provenance?: OrderProvenance | undefined;
  /** Views of the symbols named by `symbolsNeeded`; one that could not be had is left out. */
  readonly markets: Readonly<Record<Symbol, MarketView>>;
  /** Rules of pairs known from elsewhere, for an exit while the feed is away. */
  readonly instruments: Readonly<Record<Symbol, Instrument>>;
  /** Execution and ledger ids among those of the command that the journal has already: they count once (TRADING §6). */
  readonly booked: ReadonlySet<string>;
  /** Orders of the account that ended too long ago for its state, by the exchange's id and by ours. */
  readonly pastOrders: Readonly<Record<string, Order>>;
};
