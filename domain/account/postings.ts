/**
 * Double entry: every event as movements between accounts, per asset, that sum to zero. `free` and `held` together are what
 * the account has; `market` is everybody it trades with, `fees` the venue's till, `world` where deposits come from.
 */
import { add, isZero, negate, subtract, ZERO, type Decimal } from "../decimal.ts";
import type { Asset } from "../market.ts";
import type { AccountEvent, FillBooked } from "./events.ts";
import type { ExternalFillBooked } from "./venue/events.ts";
import type { Hold } from "./state.ts";

export const LEDGERS = ["free", "held", "market", "fees", "world"] as const;
export type Ledger = (typeof LEDGERS)[number];

export type Posting = { readonly ledger: Ledger; readonly asset: Asset; readonly amount: Decimal };

/** The movements of one event; none for an event that moves nothing. */
export function postings(event: AccountEvent): readonly Posting[] {
  return movements(event).filter(({ amount }) => !isZero(amount));
}

function movements(event: AccountEvent): readonly Posting[] {
  switch (event.type) {
    case "account_opened":
      return move("world", "free", event.currency, event.startingBalance);
    case "deposited":
      return move("world", "free", event.asset, event.amount);
    case "account_reset":
      return [
        ...event.removed.flatMap(({ asset, quantity }) => move("free", "world", asset, quantity)),
        ...move("world", "free", event.currency, event.startingBalance),
      ];
    case "order_submitted":
      return move("free", "held", event.hold.asset, event.hold.amount);
    case "order_amended":
      return move("free", "held", event.hold.asset, subtract(event.hold.after, event.hold.before));
    case "order_cancelled":
    case "order_expired":
    case "order_rejected":
    case "order_completed":
      return release(event.released);
    case "fill_booked":
      return [...release(event.released), ...trade(event)];
    case "holdings_found":
      return event.holdings.flatMap(({ asset, quantity }) => move("world", "free", asset, quantity));
    case "amend_requested":
    case "amend_released":
    case "amend_failed":
    case "exit_released":
      return move("free", "held", event.hold.asset, subtract(event.hold.after, event.hold.before));
    case "external_fill_booked":
      return [
        ...trade(event),
        ...event.external.map((each): Posting => ({ ledger: "free", asset: each.asset, amount: each.quantity })),
      ];
    case "ledger_booked":
      return move("world", "free", event.asset, event.quantity);
    case "ledger_settled":
      // The exchange's rounding of what it has charged.
      return event.rows.flatMap(({ asset, difference }) => move("fees", "free", asset, difference));
    case "execution_also_named":
    case "flow_valued":
    case "order_triggered":
    case "trigger_moved":
    case "protection_changed":
    case "target_reached":
    case "equity_sampled":
    case "trading_halted":
    case "stops_tightened":
    case "trading_resumed":
    case "trading_stopped":
    case "price_alert_set":
    case "price_alert_removed":
    case "price_alert_fired":
    case "price_alert_rearmed":
    case "connection_changed":
    case "action_sent":
    case "action_deferred":
    case "order_reported":
    case "absence_noted":
    case "order_recalled":
    case "external_order_seen":
    case "external_order_ended":
    case "difference_noted":
    case "difference_cleared":
    case "reconciled":
    case "holding_adopted":
    case "fees_learned":
    case "cancel_accepted":
    case "order_missed":
    case "exit_wish_changed":
    case "stop_lost":
    case "carried_stop_settled":
    case "alert_raised":
    case "settings_changed":
    case "risk_change_planned":
    case "order_denied":
    case "amend_denied":
    case "order_opened":
    case "order_unknown":
    case "cancel_requested":
    case "queue_advanced":
    case "day_started":
      return [];
  }
}

/** What the account's legs say on one side; what price, quantity and fee say on the other. They must agree. */
function trade(event: FillBooked | ExternalFillBooked): readonly Posting[] {
  const [base = event.symbol, quote = event.feeAsset] = event.symbol.split("/");
  const bought = event.side === "buy";
  return [
    ...event.legs.map((leg): Posting => ({ ledger: "free", asset: leg.asset, amount: leg.quantity })),
    { ledger: "market", asset: base, amount: bought ? negate(event.quantity) : event.quantity },
    { ledger: "market", asset: quote, amount: bought ? event.cost : negate(event.cost) },
    { ledger: "fees", asset: event.feeAsset, amount: event.fee },
  ];
}

function release(hold: Hold): readonly Posting[] {
  return move("held", "free", hold.asset, hold.amount);
}

function move(from: Ledger, to: Ledger, asset: Asset, amount: Decimal): readonly Posting[] {
  return [
    { ledger: from, asset, amount: negate(amount) },
    { ledger: to, asset, amount },
  ];
}

/** Sum of the postings per asset: all zero, or the event is wrong. */
export function imbalance(event: AccountEvent): readonly { readonly asset: Asset; readonly amount: Decimal }[] {
  const sums = new Map<Asset, Decimal>();
  for (const { asset, amount } of postings(event)) {
    sums.set(asset, add(sums.get(asset) ?? ZERO, amount));
  }
  return [...sums].filter(([, amount]) => !isZero(amount)).map(([asset, amount]) => ({ asset, amount }));
}
