/**
 * What an account is worth: equity, unrealised profit, today's profit. One computation for the trader object and for every
 * screen (CASES "two screens, two P&Ls"). It takes the views of contract/accounts as they are. Nothing is rounded here: equity
 * is cash + Σ holding × mark to the last digit; screens round for display.
 */
import { add, divide, HUNDRED, isPositive, multiply, ONE, subtract, ZERO, type Decimal } from "./decimal.ts";
import type { Asset, Symbol } from "./market.ts";

export type ValuedAccount = {
  readonly currency: Asset;
  readonly balances: readonly { readonly asset: Asset; readonly total: Decimal }[];
  readonly positions: readonly ValuedPosition[];
  readonly baseline: Decimal;
  /** What baseline or day lack the worth of, for want of a price at its time: profit against them is not known so long. */
  readonly unvalued?: readonly Asset[] | undefined;
  readonly day: { readonly equity: Decimal; readonly flows: Decimal };
};

export type ValuedPosition = { readonly asset: Asset; readonly quantity: Decimal; readonly cost: Decimal | null };

/** A quote or a ticker: the mark (or the last good one) of a symbol, and whether it is good now. */
export type Mark = { readonly mark: Decimal | null; readonly fresh: boolean };
export type Marks = Readonly<Record<Symbol, Mark | undefined>>;

export type Valuation = {
  /** Null while some holding has no price at all: shown as “—”. */
  readonly equity: Decimal | null;
  readonly unrealisedProfit: Decimal | null;
  readonly todayProfit: Decimal | null;
  readonly todayPercent: Decimal | null;
  /** Equity − (deposits − withdrawals). */
  readonly totalProfit: Decimal | null;
  readonly totalPercent: Decimal | null;
  /** False while a holding has no fresh price: the figures are of the last good marks. */
  readonly complete: boolean;
};

export type PositionValuation = {
  readonly mark: Decimal | null;
  readonly value: Decimal | null;
  /** Against cost, entry fees included; null without a mark or where the cost is unknown. */
  readonly unrealisedProfit: Decimal | null;
  readonly unrealisedPercent: Decimal | null;
  readonly fresh: boolean;
};

/** Decimals of a percentage. */
const PERCENT_DECIMALS = 2;

/** The account at these marks (by symbol, "BTC/USD"). */
export function valuate(account: ValuedAccount, marks: Marks): Valuation {
  let equity: Decimal | null = ZERO;
  let complete = true;
  for (const { asset, total } of account.balances) {
    const { mark, fresh } = markOf(asset, account.currency, marks);
    complete &&= fresh || total === ZERO;
    if (total !== ZERO) {
      equity = equity === null || mark === null ? null : add(equity, multiply(total, mark));
    }
  }
  const dayBase = add(account.day.equity, account.day.flows);
  const lacks = (account.unvalued ?? []).length > 0;
  complete &&= !lacks;
  const todayProfit = equity === null || lacks ? null : subtract(equity, dayBase);
  const totalProfit = equity === null || lacks ? null : subtract(equity, account.baseline);
  return {
    equity,
    unrealisedProfit: unrealisedOf(account, marks),
    todayProfit,
    todayPercent: percentOf(todayProfit, dayBase),
    totalProfit,
    totalPercent: percentOf(totalProfit, account.baseline),
    complete,
  };
}

/** One position at its mark. */
export function valuatePosition(position: ValuedPosition, currency: Asset, marks: Marks): PositionValuation {
  const { mark, fresh } = markOf(position.asset, currency, marks);
  const value = mark === null ? null : multiply(position.quantity, mark);
  const unrealisedProfit = value === null || position.cost === null ? null : subtract(value, position.cost);
  return {
    mark,
    value,
    unrealisedProfit,
    unrealisedPercent: percentOf(unrealisedProfit, position.cost),
    fresh,
  };
}

/** `part` in percent of `whole` at two decimals; null where there is nothing to compare with. */
export function percentOf(part: Decimal | null, whole: Decimal | null): Decimal | null {
  return part === null || whole === null || !isPositive(whole)
    ? null
    : divide(multiply(part, HUNDRED), whole, PERCENT_DECIMALS, "half-even");
}

/** Positions of unknown cost are left out: they have no profit to speak of (TRADING §1). */
function unrealisedOf(account: ValuedAccount, marks: Marks): Decimal | null {
  let total: Decimal | null = ZERO;
  for (const position of account.positions) {
    if (position.cost !== null) {
      const { unrealisedProfit } = valuatePosition(position, account.currency, marks);
      total = total === null || unrealisedProfit === null ? null : add(total, unrealisedProfit);
    }
  }
  return total;
}

function markOf(asset: Asset, currency: Asset, marks: Marks): Mark {
  if (asset === currency) {
    return { mark: ONE, fresh: true };
  }
  return marks[`${asset}/${currency}`] ?? { mark: null, fresh: false };
}
