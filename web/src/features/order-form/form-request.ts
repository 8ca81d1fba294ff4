/** What stands in the form, read as an order: the request that would be sent, or the field that cannot be read yet. */
import { divide, multiply, round, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument, Level } from "../../../../domain/market.ts";
import { hasLimitPrice, isTriggered, type ConditionalClose } from "../../../../domain/orders/order.ts";
import { quantityDecimals } from "../../../../domain/orders/quantise.ts";
import type { OrderRequest } from "../../../../domain/orders/request.ts";
import { bringsProtection, needsNumber, protectionOf } from "./protection-form.ts";
import { expiryOf, positiveNumber, type OrderForm, type SizeUnit } from "./form-state.ts";

export type FormField = "price" | "size" | "trigger" | "trailing" | "close trigger" | "close limit" | "stop" | "target";

export type FormReading =
  | { readonly type: "request"; readonly request: OrderRequest }
  /** Something is still to be written; `message` says what. */
  | { readonly type: "incomplete"; readonly field: FormField; readonly message: string }
  /** Something written is no number above zero. */
  | { readonly type: "unreadable"; readonly field: FormField; readonly message: string };

/** The best prices, by which a size in quote becomes one in base where there is no limit price. */
export type Touch = { readonly bid: Level | null; readonly ask: Level | null };

export function readForm(form: OrderForm, instrument: Instrument, touch: Touch, marketTime: number): FormReading {
  const limitPrice = positiveNumber(form.priceText);
  const wrong = fieldsOf(form).find(({ text }) => positiveNumber(text) === null);
  if (wrong !== undefined) {
    const { field, name, text } = wrong;
    return text.trim() === ""
      ? { type: "incomplete", field, message: `Give a ${name}.` }
      : { type: "unreadable", field, message: `The ${name} is not a number above zero.` };
  }
  const size = positiveNumber(form.sizeText);
  if (size === null) {
    return form.sizeText.trim() === ""
      ? { type: "incomplete", field: "size", message: "Give a size." }
      : { type: "unreadable", field: "size", message: "The size is not a number above zero." };
  }
  const sized = sizeOf(form, size, instrument, touch);
  if (sized === null) {
    return { type: "incomplete", field: "size", message: `There is no price to turn ${instrument.quote} into a size.` };
  }
  return { type: "request", request: { ...requestHead(form, instrument, marketTime, limitPrice), ...sized } };
}

type PriceLike = { readonly field: FormField; readonly name: string; readonly text: string };

/** The numbers, beside the size, that this kind of order needs. */
function fieldsOf(form: OrderForm): readonly PriceLike[] {
  const fields: PriceLike[] = [];
  if (isTriggered(form.type) && form.type !== "trailing-stop") {
    fields.push({ field: "trigger", name: "trigger price", text: form.triggerText });
  }
  if (form.type === "trailing-stop") {
    fields.push({ field: "trailing", name: "distance in percent", text: form.trailingText });
  }
  if (hasLimitPrice(form.type)) {
    fields.push({ field: "price", name: "limit price", text: form.priceText });
  }
  if (!isTriggered(form.type) && form.closeType !== "none") {
    if (isTriggered(form.closeType)) {
      fields.push({ field: "close trigger", name: "trigger price of the close", text: form.closeTriggerText });
    }
    if (hasLimitPrice(form.closeType)) {
      fields.push({ field: "close limit", name: "limit price of the close", text: form.closeLimitText });
    }
  }
  if (bringsProtection(form)) {
    if (needsNumber(form.stopKind)) {
      fields.push({
        field: "stop",
        name: form.stopKind === "price" ? "stop price" : "stop distance",
        text: form.stopText,
      });
    }
    if (needsNumber(form.targetKind)) {
      const name = form.targetKind === "price" ? "target price" : "target distance";
      fields.push({ field: "target", name, text: form.targetText });
    }
  }
  return fields;
}

/** The request without a size, for "how much could it be": null while a limit order has no price. */
export function sizelessRequest(form: OrderForm, instrument: Instrument, marketTime: number): OrderRequest | null {
  const limitPrice = positiveNumber(form.priceText);
  return fieldsOf(form).some(({ text }) => positiveNumber(text) === null)
    ? null
    : requestHead(form, instrument, marketTime, limitPrice);
}

/** A size in the other unit at a price, as text for the field; "" when there is nothing to convert. */
export function convertedSize(sizeText: string, to: SizeUnit, price: Decimal | null, instrument: Instrument): string {
  const size = positiveNumber(sizeText);
  if (size === null || price === null) {
    return "";
  }
  return to === "quote"
    ? round(multiply(size, price), quoteDecimals(instrument), "half-even")
    : divide(size, price, quantityDecimals(instrument), "down");
}

/** Decimals of an amount of quote that a person writes: cents of dollars, the usual eight of a coin. */
export function quoteDecimals(instrument: Instrument): number {
  return Math.min(instrument.quote === "USD" ? 2 : 8, instrument.costDecimals);
}

/** The price at which this order would roughly trade: its limit, else the best price of the other side. */
export function referencePrice(form: OrderForm, touch: Touch): Decimal | null {
  if (hasLimitPrice(form.type)) {
    return positiveNumber(form.priceText);
  }
  if (isTriggered(form.type) && form.type !== "trailing-stop") {
    return positiveNumber(form.triggerText);
  }
  return (form.side === "buy" ? touch.ask : touch.bid)?.[0] ?? null;
}

function requestHead(
  form: OrderForm,
  instrument: Instrument,
  marketTime: number,
  limitPrice: Decimal | null,
): OrderRequest {
  const head = { symbol: instrument.symbol, side: form.side, type: form.type, ...protectionOf(form) };
  if (isTriggered(form.type)) {
    const triggerPrice = positiveNumber(form.triggerText);
    const trailingPercent = positiveNumber(form.trailingText);
    return {
      ...head,
      timeInForce: "gtc",
      postOnly: false,
      ...(hasLimitPrice(form.type) && limitPrice !== null ? { limitPrice } : {}),
      ...(form.type === "trailing-stop" || triggerPrice === null ? {} : { triggerPrice }),
      ...(form.type !== "trailing-stop" || trailingPercent === null ? {} : { trailingPercent }),
    };
  }
  const close = closeOf(form);
  const closing = close === null ? {} : { conditionalClose: close };
  if (form.type === "market" || limitPrice === null) {
    return { ...head, ...closing, timeInForce: "ioc", postOnly: false };
  }
  return {
    ...head,
    ...closing,
    limitPrice,
    timeInForce: form.timeInForce,
    postOnly: form.postOnly,
    ...(form.timeInForce === "gtd" ? { expiresAt: expiryOf(form.lifetime, marketTime) } : {}),
  };
}

function closeOf(form: OrderForm): ConditionalClose | null {
  if (form.closeType === "none") {
    return null;
  }
  return {
    type: form.closeType,
    triggerPrice: isTriggered(form.closeType) ? positiveNumber(form.closeTriggerText) : null,
    limitPrice: hasLimitPrice(form.closeType) ? positiveNumber(form.closeLimitText) : null,
  };
}

/** A market buy may name what it spends; everything else is a quantity of base. */
function sizeOf(
  form: OrderForm,
  size: Decimal,
  instrument: Instrument,
  touch: Touch,
): { readonly quantity: Decimal } | { readonly cost: Decimal } | null {
  if (form.sizeUnit === "base") {
    return { quantity: size };
  }
  if (form.type === "market" && form.side === "buy") {
    return { cost: size };
  }
  const price = form.type === "market" ? (touch.bid?.[0] ?? null) : referencePrice(form, touch);
  return price === null ? null : { quantity: divide(size, price, quantityDecimals(instrument), "down") };
}
