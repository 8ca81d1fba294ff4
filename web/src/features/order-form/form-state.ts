/**
 * What stands in the order form, as the trader wrote it, and how each move changes it. Texts stay texts until they are
 * read (form-request.ts), so that "0." can be typed and nothing is ever rewritten under the cursor.
 */
import { isPositive, parseDecimal, type Decimal } from "../../../../domain/decimal.ts";
import type { Side } from "../../../../domain/market.ts";
import {
  isTriggered,
  type ConditionalClose,
  type OrderType,
  type TimeInForce,
} from "../../../../domain/orders/order.ts";
import { DEFAULT_PROTECTION, type ProtectionTexts } from "./protection-texts.ts";

/** Whether the size is written in the asset that is traded or in what it is paid with. */
export type SizeUnit = "base" | "quote";

export type OrderForm = {
  readonly side: Side;
  readonly type: OrderType;
  readonly sizeText: string;
  readonly sizeUnit: SizeUnit;
  readonly priceText: string;
  /** Of triggered types, except the trailing stop. */
  readonly triggerText: string;
  /** Of a trailing stop: its distance in percent. */
  readonly trailingText: string;
  /** Of market and limit orders: what Kraken places by itself for each fill. */
  readonly closeType: CloseType | "none";
  readonly closeTriggerText: string;
  readonly closeLimitText: string;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  /** How long a good-till-date order lives from the moment it is sent. */
  readonly lifetime: Lifetime;
} & ProtectionTexts;

export type CloseType = Exclude<ConditionalClose["type"], "trailing-stop">;

/** The parts of a form that say when an order acts, and what follows it at the exchange. */
export type TriggerFields = Pick<
  OrderForm,
  "triggerText" | "trailingText" | "closeType" | "closeTriggerText" | "closeLimitText"
>;

export const LIFETIMES = ["10m", "1h", "8h", "1d", "7d", "30d"] as const;
export type Lifetime = (typeof LIFETIMES)[number];

const minutes: Readonly<Record<Lifetime, number>> = {
  "10m": 10,
  "1h": 60,
  "8h": 480,
  "1d": 1440,
  "7d": 10_080,
  "30d": 43_200,
};

export const LIFETIME_WORDS: Readonly<Record<Lifetime, string>> = {
  "10m": "10 minutes",
  "1h": "1 hour",
  "8h": "8 hours",
  "1d": "1 day",
  "7d": "7 days",
  "30d": "30 days",
};

export type FormAction =
  | { readonly type: "side"; readonly side: Side }
  | { readonly type: "order type"; readonly orderType: OrderType }
  | { readonly type: "size"; readonly text: string }
  | { readonly type: "size unit"; readonly unit: SizeUnit; readonly text: string }
  | { readonly type: "price"; readonly text: string }
  | { readonly type: "protection"; readonly change: Partial<ProtectionTexts> }
  | { readonly type: "triggers"; readonly change: Partial<TriggerFields> }
  | { readonly type: "time in force"; readonly timeInForce: TimeInForce }
  | { readonly type: "post-only"; readonly postOnly: boolean }
  | { readonly type: "lifetime"; readonly lifetime: Lifetime }
  | { readonly type: "prefill"; readonly side?: Side; readonly price?: Decimal; readonly quantity?: Decimal }
  | { readonly type: "symbol changed" }
  /** `sizeIsNew`: the size was written after the order had been sent, so it is of the next one. */
  | { readonly type: "placed"; readonly sizeIsNew: boolean };

const NO_TRIGGERS: TriggerFields = {
  triggerText: "",
  trailingText: "",
  closeType: "none",
  closeTriggerText: "",
  closeLimitText: "",
};

export const EMPTY_FORM: OrderForm = {
  side: "buy",
  type: "limit",
  sizeText: "",
  sizeUnit: "base",
  priceText: "",
  triggerText: "",
  trailingText: "",
  closeType: "none",
  closeTriggerText: "",
  closeLimitText: "",
  timeInForce: "gtc",
  postOnly: false,
  lifetime: "1d",
  ...DEFAULT_PROTECTION,
};

export function reduceForm(form: OrderForm, action: FormAction): OrderForm {
  switch (action.type) {
    case "side":
      return { ...form, side: action.side };
    case "order type":
      return { ...form, type: action.orderType };
    case "size":
      return { ...form, sizeText: action.text };
    case "size unit":
      return { ...form, sizeUnit: action.unit, sizeText: action.text };
    case "price":
      return { ...form, priceText: action.text };
    case "triggers":
    case "protection":
      return { ...form, ...action.change };
    case "time in force":
      // An order that must trade at once cannot also refuse to.
      return { ...form, timeInForce: action.timeInForce, postOnly: form.postOnly && action.timeInForce !== "ioc" };
    case "post-only":
      return {
        ...form,
        postOnly: action.postOnly,
        timeInForce: action.postOnly && form.timeInForce === "ioc" ? "gtc" : form.timeInForce,
      };
    case "lifetime":
      return { ...form, lifetime: action.lifetime };
    case "prefill":
      return prefilled(form, action);
    case "symbol changed":
      // A price or a size of another pair must never be sent by habit.
      return { ...form, priceText: "", sizeText: "", ...NO_TRIGGERS, ...DEFAULT_PROTECTION };
    case "placed":
      // A stop that was meant for one order must not ride on the next.
      return {
        ...form,
        sizeText: action.sizeIsNew ? form.sizeText : "",
        closeType: "none",
        closeTriggerText: "",
        closeLimitText: "",
        ...DEFAULT_PROTECTION,
      };
  }
}

/** When a good-till-date order sent at `now` (market time) expires. */
export function expiryOf(lifetime: Lifetime, now: number): number {
  return now + minutes[lifetime] * 60_000;
}

/** The number in a field, or null when it is none or not above zero. */
export function positiveNumber(text: string): Decimal | null {
  const value = parseDecimal(text);
  return value !== null && isPositive(value) ? value : null;
}

function prefilled(form: OrderForm, wish: Extract<FormAction, { type: "prefill" }>): OrderForm {
  return {
    ...form,
    side: wish.side ?? form.side,
    // A clicked price is the limit of a type that has one; of the others it makes a limit order.
    ...(wish.price === undefined
      ? {}
      : { type: isTriggered(form.type) && form.type.endsWith("limit") ? form.type : "limit", priceText: wish.price }),
    ...(wish.quantity === undefined ? {} : { sizeText: wish.quantity, sizeUnit: "base" }),
  };
}
