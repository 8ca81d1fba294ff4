import type { Pair } from "../instruments.ts";
import { divide, formatUnits, parseUnits } from "../units.ts";
import type { Side } from "./order-book.ts";
import {
  isLimitType,
  isTrailing,
  isTriggered,
  type ConditionalClose,
  type Offset,
  type OrderTerms,
  type OrderType,
  type TriggerReference,
} from "./orders.ts";

/** Reads limit prices, triggers and trails as REST writes them: `64000`, `-5%`, `#100`, `+1.5%` (PROTOCOL §2.4). */

export interface ArgumentError {
  readonly error: string;
}

export function invalid(field: string): ArgumentError {
  return { error: `EGeneral:Invalid arguments:${field}` };
}

const percentDecimals = 4;
const references: readonly TriggerReference[] = ["last", "index"];

/** Collected while prices are read: the tick is judged later than the arguments (PROTOCOL §8, point 7). */
export interface Marks {
  offTick: boolean;
}

export interface Prices extends Pick<OrderTerms, "limit" | "limitOffset" | "priceText" | "price2Text"> {
  readonly trigger:
    | { readonly price: number; readonly trail: Offset | undefined; readonly extreme: number }
    | undefined;
  readonly reference: TriggerReference;
}

/** The prices of an order of `type`, with the texts of its description. */
export function readPrices(
  pair: Pair,
  side: Side,
  type: OrderType,
  input: {
    readonly price: string | undefined;
    readonly price2: string | undefined;
    readonly trigger: string | undefined;
  },
  last: number,
  marks: Marks,
): Prices | ArgumentError {
  const reference = input.trigger === undefined ? "last" : references.find((each) => each === input.trigger);
  if (reference === undefined) {
    return invalid("trigger");
  }
  const nothing = {
    limit: undefined,
    limitOffset: undefined,
    priceText: "0",
    price2Text: "0",
    trigger: undefined,
    reference,
  };
  if (type === "market") {
    return nothing;
  }
  if (isTrailing(type)) {
    return readTrail(pair, side, type, input, last, nothing);
  }
  const price = readPrice(pair, input.price, last, side, type, "price", marks);
  if (typeof price !== "number") {
    return price;
  }
  const priceText = formatUnits(BigInt(price), pair.priceDecimals);
  if (!isTriggered(type)) {
    return { ...nothing, limit: price, priceText };
  }
  const trigger = { price, trail: undefined, extreme: last };
  if (!isLimitType(type)) {
    return { ...nothing, trigger, priceText };
  }
  const limit = readPrice(pair, input.price2, last, side, "limit", "price2", marks);
  if (typeof limit !== "number") {
    return limit;
  }
  return { ...nothing, trigger, limit, priceText, price2Text: formatUnits(BigInt(limit), pair.priceDecimals) };
}

function readTrail(
  pair: Pair,
  side: Side,
  type: OrderType,
  input: { readonly price: string | undefined; readonly price2: string | undefined },
  last: number,
  nothing: Prices,
): Prices | ArgumentError {
  const trail = readOffset(pair, input.price, "+");
  if (trail === undefined || trail.amount <= 0n) {
    return invalid("price");
  }
  const trigger = { price: trailFrom(side, last, trail), trail, extreme: last };
  const priceText = offsetText(pair, trail);
  if (type === "trailing-stop") {
    return { ...nothing, trigger, priceText };
  }
  const limitOffset = readOffset(pair, input.price2, "+-");
  if (limitOffset === undefined) {
    return invalid("price2");
  }
  return { ...nothing, trigger, limitOffset, priceText, price2Text: offsetText(pair, limitOffset) };
}

/** Where a trailing stop stands that has seen `extreme`: below it for a sell, above it for a buy. */
export function trailFrom(side: Side, extreme: number, trail: Offset): number {
  return applyOffset(extreme, side === "sell" ? { ...trail, amount: -trail.amount } : trail);
}

/** A price moved by an offset, to the nearest tick, at least one tick. */
export function applyOffset(price: number, offset: Offset): number {
  const change =
    offset.kind === "ticks"
      ? offset.amount
      : divide(BigInt(price) * offset.amount, 100n * 10n ** BigInt(percentDecimals), "half-up");
  return Math.max(1, price + Number(change));
}

function readOffset(pair: Pair, text: string | undefined, signs: string): Offset | undefined {
  const match = /^([+-])(\d+(?:\.\d+)?)(%?)$/.exec(text ?? "");
  const [, sign = "", digits = "", percent = ""] = match ?? [];
  if (sign === "" || !signs.includes(sign)) {
    return undefined;
  }
  const amount = parseUnits(digits, percent === "%" ? percentDecimals : pair.priceDecimals);
  if (amount === undefined) {
    return undefined;
  }
  return { kind: percent === "%" ? "percent" : "ticks", amount: sign === "-" ? -amount : amount };
}

function offsetText(pair: Pair, offset: Offset): string {
  const magnitude = offset.amount < 0n ? -offset.amount : offset.amount;
  const sign = offset.amount < 0n ? "-" : "+";
  return offset.kind === "percent"
    ? `${sign}${formatUnits(magnitude, percentDecimals)}%`
    : `${sign}${formatUnits(magnitude, pair.priceDecimals)}`;
}

/** A price in ticks. `+`, `-` and `#` are relative to the last price, `#` choosing the sign by type and side. */
function readPrice(
  pair: Pair,
  text: string | undefined,
  last: number,
  side: Side,
  type: OrderType,
  field: string,
  marks: Marks,
): number | ArgumentError {
  const match = /^([+#-]?)(\d*\.?\d*(?:[eE][+-]?\d+)?)(%?)$/.exec(text ?? "");
  const [, prefix = "", digits = "", percent = ""] = match ?? [];
  if (match === null || digits === "") {
    return invalid(field);
  }
  if (prefix !== "" || percent !== "") {
    const amount = parseUnits(digits, percent === "%" ? percentDecimals : pair.priceDecimals, "half-up");
    if (amount === undefined) {
      return invalid(field);
    }
    const down = prefix === "-" || (prefix === "#" && (type.startsWith("stop") ? side === "sell" : side === "buy"));
    return applyOffset(last, { kind: percent === "%" ? "percent" : "ticks", amount: down ? -amount : amount });
  }
  const exact = parseUnits(digits, pair.priceDecimals);
  const rough = parseUnits(digits, pair.priceDecimals, "down");
  if (rough === undefined || rough > BigInt(Number.MAX_SAFE_INTEGER)) {
    return invalid(field);
  }
  marks.offTick ||= exact === undefined;
  return rough <= 0n && exact !== undefined ? { error: "EOrder:Invalid price" } : Math.max(1, Number(rough));
}

/** A changed price of an amend: ticks, or Kraken's error. */
export function readAmendPrice(
  pair: Pair,
  text: string,
  side: Side,
  last: number,
  field: string,
): number | ArgumentError {
  const marks: Marks = { offTick: false };
  const price = readPrice(pair, text, last, side, "limit", field, marks);
  return marks.offTick ? { error: "EOrder:Tick size check failed" } : price;
}

/** The prices of a conditional close for its child, from the texts the parent kept. */
export function closePrices(pair: Pair, side: Side, close: ConditionalClose, last: number): Prices | undefined {
  const prices = readPrices(
    pair,
    side,
    close.type,
    { price: close.price, price2: close.price2, trigger: undefined },
    last,
    { offTick: false },
  );
  return "error" in prices ? undefined : prices;
}
