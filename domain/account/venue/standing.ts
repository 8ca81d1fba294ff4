/** How an account stands at its exchange when an order is judged: fees, free inventory, and whether entries are taken at all. */
import { compare, subtract } from "../../decimal.ts";
import type { Milliseconds } from "../../market.ts";
import { assetsOf } from "../../orders/conversion.ts";
import type { TradingFacts } from "../../orders/facts.ts";
import { refuse, type Problem, type Result } from "../../problem.ts";
import { tradingFacts } from "../facts.ts";
import type { FeeSchedule } from "../fees.ts";
import type { AccountState, OpenOrder } from "../state.ts";

/** The facts of a judgement: the exchange's own fees, and the inventory of `without` free. */
export function exchangeFacts(
  state: AccountState,
  now: Milliseconds,
  symbol: string,
  without: readonly OpenOrder[] = [],
): TradingFacts {
  const facts = tradingFacts(state, now);
  const balances = { ...facts.balances };
  for (const { hold } of without) {
    const balance = balances[hold.asset];
    if (balance !== undefined) {
      balances[hold.asset] = { ...balance, held: subtract(balance.held, hold.amount) };
    }
  }
  const gone = new Set(without.map(({ id }) => id));
  return {
    ...facts,
    balances,
    fees: exchangeFees(state, symbol) ?? facts.fees,
    orders: facts.orders.filter(({ id }) => !gone.has(id)),
  };
}

/** What the exchange charges for a pair: its own table, else the dearest that it has told of another pair; null before that. */
export function exchangeFees(state: AccountState, symbol: string): FeeSchedule | null {
  const known = state.venue?.fees ?? {};
  const dearest = Object.values(known).toSorted((left, right) => compare(right.takerPercent, left.takerPercent))[0];
  return known[symbol] ?? dearest ?? null;
}

/** Why nothing may be added to a position now; null when it may. Exits never ask. */
export function entryProblem(state: AccountState, symbol: string): Problem | null {
  const { venue } = state;
  if (venue === null) {
    return null;
  }
  const { base, quote } = assetsOf(symbol);
  const open = Object.entries(venue.differences).find(
    ([asset, { confirmed }]) => confirmed && (asset === base || asset === quote),
  );
  const refused: Result<never> | null =
    venue.connection.status !== "trading"
      ? refuse("EXCHANGE_UNAVAILABLE", connectionSentence(venue.connection), { status: venue.connection.status })
      : exchangeFees(state, symbol) === null
        ? refuse("EXCHANGE_UNAVAILABLE", "Kraken has not told this account's fees yet. Try again in a moment.")
        : open === undefined
          ? null
          : refuse(
              "UNRECONCILED",
              `${open[0]} is not reconciled: the desk counts ${open[1].believed} and Kraken ${open[1].actual}. Orders that add to it wait until that is cleared up; exits do not.`,
              { asset: open[0], value: open[1].believed, limit: open[1].actual },
            );
  return refused === null || refused.ok ? null : refused.error;
}

/** Why nothing can be sent now, as the interface says it. */
export function connectionSentence(connection: NonNullable<AccountState["venue"]>["connection"]): string {
  const why = connection.reason === null ? "" : ` ${connection.reason}`;
  switch (connection.status) {
    case "connecting":
      return `Kraken is being read: what the account holds is not known yet.${why} Try again in a moment.`;
    case "suspended":
      return `Trading on Kraken is suspended.${why}`;
    case "disconnected":
      return `This account has no Kraken key any more.${why}`;
    case "trading":
      return why.trim();
  }
}
