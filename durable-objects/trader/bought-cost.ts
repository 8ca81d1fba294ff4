/** What Kraken's history says an external holding was bought for: told to whoever adopts it, and never booked. */
import type { BoughtCostView } from "../../contract/accounts.ts";
import { holdingOf } from "../../domain/account/holdings.ts";
import type { AccountState } from "../../domain/account/state.ts";
import { isPositive, ZERO } from "../../domain/decimal.ts";
import { assetsOf } from "../../domain/orders/conversion.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import type { PastTrade } from "../../domain/venue/bought-cost.ts";
import { decodeEvent } from "./journal-codec.ts";
import type { Parts } from "./parts.ts";

/** Trades by hand since the connection are in the journal; so many of its events are looked through. */
const EVENTS_LOOKED_AT = 1_000;

export async function boughtCost(parts: Parts, state: AccountState, asset: string): Promise<Result<BoughtCostView>> {
  const connectedAt = state.venue?.foundAt ?? null;
  const wanted = holdingOf(state.holdings, asset).external;
  if (connectedAt === null || asset === state.currency || !isPositive(wanted)) {
    return refuse("NOT_FOUND", `The account holds no ${asset} that is not managed by the desk.`, { asset });
  }
  const { currency, accountId } = state;
  const since = tradesByHand(parts, accountId);
  const found = await parts.kraken.bought.ask({ asset, currency, wanted, connectedAt, since });
  return ok({ asset, wanted, ...found });
}

/** Newest first. */
function tradesByHand({ desk }: Parts, accountId: string): readonly PastTrade[] {
  return desk.store
    .newestJournal(accountId, EVENTS_LOOKED_AT)
    .map(decodeEvent)
    .flatMap((event): PastTrade[] => {
      if (event.type !== "external_fill_booked") {
        return [];
      }
      const { symbol, side, quantity, cost, fee, feeAsset, filledAt: time } = event;
      return [{ symbol, side, quantity, cost, fee: feeAsset === assetsOf(symbol).quote ? fee : ZERO, time }];
    })
    .toReversed();
}
