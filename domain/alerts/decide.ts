/** Setting, removing and firing price alerts. */
import { compare } from "../decimal.ts";
import type { Trade, TriggerDelivery } from "../market.ts";
import { nearestPrice } from "../orders/quantise.ts";
import type { Problem } from "../problem.ts";
import { marketProblem } from "../account/place.ts";
import { lastPrice } from "../account/triggered.ts";
import { record, stamp, type Outcome, type Turn } from "../account/turn.ts";
import { raiseAlert } from "../account/venue/alerts.ts";
import type { PriceAlertCommand } from "./commands.ts";
import { MAXIMUM_PRICE_ALERTS, type PriceAlert } from "./price-alert.ts";

type CommandOf<T extends PriceAlertCommand["type"]> = Extract<PriceAlertCommand, { type: T }>;

/** Sets an alert, armed at the last trade that is known. Refuses a price that the market is beyond already. */
export function setPriceAlert(turn: Turn, command: CommandOf<"set_price_alert">): Outcome {
  const { state, context } = turn;
  const { symbol, direction } = command;
  const clash = marketProblem(state, context);
  if (clash !== null) {
    return { problem: clash, events: [] };
  }
  if (Object.keys(state.priceAlerts).length >= MAXIMUM_PRICE_ALERTS) {
    return refused(
      "PRICE_ALERT_LIMIT",
      `An account has at most ${MAXIMUM_PRICE_ALERTS} price alerts at a time. Remove one first.`,
      { limit: String(MAXIMUM_PRICE_ALERTS) },
    );
  }
  const view = context.markets[symbol];
  if (view === undefined) {
    return refused("MARKET_UNAVAILABLE", `The trades of ${symbol} are not known just now. Try again in a moment.`, {
      symbol,
    });
  }
  const price = nearestPrice(command.price, view.instrument);
  const last = lastPrice(view);
  if (last !== null && isBeyond(direction, last, price)) {
    return refused(
      "PRICE_INVALID",
      `${symbol} trades at ${last}, which is ${direction} ${price} already. Choose a price that it has yet to reach.`,
      { symbol, value: price, limit: last },
    );
  }
  record(turn, {
    type: "price_alert_set",
    ...stamp(context),
    alert: {
      id: context.id,
      symbol,
      direction,
      price,
      note: command.note,
      ask: command.ask,
      armedTradeId: view.tapeTradeId,
      version: 1,
      createdAt: context.marketTime,
    },
  });
  return null;
}

export function removePriceAlert(turn: Turn, { priceAlertId }: CommandOf<"remove_price_alert">): Outcome {
  if (turn.state.priceAlerts[priceAlertId] === undefined) {
    return refused("NOT_FOUND", "There is no such price alert: it has fired already or was removed.", {});
  }
  record(turn, { type: "price_alert_removed", ...stamp(turn.context), priceAlertId });
  return null;
}

export function tellAlertAnswer(turn: Turn, { severity, message }: CommandOf<"tell_alert_answer">): Outcome {
  raiseAlert(turn, severity, message, null, "price");
  return null;
}

/** Takes the deliveries that are of price alerts and answers the others. Each alert fires once, by the first trade that reaches it. */
export function firePriceAlerts(turn: Turn, deliveries: readonly TriggerDelivery[]): readonly TriggerDelivery[] {
  return deliveries.filter((delivery) => {
    const alert = turn.state.priceAlerts[delivery.orderId];
    if (alert === undefined) {
      return true;
    }
    if (delivery.version === alert.version && delivery.symbol === alert.symbol) {
      deliver(turn, alert, delivery);
    }
    return false;
  });
}

function deliver(turn: Turn, alert: PriceAlert, { trades, late, newTapeAt }: TriggerDelivery): void {
  if (newTapeAt !== undefined) {
    record(turn, {
      type: "price_alert_rearmed",
      ...stamp(turn.context),
      priceAlertId: alert.id,
      armedTradeId: newTapeAt,
    });
    return;
  }
  const trade = trades
    .toSorted((left, right) => left.id - right.id)
    .find(({ id, price }) => id > alert.armedTradeId && isBeyond(alert.direction, price, alert.price));
  if (trade !== undefined) {
    fire(turn, alert, trade, late);
  }
}

function fire(turn: Turn, alert: PriceAlert, trade: Trade, late: boolean): void {
  const { symbol, direction, price, note, ask = null } = alert;
  record(turn, {
    type: "price_alert_fired",
    ...stamp(turn.context),
    priceAlertId: alert.id,
    symbol,
    direction,
    price,
    tradePrice: trade.price,
    tradeId: trade.id,
    firedAt: trade.time,
    late,
  });
  const when = late ? ", while the desk was away" : "";
  const words = note === null ? "" : ` Your note: ${note}`;
  const asks = ask === null ? "" : " The model that it asks will answer in the Assistant.";
  const message = `${symbol} traded at ${trade.price}${when}: your alert was for ${direction} ${price}.${asks}${words}`;
  raiseAlert(turn, "information", message, null, "price");
}

function isBeyond(direction: PriceAlert["direction"], trade: PriceAlert["price"], level: PriceAlert["price"]): boolean {
  const order = compare(trade, level);
  return direction === "above" ? order >= 0 : order <= 0;
}

function refused(code: Problem["code"], message: string, details: Problem["details"]): Outcome {
  return { problem: { code, message, details }, events: [] };
}
