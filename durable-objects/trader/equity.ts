/** What an account is worth now, for its page and for the equity curve. */
import type { ValuationView } from "../../contract/accounts.ts";
import type { AccountState } from "../../domain/account/state.ts";
import type { Quote, Symbol } from "../../domain/market.ts";
import { valuate } from "../../domain/valuation.ts";
import { equityPayload } from "./history.ts";
import type { Parts } from "./parts.ts";
import { MINUTE_MS } from "./timers.ts";
import { accountView, balanceViews } from "./views.ts";

/** The account valued at the feed's marks; incomplete when the feed is away or a price is not fresh. */
export async function valueNow(parts: Parts, state: AccountState): Promise<ValuationView> {
  const quotes = await parts.feed.quotes(heldSymbols(state));
  return value(parts, parts.desk.account(state.accountId) ?? state, quotes);
}

/** Takes a sample of the equity curve. One that cannot be valued completely is left out: no figure is better than a wrong one. */
export async function sampleEquity(parts: Parts, before: AccountState): Promise<void> {
  const { desk, clock, historian, state: object } = parts;
  const quotes = await parts.feed.quotes(heldSymbols(before));
  const state = desk.account(before.accountId);
  if (state === null) {
    return;
  }
  const { equity, complete } = value(parts, state, quotes);
  if (equity === null || !complete) {
    return;
  }
  const time = clock.market();
  const row = {
    accountId: state.accountId,
    // On the minute when it is the minute's sample, so that a repeated alarm writes the same row.
    time: time % MINUTE_MS < 2_000 ? time - (time % MINUTE_MS) : time,
    equity,
    cash: state.holdings[state.currency]?.managed ?? "0",
  };
  object.storage.transactionSync(() => {
    desk.store.writeEquity(row);
    desk.store.enqueue(row.accountId, "equity", equityPayload([row]));
    historian.plan();
  });
  object.waitUntil(historian.kick());
}

function value(parts: Parts, state: AccountState, quotes: readonly Quote[]): ValuationView {
  const marks = Object.fromEntries(quotes.map((quote) => [quote.symbol, quote]));
  const { equity, unrealisedProfit, todayProfit, complete } = valuate(accountView(state), marks);
  return { equity, unrealisedProfit, todayProfit, complete, at: parts.clock.market() };
}

/** The pairs by which what the account holds is valued. */
function heldSymbols(state: AccountState): readonly Symbol[] {
  return balanceViews(state)
    .filter(({ asset }) => asset !== state.currency)
    .map(({ asset }) => `${asset}/${state.currency}`);
}
