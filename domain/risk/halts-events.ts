/** What the journal says of equity, halts and Stop. */
import type { Decimal } from "../decimal.ts";
import type { Asset, Milliseconds } from "../market.ts";
import type { Halt, HaltKind } from "./halt.ts";
import type { EquityWatch } from "./samples.ts";
import type { StopMode, StopStep } from "./halts-stop.ts";

type Timed = { readonly time: Milliseconds; readonly marketTime: Milliseconds };

/** A sample that matters: the peak rose, a breach was counted or ended, a flow was taken in. `watch` is what is believed now. */
export type EquitySampled = Timed & {
  readonly type: "equity_sampled";
  readonly sampledAt: Milliseconds;
  readonly managed: Decimal;
  readonly equity: Decimal | null;
  /** What counted at its last good mark; absent: nothing. */
  readonly aged?: readonly Asset[];
  readonly watch: EquityWatch;
};

/** From here on nothing is opened (TRADING §5). */
export type TradingHalted = Timed & { readonly type: "trading_halted"; readonly halt: Halt };

/** Stops that a halt could not tighten at once, for want of a price, are; `pending` are those that still wait. */
export type StopsTightened = Timed & {
  readonly type: "stops_tightened";
  readonly kind: HaltKind;
  readonly pending: readonly Asset[];
};

/** `ended`: its time was over. `baseline`: peak and day are measured from `managed` and `equity`, what it was worth then. */
export type TradingResumed = Timed & {
  readonly type: "trading_resumed";
  readonly kinds: readonly HaltKind[];
  readonly how: "baseline" | "waited" | "ended";
  readonly managed: Decimal | null;
  readonly equity: Decimal | null;
};

/** The trader pressed Stop: what was done, and what could not be. */
export type TradingStopped = Timed & {
  readonly type: "trading_stopped";
  readonly mode: StopMode;
  readonly steps: readonly StopStep[];
};

export type HaltEvent = EquitySampled | TradingHalted | StopsTightened | TradingResumed | TradingStopped;

export const HALT_EVENT_TYPES = [
  "equity_sampled",
  "trading_halted",
  "stops_tightened",
  "trading_resumed",
  "trading_stopped",
] as const satisfies readonly HaltEvent["type"][];
