/**
 * What a position has at risk, for every screen and the API by one function: from the views and the marks, nothing else. A
 * stop can be passed in a gap; then the loss is larger and nobody can say by how much.
 */
import type { FeeSchedule } from "../account/fees.ts";
import { divide, HUNDRED, isPositive, multiply, subtract, sum, type Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import type { ProtectionStatus } from "../protection/protection.ts";
import { valuatePosition, type Marks } from "../valuation.ts";
import { proceedsAt } from "./money-at.ts";
import { inPercent } from "./verdict.ts";

/** The parts of contract/accounts position that count here. */
export type ProtectedPosition = {
  readonly asset: Asset;
  readonly symbol: string;
  readonly quantity: Decimal;
  readonly cost: Decimal | null;
  readonly averageEntryPrice: Decimal | null;
  /** Where its stop was when it was entered. */
  readonly initialStop?: Decimal | null | undefined;
  readonly protection: {
    readonly stop: {
      readonly type: "fixed" | "trailing";
      readonly price: Decimal;
      readonly percent: Decimal | null;
    } | null;
    /** Where the desk has none: the trader's own, if it covers all. */
    readonly ownStop?: Decimal | null;
    /** `partly`: other orders hold some of it, and its stop sells the rest. */
    readonly status?: ProtectionStatus;
  };
};

/** Amounts in account currency; null: not known, or there is no stop for all of it. */
export type PositionRisk = {
  readonly value: Decimal | null;
  /** Of equity, in percent. */
  readonly sharePercent: Decimal | null;
  /** What the position brings if all of it is sold at its stop, after the fee. */
  readonly valueAtStop: Decimal | null;
  /** From the mark down to the stop, in price and in percent of the mark; negative: the stop is above the mark. */
  readonly stopDistance: Decimal | null;
  readonly stopDistancePercent: Decimal | null;
  /** Against cost, entry and exit fees included, if the stop sells at its level; negative: a gain. */
  readonly lossAtStop: Decimal | null;
  readonly lossAtStopPercent: Decimal | null;
  /** Profit so far as a multiple of what the trade risked per unit when it was entered; null where its stop was not under its entry. */
  readonly rMultiple: Decimal | null;
};

const R_DECIMALS = 2;

/** The risk figures of one position. */
export function positionRisk(
  position: ProtectedPosition,
  account: { readonly currency: Asset; readonly fees: FeeSchedule; readonly equity: Decimal | null },
  marks: Marks,
): PositionRisk {
  const { mark, value } = valuatePosition(position, account.currency, marks);
  const stop = position.protection.stop?.price ?? position.protection.ownStop ?? null;
  // Of what another order holds nobody can say where it is sold.
  const isWhole = position.protection.status !== "partly";
  const valueAtStop = stop === null || !isWhole ? null : proceedsAt(position.quantity, stop, account.fees);
  const lossAtStop = valueAtStop === null || position.cost === null ? null : subtract(position.cost, valueAtStop);
  const distance = stop === null || mark === null ? null : subtract(mark, stop);
  return {
    value,
    sharePercent: ofEquity(value, account.equity),
    valueAtStop,
    stopDistance: distance,
    stopDistancePercent: distance === null || mark === null ? null : inPercent(distance, mark),
    lossAtStop,
    lossAtStopPercent: ofEquity(lossAtStop, account.equity),
    rMultiple: mark === null ? null : rMultipleOf(position, mark),
  };
}

function rMultipleOf(position: ProtectedPosition, mark: Decimal): Decimal | null {
  const entry = position.averageEntryPrice;
  const risked = entry === null ? null : riskedPerUnit(position, entry);
  return entry !== null && risked !== null && isPositive(risked)
    ? divide(subtract(mark, entry), risked, R_DECIMALS, "half-even")
    : null;
}

/** What the trade risked when it was entered, wherever its stop is now; of a position that is older than that record, as its stop tells. */
function riskedPerUnit({ initialStop, protection }: ProtectedPosition, entry: Decimal): Decimal | null {
  const { stop } = protection;
  if (initialStop !== null && initialStop !== undefined) {
    return subtract(entry, initialStop);
  }
  if (stop === null) {
    return null;
  }
  return stop.type === "trailing" && stop.percent !== null
    ? divide(multiply(entry, stop.percent), HUNDRED, 18, "half-even")
    : subtract(entry, stop.price);
}

function ofEquity(amount: Decimal | null, equity: Decimal | null): Decimal | null {
  return amount === null || equity === null || !isPositive(equity) ? null : inPercent(amount, equity);
}

/** What all positions together would lose at their stops; null while one of them has no stop or no known cost. */
export function totalAtStop(risks: readonly PositionRisk[]): Decimal | null {
  const losses = risks.map(({ lossAtStop }) => lossAtStop);
  return losses.every((loss) => loss !== null) ? sum(losses) : null;
}
