import { DAY, SECOND, type Micros } from "../clock.ts";
import type { Pair } from "../instruments.ts";
import type { Switches } from "../switches.ts";
import { parseUnits } from "../units.ts";
import type { Side } from "./order-book.ts";
import { invalid, readPrices, type Marks } from "./order-prices.ts";
import {
  orderTypes,
  type ConditionalClose,
  type OrderTerms,
  type OrderType,
  type SelfTradePrevention,
  type TimeInForce,
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

const knownFlags = ["post", "fcib", "fciq", "viqc", "nompp"];
const timesInForce: readonly TimeInForce[] = ["GTC", "IOC", "GTD", "FOK"];
const selfTrades: readonly SelfTradePrevention[] = ["cancel-newest", "cancel-oldest", "cancel-both"];
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
