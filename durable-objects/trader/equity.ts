/** What an account is worth now, for its page, and the equity curve. */
import type { ValuationView } from "../../contract/accounts.ts";
import type { AccountState } from "../../domain/account/state.ts";
import type { Quote } from "../../domain/market.ts";
import type { EquitySample } from "../../domain/risk/samples.ts";
import { valuate } from "../../domain/valuation.ts";
import { equityPayload } from "./history.ts";
import type { Parts } from "./parts.ts";
import { heldSymbols } from "./held-symbols.ts";
import { ownQuotes } from "./own-prices.ts";
import { accountView } from "./views.ts";

/** Rows of one payload to D1. */
const ROWS_AT_ONCE = 200;

/** The account valued at the feed's marks; incomplete when the feed is away or a price is not fresh. */
export async function valueNow(parts: Parts, state: AccountState): Promise<ValuationView> {
  const quotes = await ownQuotes(parts, state, heldSymbols(state));
  return value(parts, parts.desk.account(state.accountId) ?? state, quotes);
}

/** Keeps samples for the curve. One with something that never had a price is left out: no figure is better than a wrong one. */
export function writeEquityRows(parts: Parts, accountId: string, samples: readonly EquitySample[]): void {
  const { desk, historian, state: object } = parts;
  const cash = desk.account(accountId)?.holdings[desk.account(accountId)?.currency ?? ""]?.managed ?? "0";
  const rows = samples.flatMap(({ time, equity, unpriced }) =>
    equity === null || unpriced !== undefined ? [] : { accountId, time, equity, cash },
  );
  if (rows.length === 0) {
    return;
  }
  object.storage.transactionSync(() => {
    for (const row of rows) {
      desk.store.writeEquity(row);
    }
    for (let first = 0; first < rows.length; first += ROWS_AT_ONCE) {
      desk.store.enqueue(accountId, "equity", equityPayload(rows.slice(first, first + ROWS_AT_ONCE)));
    }
    historian.plan();
  });
  object.waitUntil(historian.kick());
}

function value(parts: Parts, state: AccountState, quotes: readonly Quote[]): ValuationView {
  const marks = Object.fromEntries(quotes.map((quote) => [quote.symbol, quote]));
  const { equity, unrealisedProfit, todayProfit, complete } = valuate(accountView(state), marks);
  return { equity, unrealisedProfit, todayProfit, complete, at: parts.clock.market() };
}
