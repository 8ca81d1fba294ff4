/**
 * What the exchange's private stream tells, once its deltas are put together (PROTOCOL §6.1, §6.2). Facts may come in any
 * order and again after a reconnect; each stands for itself.
 */
import type { VenueBalance, VenueExecution, VenueLedgerRow, VenueOrder } from "./reports.ts";

export const PRIVATE_CHANNELS = ["executions", "balances"] as const;
export type PrivateChannel = (typeof PRIVATE_CHANNELS)[number];

export type StreamFact =
  /** The order as it stands now: every change gives the whole of it. */
  | { readonly type: "order"; readonly order: VenueOrder }
  /** A fill; once per execution id for as long as this stream remembers it (TRADING §6 "Fills"). */
  | { readonly type: "execution"; readonly execution: VenueExecution }
  /** Something happened to an order that the stream can not describe: read it by REST. */
  | { readonly type: "unknown_order"; readonly venueOrderId: string }
  /** Everything that is open right now, by the venue's ids. What we believe open and is not among them has ended: read it. */
  | { readonly type: "open_orders"; readonly venueOrderIds: readonly string[] }
  | { readonly type: "ledger"; readonly row: VenueLedgerRow }
  /** New total of one asset. */
  | { readonly type: "balance"; readonly balance: VenueBalance }
  /** All assets that are not zero; what is not among them is zero. */
  | { readonly type: "balances"; readonly balances: readonly VenueBalance[] };

/** Facts of one frame, and whether frames were missed before it: then the channel has to be subscribed again. */
export type StreamTurn = { readonly facts: readonly StreamFact[]; readonly gap: boolean };
