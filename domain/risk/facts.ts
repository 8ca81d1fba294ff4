import type { Intent } from "../account/state.ts";
import { largest, type Decimal } from "../decimal.ts";
import type { Asset, Milliseconds, Side, Symbol } from "../market.ts";
import type { ErrorCode } from "../problem.ts";
import type { Halt } from "./halt.ts";
import type { RiskSettings } from "./settings.ts";

/** Cash and holdings at their marks. `value` is null while something that is held has no fresh price; `missing` names it. */
export type Equity = { readonly value: Decimal | null; readonly missing: readonly Asset[] };

/** What the account has lost is measured from these; the halts use the same (domain/risk/samples.ts). */
export type LossBases = {
  /** Highest value of what the desk manages. */
  readonly peak: Decimal;
  /** Since a halt was resumed by waiting: a further drawdown counts from here. */
  readonly drawdownBase: Decimal | null;
  /** Equity at the start of the day, or when a halt was resumed, and the flows of the day until then. */
  readonly day: { readonly equity: Decimal; readonly flows: Decimal };
  /** Flows of the day until now. */
  readonly flows: Decimal;
};

/** What an entry can lose at worst: at its stop where it has one, else its whole cost; entry and exit fees included. */
export type WorstCase = {
  /** In account currency; null for a market order that finds nothing to price it. */
  readonly loss: Decimal | null;
  /** Where the stop will be, in account currency per unit; null without one. */
  readonly stop: Decimal | null;
  /** What the entry is expected to be filled at, in account currency per unit. */
  readonly entry: Decimal | null;
  /** Where it moves the stop of more than itself down; null where it does not. */
  readonly position: PositionCase | null;
};

/** All of a position at the stop that an entry would leave it with, in account currency. */
export type PositionCase = {
  readonly asset: Asset;
  readonly stop: Decimal;
  /** Held and coming, this entry included. */
  readonly quantity: Decimal;
  readonly loss: Decimal;
  /** Of everything but this entry; negative: its stop is over its cost. */
  readonly lossOfOthers: Decimal;
};

/** The most that is at risk by the entry: its own loss, or that of the position whose stop it moves down. Null: not known. */
export function lossAtRisk({ loss, position }: WorstCase): Decimal | null {
  return loss === null || position === null ? loss : largest(loss, position.loss);
}

/** Everything that the rules look at. Amounts are in account currency unless a name says otherwise. */
export type RiskFacts = {
  readonly limits: RiskSettings;
  readonly currency: Asset;
  readonly symbol: Symbol;
  readonly side: Side;
  readonly intent: Intent;
  readonly limitPrice: Decimal | null;
  /** Of the pair, in quote; null when there is none. */
  readonly mark: Decimal | null;
  /** What the order is worth. */
  readonly orderValue: Decimal;
  /** The asset that the order adds to, and how many units. */
  readonly acquiredAsset: Asset;
  readonly quantity: Decimal;
  /** Worth and units of its holding and of the open entries into it, without this order. */
  readonly acquiredValue: Decimal;
  readonly acquiredQuantity: Decimal;
  /** Worth of all positions and open entries, without this order. */
  readonly exposure: Decimal;
  /** False where the order is paid with another position: then it moves exposure and does not add to it. */
  readonly addsExposure: boolean;
  /** Assets that are held (dust apart) or that open entries will hold. */
  readonly positionAssets: readonly Asset[];
  readonly equity: Equity;
  /** Cash and managed positions at their marks: what drawdown is measured by. Null while a price is missing. */
  readonly managedValue: Decimal | null;
  /** Null where it is not known (in a browser): drawdown and the day's loss are then the server's alone. */
  readonly lossBases: LossBases | null;
  readonly worstCase: WorstCase;
  /** How old the price is; null where that is not known. */
  readonly quoteAgeMs: Milliseconds | null;
  readonly marketTime: Milliseconds;
  readonly halts: readonly Halt[];
  /** Null where it cannot be known (in a browser): the rule is then the server's alone. */
  readonly entriesLastMinute: number | null;
  /** Until the exchange's rate limit has room beside the reserve of exits; 0: now. Null: there is no such limit (paper). */
  readonly entryWaitSeconds: number | null;
  /** Live orders on the symbol, without this one. Null when the order takes no place: it never rests, or is an exit at an exchange. */
  readonly openOrdersOfSymbol: number | null;
};

/** What one rule says of one order. Numbers are text in the rule's own `unit`; null where the rule has none. */
export type RuleVerdict = {
  readonly code: ErrorCode;
  /** A few words for the order form. */
  readonly name: string;
  readonly passed: boolean;
  readonly unit: string;
  readonly limit: string | null;
  readonly value: string | null;
  /** How much more is allowed before this order; "0" when nothing is. */
  readonly room: string | null;
  /** The sentence for the trader when it did not pass. */
  readonly message: string;
};

export type Rule = (facts: RiskFacts) => RuleVerdict | null;

/** True where a rule in percent of equity is on: only then has everything that is held to be valued. */
export function needsEquity(limits: RiskSettings): boolean {
  return [
    limits.maximumPositionPercent,
    limits.maximumExposurePercent,
    limits.riskPerTradePercent,
    limits.drawdownPercent,
    limits.dailyLossPercent,
  ].some((percent) => percent !== null);
}
