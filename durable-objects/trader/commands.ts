/**
 * How a wish becomes events: kept answer? → the feed settles the tape (the only await) → one synchronous turn: kept answer
 * once more, prints owed, decision, commit. Nothing that was read before the await is trusted after it.
 */
import { isOwnMarket } from "../../domain/account/own-market.ts";
import { triggerRows } from "../../domain/account/effects.ts";
import type { Command } from "../../domain/account/commands.ts";
import type { Context } from "../../domain/account/context.ts";
import type { Decision } from "../../domain/account/decision.ts";
import { symbolsNamed, symbolsNeeded } from "../../domain/account/symbols.ts";
import type { AccountState, OpenOrder } from "../../domain/account/state.ts";
import type { Market, Symbol, TriggerDelivery } from "../../domain/market.ts";
import type { Order, OrderOrigin, OrderProvenance } from "../../domain/orders/order.ts";
import { ok, refuse, type Problem, type Result } from "../../domain/problem.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import type { Clock } from "./clock.ts";
import type { Desk } from "./desk.ts";
import { NOTHING_SETTLED, type FeedClient, type Settled } from "./feed-client.ts";
import { keepAnswer, keptAnswer, type Intent } from "./idempotency.ts";
import { judgeOrder, verdictIntent, type OrderVerdict } from "./judge-order.ts";
import { mayOpen } from "./nets/at-risk.ts";
import type { Turn } from "./turn.ts";
import { liveOrder, liveOrders } from "../../domain/account/open-orders.ts";

export type Accepted = Extract<Decision, { type: "accepted" }>;

export type Wish<T> = {
  readonly accountId: string;
  readonly command: Command;
  readonly origin: OrderOrigin;
  /** The proposal behind it, and the wall time after which it is not carried out any more. */
  readonly proposed?: { readonly provenance: OrderProvenance; readonly notAfter: number } | undefined;
  /** Null for what may safely be done twice. */
  readonly intent: Intent | null;
  /** How long the feed may take before the wish is judged without it. */
  readonly patienceMs: number;
  /** Refuses with the feed's own problem instead of judging without a market. */
  readonly needsMarket: boolean;
  /** The answer to an accepted command; `id` is the id that it may have given to something new. */
  readonly answer: (turn: Turn, decision: Accepted, id: string) => Result<T>;
};

export type CommandDependencies = {
  readonly desk: Desk;
  readonly feed: FeedClient;
  readonly clock: Clock;
  readonly market: Market;
  readonly newId: () => string;
  readonly kraken: { entryWaitSeconds(symbol: Symbol): number };
  /** The line in D1 by which the cron sweep knows of this trader. */
  readonly openRisk: { note(): Promise<void> };
};

/** Carries out a wish of the account's owner. */
export async function fulfil<T>(dependencies: CommandDependencies, wish: Wish<T>): Promise<Result<T>> {
  const { desk, feed, clock, newId } = dependencies;
  const state = desk.account(wish.accountId);
  if (state === null) {
    return unknownAccount();
  }
  const known = wish.intent === null ? null : keptAnswer<T>(desk.store, wish.intent, clock.wall());
  if (known !== null) {
    return known;
  }
  const named = symbolsNamed(state, wish.command);
  const symbols = isOwnMarket(state, dependencies) ? symbolsToSettle(state, wish.command) : [];
  const [settled] = await Promise.all([
    symbols.length === 0 ? NOTHING_SETTLED : feed.settle(symbols, wish.patienceMs),
    // Here and nowhere else, whoever asks: before anything is opened, the cron sweep knows of the trader (TRADING §4).
    mayOpen(state, wish.command) ? dependencies.openRisk.note() : null,
  ]);
  const problem = firstProblem(settled, named);
  if (problem !== null && (wish.needsMarket || problem.code === "UNKNOWN_SYMBOL")) {
    return { ok: false, error: problem };
  }
  return desk.turn((turn) => {
    const keptMeanwhile = wish.intent === null ? null : keptAnswer<T>(desk.store, wish.intent, clock.wall());
    if (keptMeanwhile !== null) {
      return keptMeanwhile;
    }
    if (turn.account(wish.accountId) === null) {
      return unknownAccount<T>();
    }
    if (wish.proposed !== undefined && clock.wall() > wish.proposed.notAfter) {
      return refuse<T>(
        "PROPOSAL_EXPIRED",
        "The proposal was not carried out in time, so nothing was ordered. Ask again.",
      );
    }
    const id = newId();
    const context = {
      ...contextOf(dependencies, settled, id, wish.origin),
      ...rateOf(dependencies, state, wish.command),
      pastOrders: pastOrdersOf(dependencies, wish),
      ...(wish.proposed === undefined ? {} : { provenance: wish.proposed.provenance }),
    };
    applyPrints(dependencies, turn, settled.deliveries, context);
    beginDay(turn, wish.accountId, context);
    const verdict = wish.proposed === undefined ? null : verdictOn(dependencies, turn, wish, context);
    const decision = turn.apply(wish.accountId, wish.command, context);
    const answer: Result<T> =
      decision.type === "accepted" ? wish.answer(turn, decision, id) : { ok: false, error: decision.problem };
    if (wish.intent !== null) {
      keepAnswer(turn, wish.intent, answer, clock.wall());
      if (verdict !== null) {
        keepAnswer(turn, verdictIntent(wish.intent), ok(verdict), clock.wall());
      }
    }
    return answer;
  });
}

/** For the record of a proposal: what each rule says of its order, on what it is decided by, right before it is. Decides nothing. */
function verdictOn(
  dependencies: CommandDependencies,
  turn: Turn,
  { accountId, command }: Pick<Wish<unknown>, "accountId" | "command">,
  { markets, now }: Context,
): OrderVerdict | null {
  const state = turn.account(accountId);
  if (state === null || command.type !== "place_order") {
    return null;
  }
  const { rules, denial } = judgeOrder(dependencies, state, { request: command.request, riskPercent: null }, markets);
  return { rules, denial, at: now };
}

/** The order that is to be cancelled or changed, where it ended so long ago that the account does not keep it. */
function pastOrdersOf(
  { desk }: CommandDependencies,
  { accountId, command }: Pick<Wish<unknown>, "accountId" | "command">,
): Context["pastOrders"] {
  if (command.type !== "cancel_order" && command.type !== "amend_order") {
    return {};
  }
  const view = desk.store.order(accountId, command.orderId);
  return view === null ? {} : { [command.orderId]: parseTrusted<Order>(view) };
}

/** How the exchange's rate limit stands for an order of an account there: the engine keeps a reserve of it for exits. */
function rateOf(
  { kraken }: CommandDependencies,
  state: AccountState,
  command: Command,
): Pick<Context, "entryWaitSeconds"> {
  const symbol = state.venue === null ? null : symbolEntered(state, command);
  return symbol === null ? {} : { entryWaitSeconds: kraken.entryWaitSeconds(symbol) };
}

function symbolEntered({ orders }: AccountState, command: Command): Symbol | null {
  switch (command.type) {
    case "place_order":
      return command.request.symbol;
    case "amend_order":
      return liveOrder(orders, command.orderId)?.symbol ?? null;
    default:
      return null;
  }
}

/** Books prints that reached watched levels, each account's at once. Prints for levels that are gone are left out. */
export function applyPrints(
  dependencies: CommandDependencies,
  turn: Turn,
  deliveries: readonly TriggerDelivery[],
  context: Context,
): void {
  for (const state of accountsOfMarket(turn.accounts().values(), dependencies.market)) {
    const rows = new Set(triggerRows(state).map(({ orderId }) => orderId));
    const mine = deliveries.filter(({ orderId }) => rows.has(orderId));
    if (mine.length > 0) {
      turn.apply(state.accountId, { type: "apply_prints", deliveries: mine }, context);
    }
  }
}

/**
 * Symbols whose tape has to be settled before a command is judged (TRADING §4): those that it looks at, and those of the
 * orders that it may end.
 */
function symbolsToSettle(state: AccountState, command: Command): readonly Symbol[] {
  const orders = liveOrders(state.orders);
  const ended = orders.filter((order) => mayEnd(command, order));
  return [...new Set([...symbolsNeeded(state, command), ...symbolsOf(ended)])];
}

function mayEnd(command: Command, order: OpenOrder): boolean {
  switch (command.type) {
    case "cancel_order":
      return order.id === command.orderId;
    case "cancel_all":
      return command.symbol === null || order.symbol === command.symbol;
    case "close_position":
      return order.hold.asset === command.asset;
    case "reset_account":
      return true;
    default:
      return false;
  }
}

/** Begins the account's day if it has come and all that is held can be valued; otherwise that is left to the alarm. */
function beginDay(turn: Turn, accountId: string, context: Context): void {
  const state = turn.account(accountId);
  const day: Command = { type: "start_day" };
  if (
    state !== null &&
    isOwnMarket(state, context) &&
    symbolsNeeded(state, day).every((symbol) => context.markets[symbol])
  ) {
    turn.apply(accountId, day, context);
  }
}

/** Only these accounts ever see the feed's prices (TRADING §1). */
export function accountsOfMarket(states: Iterable<AccountState>, market: Market): readonly AccountState[] {
  return [...states].filter((state) => isOwnMarket(state, { market }));
}

export function contextOf(
  dependencies: CommandDependencies,
  settled: Settled,
  id: string,
  origin: OrderOrigin,
): Context {
  const { clock, market } = dependencies;
  return {
    now: clock.wall(),
    marketTime: clock.market(),
    market,
    id,
    origin,
    markets: settled.markets,
    instruments: {},
    booked: new Set(),
    pastOrders: {},
  };
}

/** The symbols of these orders, each once. */
export function symbolsOf(orders: readonly { readonly symbol: Symbol }[]): readonly Symbol[] {
  return [...new Set(orders.map((order) => order.symbol))];
}

export function unknownAccount<T>(): Result<T> {
  return refuse("NOT_FOUND", "There is no such account.");
}

/** Only of what the command looks at: an order on a pair that is listed no longer can still be cancelled. */
function firstProblem(settled: Settled, symbols: readonly Symbol[]): Problem | null {
  return symbols.map((symbol) => settled.problems[symbol]).find((problem) => problem !== undefined) ?? null;
}
