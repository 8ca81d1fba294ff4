/** What the assistant is told of an account: the account's part of the snapshot that a model is given. No price is guessed. */
import type { AccountState } from "../../domain/account/state.ts";
import type { AccountSnapshot, SnapshotLimit, SnapshotPosition } from "../../domain/assistant/snapshot.ts";
import {
  divide,
  HUNDRED,
  isPositive,
  largest,
  multiply,
  parseDecimal,
  subtract,
  sum,
  wholeNumber,
  ZERO,
  type Decimal,
} from "../../domain/decimal.ts";
import type { Quote } from "../../domain/market.ts";
import { SETTINGS } from "../../domain/risk/settings-table.ts";
import { valuate, valuatePosition, type Marks } from "../../domain/valuation.ts";
import type { FillView } from "../../contract/orders.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import type { Parts } from "./parts.ts";
import { accountView, balanceViews, openOrderViews, positionViews } from "./views.ts";

const RECENT_FILLS = 10;
const MONEY_DECIMALS = 2;

export async function accountSnapshot(parts: Parts, before: AccountState): Promise<AccountSnapshot> {
  const held = positionViews(before).map(({ symbol }) => symbol);
  const quotes = await parts.feed.quotes(held);
  const state = parts.desk.account(before.accountId) ?? before;
  const marks: Marks = Object.fromEntries(quotes.map((quote: Quote) => [quote.symbol, quote]));
  const account = accountView(state);
  const equity = valuate(account, marks).equity;
  const positions = account.positions.map((position): SnapshotPosition => {
    const { mark, value, unrealisedProfit } = valuatePosition(position, account.currency, marks);
    const { asset, symbol, quantity, averageEntryPrice, protection } = position;
    return {
      symbol,
      asset,
      quantity,
      averageEntryPrice,
      mark,
      value,
      unrealisedProfit,
      stop: protection.stop?.price ?? null,
      target: protection.target,
    };
  });
  const balances = balanceViews(state);
  return {
    time: parts.clock.market(),
    market: state.market,
    accountKind: state.kind,
    currency: state.currency,
    equity,
    available: balances.find(({ asset }) => asset === state.currency)?.available ?? ZERO,
    balances: balances.map(({ asset, total, available }) => ({ asset, total, available })),
    positions,
    openOrders: openOrderViews(state).map((order) => ({
      id: order.id,
      symbol: order.symbol,
      side: order.side,
      type: order.type,
      quantity: order.quantity,
      filledQuantity: order.filledQuantity,
      limitPrice: order.limitPrice,
      triggerPrice: order.triggerPrice,
    })),
    recentFills: parts.desk.store.recentFills(state.accountId, RECENT_FILLS).map((view) => {
      const { symbol, side, quantity, price, fee, realisedProfit, time } = parseTrusted<FillView>(view);
      return { symbol, side, quantity, price, fee, realisedProfit, time };
    }),
    limits: limitsOf(state, equity, positions),
  };
}

/** The limits that are on, with what they leave where that is one figure for the whole account. */
function limitsOf(
  state: AccountState,
  equity: Decimal | null,
  positions: readonly SnapshotPosition[],
): readonly SnapshotLimit[] {
  const { limits } = state;
  const open = wholeNumber(positions.length);
  const rows: SnapshotLimit[] = [];
  for (const [name, setting] of Object.entries(SETTINGS)) {
    const value: unknown = Reflect.get(limits, name);
    if (setting.kind !== "decimal" && setting.kind !== "count") {
      continue;
    }
    const limit = typeof value === "number" ? wholeNumber(value) : limitOf(value);
    if (limit === null) {
      continue;
    }
    let room: Decimal | null = null;
    if (name === "maximumOpenPositions") {
      room = largest(ZERO, subtract(limit, open));
    } else if (name === "maximumExposurePercent") {
      room = exposureRoom(limit, equity, positions);
    }
    rows.push({ name: setting.label, limit, room, unit: setting.unit });
  }
  return rows;
}

/** In percent of equity. */
function exposureRoom(limit: Decimal, equity: Decimal | null, positions: readonly SnapshotPosition[]): Decimal | null {
  const values = positions.flatMap(({ value }) => value ?? []);
  if (equity === null || !isPositive(equity) || values.length < positions.length) {
    return null;
  }
  const used = divide(multiply(sum(values), HUNDRED), equity, MONEY_DECIMALS, "half-even");
  return largest(ZERO, subtract(limit, used));
}

/** Settings hold canonical decimals; null is off. */
function limitOf(value: unknown): Decimal | null {
  return typeof value === "string" ? parseDecimal(value) : null;
}
