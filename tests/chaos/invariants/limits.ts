/**
 * No order beyond a limit at commit time (TRADING §5), reckoned here anew from holdings, live orders and what the feed said in
 * that moment. What is open counts in full.
 */
import { holdingOf, totalOf } from "../../../domain/account/holdings.ts";
import type { AccountState, OpenOrder } from "../../../domain/account/state.ts";
import {
  add,
  decimal,
  isAbove,
  isPositive,
  multiply,
  subtract,
  sum,
  ZERO,
  type Decimal,
} from "../../../domain/decimal.ts";
import type { MarketView } from "../../../domain/market.ts";
import type { RiskSettings } from "../../../domain/risk/settings.ts";
import type { Recorded } from "../../../durable-objects/trader/turn.ts";
import type { Surroundings } from "../surroundings.ts";
import { short } from "../venue.ts";
import { liveOrder, liveOrders } from "../../../domain/account/open-orders.ts";

/** An order at market is judged by the touch and reckoned here by the mark. */
const TOLERANCE = decimal("1.001");
const PERCENT = decimal("0.01");
const MINUTE_MS = 60_000;

type Marks = Readonly<Record<string, MarketView>>;

export class LimitJudge {
  readonly #world: Surroundings;
  readonly #entriesAt: number[] = [];

  constructor(world: Surroundings) {
    this.#world = world;
  }

  committed({ event, after }: Recorded): void {
    const opens = event.type === "order_submitted" && event.intent === "entry" && event.origin !== "conditional";
    const order = opens || event.type === "amend_requested" ? liveOrder(after.orders, event.orderId) : undefined;
    if (order?.intent !== "entry" || !(opens || grows(order))) {
      return;
    }
    const marks = this.#world.feed.markets();
    const breach = breachOf(after, order, marks);
    if (breach !== null) {
      this.#world.story.breaks(`entry ${short(order.id)} is beyond a limit: ${breach}`);
    }
    if (opens) {
      this.#entriesAt.push(event.time);
      const lately = this.#entriesAt.filter((at) => at > event.time - MINUTE_MS && at <= event.time).length;
      if (lately > after.limits.ordersPerMinute) {
        this.#world.story.breaks(`entry ${short(order.id)} is number ${String(lately)} of a minute`);
      }
    }
  }
}

function grows({ venue, quantity, limitPrice }: OpenOrder): boolean {
  const amend = venue?.amend ?? null;
  return amend !== null && (isAbove(amend.quantity, quantity) || amend.limitPrice !== limitPrice);
}

function breachOf(state: AccountState, order: OpenOrder, marks: Marks): string | null {
  const { limits } = state;
  const equity = equityOf(state, marks);
  if (equity === null) {
    return "nobody knows what the account is worth";
  }
  const asset = acquired(order);
  const worth = worthOf(order, marks);
  const position = add(holdingWorth(state, asset, marks), openWorth(state, marks, [asset]));
  const assets = Object.keys(state.holdings).filter((each) => each !== state.currency);
  const held = sum(assets.map((each) => holdingWorth(state, each, marks)));
  const exposure = add(held, openWorth(state, marks, null));
  const open = new Set([
    ...assets.filter((each) => isPositive(holdingOf(state.holdings, each).managed)),
    ...openEntries(state).map(acquired),
  ]);
  const checks: readonly (readonly [string, Decimal, Decimal | null])[] = [
    ["value of the order", worth, limits.maximumOrderValue],
    ["value of the position", position, limits.maximumPositionValue],
    ["share of equity", position, shareOf(equity, limits.maximumPositionPercent)],
    ["exposure", exposure, shareOf(equity, limits.maximumExposurePercent)],
    ["positions", decimal(String(open.size)), mostPositions(limits, state, asset)],
    ["risk of the trade", riskOf(order, marks), shareOf(equity, limits.riskPerTradePercent)],
  ];
  const breach = checks.find(([, value, limit]) => limit !== null && isAbove(value, multiply(limit, TOLERANCE)));
  return breach === undefined ? null : `${breach[0]} is ${breach[1]} and ${breach[2] ?? ""} is the limit`;
}

/** Adding to a position is always possible; dust counts nothing there, here it does. */
function mostPositions({ maximumOpenPositions }: RiskSettings, state: AccountState, asset: string): Decimal | null {
  const isOpen =
    isPositive(holdingOf(state.holdings, asset).managed) ||
    openEntries(state).filter((order) => acquired(order) === asset).length > 1;
  return maximumOpenPositions === null || isOpen ? null : decimal(String(maximumOpenPositions));
}

/** Without a stop the whole cost; fees left out, so that a breach is one by any reckoning. */
function riskOf(order: OpenOrder, marks: Marks): Decimal {
  const stop = order.protection?.stop ?? null;
  const worth = worthOf(order, marks);
  switch (stop?.type) {
    case undefined:
      return order.conditionalClose === null ? worth : ZERO;
    case "price": {
      const lost = subtract(priceOf(order, marks), stop.price);
      return isPositive(lost) ? multiply(multiply(lost, sizeOf(order)), rateOf(order, marks)) : ZERO;
    }
    case "percent":
    case "trailing":
      return multiply(worth, multiply(stop.percent, PERCENT));
  }
}

function equityOf({ holdings }: AccountState, marks: Marks): Decimal | null {
  let equity = ZERO;
  for (const asset of Object.keys(holdings)) {
    const owned = totalOf(holdingOf(holdings, asset));
    const quote = marks[`${asset}/USD`]?.quote;
    if (asset === "USD") {
      equity = add(equity, owned);
    } else if (isPositive(owned)) {
      if (quote?.fresh !== true || quote.mark === null) {
        return null;
      }
      equity = add(equity, multiply(owned, quote.mark));
    }
  }
  return equity;
}

function holdingWorth({ holdings }: AccountState, asset: string, marks: Marks): Decimal {
  return multiply(holdingOf(holdings, asset).managed, marks[`${asset}/USD`]?.quote.mark ?? ZERO);
}

/** Null: of every asset but the account currency. */
function openWorth(state: AccountState, marks: Marks, assets: readonly string[] | null): Decimal {
  const entries = openEntries(state).filter((order) =>
    assets === null ? acquired(order) !== state.currency : assets.includes(acquired(order)),
  );
  return sum(entries.map((order) => worthOf(order, marks)));
}

function openEntries({ orders }: AccountState): readonly OpenOrder[] {
  return liveOrders(orders).filter(({ intent }) => intent === "entry");
}

function acquired({ symbol, side }: OpenOrder): string {
  const [base = "", quote = ""] = symbol.split("/");
  return side === "buy" ? base : quote;
}

function worthOf(order: OpenOrder, marks: Marks): Decimal {
  return multiply(multiply(priceOf(order, marks), sizeOf(order)), rateOf(order, marks));
}

function sizeOf({ quantity, filledQuantity, venue }: OpenOrder): Decimal {
  const asked = venue?.amend?.quantity ?? quantity;
  return subtract(isAbove(asked, quantity) ? asked : quantity, filledQuantity);
}

function priceOf({ limitPrice, triggerPrice, symbol, venue }: OpenOrder, marks: Marks): Decimal {
  return venue?.amend?.limitPrice ?? limitPrice ?? triggerPrice ?? marks[symbol]?.quote.mark ?? ZERO;
}

function rateOf({ symbol }: OpenOrder, marks: Marks): Decimal {
  const quote = symbol.split("/")[1] ?? "";
  return quote === "USD" ? decimal("1") : (marks[`${quote}/USD`]?.quote.mark ?? ZERO);
}

function shareOf(equity: Decimal, percent: Decimal | null): Decimal | null {
  return percent === null ? null : multiply(multiply(equity, percent), PERCENT);
}
