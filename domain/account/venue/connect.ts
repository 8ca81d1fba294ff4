/** The account's beginning at an exchange: opened with a key, its holdings read once and counted as external. */
import { add, isAbove, isPositive, isZero, multiply, round, ZERO } from "../../decimal.ts";
import { DEFAULT_RISK } from "../../risk/settings.ts";
import { haltsInForce } from "../../risk/halt.ts";
import { conversionRate, USUAL_COST_DECIMALS } from "../../orders/conversion.ts";
import { refuse, type Problem } from "../../problem.ts";
import { isZone } from "../day.ts";
import { FEE_SCHEDULES } from "../fees.ts";
import { holdingOf } from "../holdings.ts";
import { ACCOUNT_CURRENCY } from "../state.ts";
import { record, stamp, type Outcome, type Turn } from "../turn.ts";
import type { VenueCommand } from "./commands.ts";

type CommandOf<T extends VenueCommand["type"]> = Extract<VenueCommand, { type: T }>;

export function openExchangeAccount(turn: Turn, command: CommandOf<"open_exchange_account">): Outcome {
  record(turn, {
    type: "account_opened",
    ...stamp(turn.context),
    accountId: turn.state.accountId,
    name: command.name,
    kind: "kraken",
    market: turn.context.market,
    currency: ACCOUNT_CURRENCY,
    zone: isZone(command.zone) ? command.zone : "UTC",
    startingBalance: ZERO,
    // Until the exchange has told its own; no entry is judged by it.
    fees: FEE_SCHEDULES["new-customer"],
    limits: DEFAULT_RISK,
  });
  return null;
}

/** What was there before the desk is external and never sold without asking; equity then is the baseline (TRADING §1). */
export function findHoldings(turn: Turn, command: CommandOf<"find_holdings">): void {
  const { state, context } = turn;
  if (state.venue === null || state.venue.foundAt !== null) {
    return;
  }
  const holdings = command.balances
    .filter(({ total }) => !isZero(total))
    .map(({ asset, total }) => ({ asset, quantity: total }));
  const equity = holdings.reduce((sum, { asset, quantity }) => {
    const rate = conversionRate(asset, state.currency, context.markets);
    return rate === null ? sum : add(sum, round(multiply(quantity, rate.rate), USUAL_COST_DECIMALS, "half-even"));
  }, ZERO);
  const unpriced = holdings
    .map(({ asset }) => asset)
    .filter((asset) => conversionRate(asset, state.currency, context.markets) === null);
  const incomplete = unpriced.length === 0 ? {} : { unpriced };
  record(turn, { type: "holdings_found", ...stamp(context), holdings, equity, ...incomplete });
  record(turn, {
    type: "connection_changed",
    ...stamp(context),
    connection: { status: "trading", reason: null, retryAt: null },
  });
}

export function learnFees(turn: Turn, command: CommandOf<"learn_fees">): void {
  const known = turn.state.venue?.fees ?? {};
  const news = command.fees.filter(
    ({ symbol, takerPercent, makerPercent }) =>
      known[symbol]?.takerPercent !== takerPercent || known[symbol].makerPercent !== makerPercent,
  );
  if (news.length > 0) {
    record(turn, { type: "fees_learned", ...stamp(turn.context), fees: news });
  }
}

/** External inventory becomes the desk's own, at the cost that the user states. */
export function adoptHolding(turn: Turn, command: CommandOf<"adopt_holding">): Outcome {
  const { asset, quantity, cost } = command;
  const { external } = holdingOf(turn.state.holdings, asset);
  const problem = adoptionProblem(turn, command);
  if (problem !== null) {
    return { problem, events: [] };
  }
  const rate = conversionRate(asset, turn.state.currency, turn.context.markets);
  const worth = rate === null ? null : round(multiply(quantity, rate.rate), USUAL_COST_DECIMALS, "half-even");
  record(turn, { type: "holding_adopted", ...stamp(turn.context), asset, quantity, cost, worth });
  if (quantity === external) {
    turn.notices.push(`All ${asset} of this account is managed by the desk now.`);
  }
  return null;
}

function adoptionProblem(turn: Turn, { asset, quantity, cost }: CommandOf<"adopt_holding">): Problem | null {
  const { external } = holdingOf(turn.state.holdings, asset);
  const halts = haltsInForce(turn.state.halts, turn.context.marketTime);
  if (halts.some(({ positions }) => positions === "flatten")) {
    const message = `Positions of this account are being sold (${halts.map(({ reason }) => reason).join(" ")}): ${asset} would be sold as soon as it is adopted. Resume trading first.`;
    return { code: "TRADING_HALTED", message, details: { asset } };
  }
  const refused =
    asset === turn.state.currency
      ? refuse("ADOPTION_INVALID", `${asset} is cash: there is nothing to adopt.`, { asset })
      : !isPositive(quantity) || isAbove(quantity, external)
        ? refuse(
            "ADOPTION_INVALID",
            `${quantity} ${asset} cannot be adopted: the account holds ${external} ${asset} that is not managed by the desk.`,
            { asset, limit: external, value: quantity },
          )
        : !isPositive(cost)
          ? refuse("ADOPTION_INVALID", "Say what it cost, in the account's currency.", { field: "cost" })
          : null;
  return refused === null || refused.ok ? null : refused.error;
}
