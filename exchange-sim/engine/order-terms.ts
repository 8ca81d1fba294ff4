import { DAY, SECOND, type Micros } from "../clock.ts";
import type { Pair } from "../instruments.ts";
import type { Switches } from "../switches.ts";
import { divide, formatUnits, parseUnits, rescale } from "../units.ts";
import type { Side } from "./order-book.ts";
import {
  isLimitType,
  isTrailing,
  isTriggered,
  orderTypes,
  type ConditionalClose,
  type Offset,
  type OrderTerms,
  type OrderType,
  type SelfTradePrevention,
  type TimeInForce,
  type TriggerReference,
} from "./orders.ts";

/** An order as a client asked for it, from REST or WebSocket, with REST's words. */
export interface OrderInput {
  readonly pair: Pair;
  readonly side: string | undefined;
  readonly type: string | undefined;
  readonly volume: string | undefined;
  readonly price: string | undefined;
  readonly price2: string | undefined;
  readonly trigger: string | undefined;
  readonly timeInForce: string | undefined;
  readonly startAt: Micros | "invalid" | undefined;
  readonly expireAt: Micros | "invalid" | undefined;
  readonly flags: readonly string[];
  readonly selfTrade: string | undefined;
  readonly close:
    | { readonly type: string; readonly price: string | undefined; readonly price2: string | undefined }
    | undefined;
  readonly userref: string | undefined;
  readonly clientOrderId: string | undefined;
  readonly leverage: string | undefined;
  readonly reduceOnly: boolean;
}

export interface TermsContext {
  readonly switches: Switches;
  readonly lastPrice: number;
  readonly now: Micros;
}

/** The terms, with whether a price was off the tick grid (then it is cut to it), or Kraken's error. */
export type TermsResult = { readonly terms: OrderTerms; readonly offTick: boolean } | { readonly error: string };

/** Collected while prices are read: the tick is judged later than the arguments (PROTOCOL §8, point 7). */
interface Marks {
  offTick: boolean;
}

const invalid = (field: string): { readonly error: string } => ({ error: `EGeneral:Invalid arguments:${field}` });
const percentDecimals = 4;
const knownFlags = ["post", "fcib", "fciq", "viqc", "nompp"];
const timesInForce: readonly TimeInForce[] = ["GTC", "IOC", "GTD", "FOK"];
const selfTrades: readonly SelfTradePrevention[] = ["cancel-newest", "cancel-oldest", "cancel-both"];
const references: readonly TriggerReference[] = ["last", "index"];
const longestLife = 31 * DAY;
const shortestLife = 5 * SECOND;
const int32 = 2 ** 31;

/** Reads an order's arguments (PROTOCOL §2.4, §2.5). What depends on market and account is checked elsewhere. */
export function readTerms(input: OrderInput, context: TermsContext): TermsResult {
  const side = input.side === "buy" || input.side === "sell" ? input.side : undefined;
  const type = orderTypes.find((each) => each === input.type);
  if (side === undefined) {
    return invalid("type");
  }
  if (type === undefined) {
    return invalid("ordertype");
  }
  if ((input.leverage !== undefined && !["", "none", "0", "1"].includes(input.leverage)) || input.reduceOnly) {
    // A cash account has no position that could be reduced or enlarged.
    return { error: input.reduceOnly ? "EOrder:Reduce only:No position exists" : "EOrder:Cannot open position" };
  }
  const flags = readFlags(input, side, type);
  if ("error" in flags) {
    return flags;
  }
  const identity = readIdentity(input, context.switches);
  if ("error" in identity) {
    return identity;
  }
  const quantity = readQuantity(input, flags.inQuote, context.switches);
  if (typeof quantity !== "bigint") {
    return quantity;
  }
  const marks: Marks = { offTick: false };
  const prices = readPrices(input.pair, side, type, input, context.lastPrice, marks);
  if ("error" in prices) {
    return prices;
  }
  const life = readLife(input, type, flags.postOnly, context);
  if ("error" in life) {
    return life;
  }
  const close = readClose(input, side, context.lastPrice, marks);
  if (close !== undefined && "error" in close) {
    return close;
  }
  const selfTrade =
    input.selfTrade === undefined ? "cancel-newest" : selfTrades.find((each) => each === input.selfTrade);
  if (selfTrade === undefined) {
    return invalid("stptype");
  }
  const { reference, ...rest } = prices;
  return {
    offTick: marks.offTick,
    terms: {
      pair: input.pair,
      side,
      type,
      quantity,
      inQuote: flags.inQuote,
      ...rest,
      trigger: rest.trigger === undefined ? undefined : { ...rest.trigger, reference },
      ...life,
      postOnly: flags.postOnly,
      feeCurrency: feeCurrency(flags.list, side, context.switches),
      selfTrade,
      close,
      ...identity,
      flags: flags.list,
    },
  };
}

function readFlags(
  input: OrderInput,
  side: Side,
  type: OrderType,
):
  | { readonly list: readonly string[]; readonly postOnly: boolean; readonly inQuote: boolean }
  | { readonly error: string } {
  const list = [...new Set(input.flags)];
  if (list.some((flag) => !knownFlags.includes(flag)) || (list.includes("fcib") && list.includes("fciq"))) {
    return invalid("oflags");
  }
  const postOnly = list.includes("post");
  const inQuote = list.includes("viqc");
  if (postOnly && type !== "limit") {
    return invalid("post order option is only available when ordertype = limit");
  }
  if (inQuote && (type !== "market" || side !== "buy")) {
    return invalid("viqc");
  }
  if (list.includes("nompp") && type !== "market") {
    return invalid("no_mpp order option is only available when ordertype = market");
  }
  return { list: list.filter((flag) => flag !== "nompp"), postOnly, inQuote };
}

function feeCurrency(flags: readonly string[], side: Side, switches: Switches): "base" | "quote" {
  if (flags.includes("fcib")) {
    return "base";
  }
  const bySide = switches.value("feeCurrencyDefault") === "by side" && side === "sell";
  return !flags.includes("fciq") && bySide ? "base" : "quote";
}

function readIdentity(
  input: OrderInput,
  switches: Switches,
): { readonly userref: number | undefined; readonly clientOrderId: string | undefined } | { readonly error: string } {
  const clientOrderId = input.clientOrderId;
  if (clientOrderId !== undefined) {
    if (input.userref !== undefined || !isClientOrderId(clientOrderId, switches.value("clientOrderIdUppercase"))) {
      return invalid("cl_ord_id");
    }
  }
  if (input.userref === undefined) {
    return { userref: undefined, clientOrderId };
  }
  const userref = /^-?\d{1,10}$/.test(input.userref) ? Number.parseInt(input.userref, 10) : Number.NaN;
  return userref >= -int32 && userref < int32 ? { userref, clientOrderId } : invalid("userref");
}

/** UUID with dashes, 32 hex digits, or free text of up to 18 characters (PROTOCOL §2.5). */
export function isClientOrderId(text: string, uppercaseFreeText: boolean): boolean {
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text) || /^[0-9a-f]{32}$/i.test(text)) {
    return true;
  }
  return (uppercaseFreeText ? /^[!-~]{1,18}$/ : /^[a-z0-9_-]{1,18}$/).test(text);
}

function readQuantity(input: OrderInput, inQuote: boolean, switches: Switches): bigint | { readonly error: string } {
  const text = input.volume ?? "";
  const decimals = inQuote ? input.pair.priceDecimals + input.pair.quantityDecimals : input.pair.quantityDecimals;
  const rounding = switches.value("excessVolumeDecimals") === "truncated" ? "down" : undefined;
  const quantity = parseUnits(text, decimals, rounding);
  return quantity === undefined || quantity <= 0n || text.startsWith("+") ? invalid("volume") : quantity;
}

interface Prices extends Pick<OrderTerms, "limit" | "limitOffset" | "priceText" | "price2Text"> {
  readonly trigger:
    | { readonly price: number; readonly trail: Offset | undefined; readonly extreme: number }
    | undefined;
  readonly reference: TriggerReference;
}

function readPrices(
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
): Prices | { readonly error: string } {
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
): Prices | { readonly error: string } {
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
): number | { readonly error: string } {
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

function readLife(
  input: OrderInput,
  type: OrderType,
  postOnly: boolean,
  { switches, now }: TermsContext,
): Pick<OrderTerms, "timeInForce" | "startAt" | "expireAt"> | { readonly error: string } {
  const timeInForce = timesInForce.find((each) => each === (input.timeInForce ?? "GTC").toUpperCase());
  if (timeInForce === undefined || (timeInForce === "FOK" && !(switches.value("fillOrKill") && type === "limit"))) {
    return invalid("timeinforce");
  }
  if ((timeInForce === "IOC" || timeInForce === "FOK") && postOnly) {
    return invalid("timeinforce");
  }
  const { startAt, expireAt } = input;
  if (startAt === "invalid" || (startAt !== undefined && startAt > now + longestLife)) {
    return invalid("starttm");
  }
  const misplaced = timeInForce === "GTD" ? expireAt === undefined : timeInForce !== "GTC" && expireAt !== undefined;
  if (expireAt === "invalid" || misplaced) {
    return invalid("expiretm");
  }
  if (expireAt !== undefined && (expireAt < now + shortestLife || expireAt > now + longestLife)) {
    return invalid("expiretm");
  }
  return { timeInForce: expireAt === undefined ? timeInForce : "GTD", startAt, expireAt };
}

function readClose(
  input: OrderInput,
  side: Side,
  last: number,
  marks: Marks,
): ConditionalClose | { readonly error: string } | undefined {
  if (input.close === undefined) {
    return undefined;
  }
  const type = orderTypes.find((each) => each === input.close?.type);
  if (type === undefined || type === "market") {
    return invalid("close[ordertype]");
  }
  const opposite: Side = side === "buy" ? "sell" : "buy";
  const prices = readPrices(input.pair, opposite, type, { ...input.close, trigger: undefined }, last, marks);
  return "error" in prices ? prices : { type, price: prices.priceText, price2: prices.price2Text };
}

/** A changed price of an amend: ticks, or Kraken's error. */
export function readAmendPrice(
  pair: Pair,
  text: string,
  side: Side,
  last: number,
  field: string,
): number | { readonly error: string } {
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

/** Cost in ticks × quantity units as an amount of the quote asset. */
export function quoteAmount(pair: Pair, exactCost: bigint, rounding: "up" | "down" | "half-up"): bigint {
  return rescale(exactCost, pair.priceDecimals + pair.quantityDecimals, pair.quote.decimals, rounding);
}

/** Base quantity as an amount of the base asset. */
export function baseAmount(pair: Pair, quantity: bigint, rounding: "up" | "down" | "half-up" = "half-up"): bigint {
  return rescale(quantity, pair.quantityDecimals, pair.base.decimals, rounding);
}
