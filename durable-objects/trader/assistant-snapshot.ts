/** What the assistant is told of an account: the account's part of the snapshot that a model is given. No price is guessed. */
import type { AccountState } from "../../domain/account/state.ts";
import type { AccountSnapshot, SnapshotPosition } from "../../domain/assistant/snapshot.ts";
import { ZERO } from "../../domain/decimal.ts";
import { heldSymbols } from "../../domain/account/symbols.ts";
import { snapshotLimits } from "../../domain/assistant/limits.ts";
import { symbolsOfOrder } from "../../domain/orders/conversion.ts";
import { haltsInForce } from "../../domain/risk/halt.ts";
import { riskStanding } from "../../domain/risk/standing.ts";
import { valuatePosition, type Marks } from "../../domain/valuation.ts";
import type { FillView } from "../../contract/orders.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import { ownViews } from "./own-prices.ts";
import type { Parts } from "./parts.ts";
import { factsOf } from "./judge-order.ts";
import { accountView, balanceViews, openOrderViews } from "./views.ts";
import { liveOrders } from "../../domain/account/open-orders.ts";

const RECENT_FILLS = 10;

export async function accountSnapshot(parts: Parts, before: AccountState): Promise<AccountSnapshot> {
  const ordered = liveOrders(before.orders).flatMap(({ symbol }) => symbolsOfOrder(symbol, before.currency));
  const symbols = [...new Set([...heldSymbols(before), ...ordered])];
  const markets = await ownViews(parts, before, symbols);
  const state = parts.desk.account(before.accountId) ?? before;
  const marks: Marks = Object.fromEntries(Object.entries(markets).map(([symbol, { quote }]) => [symbol, quote]));
  const account = accountView(state);
  const facts = factsOf(parts, state, "");
  const standing = riskStanding(facts, account.positions, markets);
  const marketTime = parts.clock.market();
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
    time: marketTime,
    market: state.market,
    accountKind: state.kind,
    currency: state.currency,
    equity: standing.equity,
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
    limits: snapshotLimits({ facts, standing, losses: state.watch.streak.losses, markets }),
    halts: haltsInForce(state.halts, marketTime).map(({ kind, reason, endsAt }) => ({ kind, reason, endsAt })),
    allowedSymbols: state.limits.allowedSymbols,
  };
}
