import type { Micros } from "../clock.ts";
import type { OrderInput } from "../engine/order-terms.ts";
import type { Pair } from "../instruments.ts";
import { isParsedObject, NumberText, type Parsed, type ParsedObject } from "./json.ts";
import { booleanParam, textParam, unknownMember } from "./messages.ts";

/** An error text, thrown up to the caller as a value. */
export interface Bad {
  readonly error: string;
}

const orderMembers = [
  "symbol",
  "side",
  "order_type",
  "order_qty",
  "limit_price",
  "limit_price_type",
  "time_in_force",
  "triggers",
  "conditional",
  "post_only",
  "reduce_only",
  "margin",
  "cash_order_qty",
  "display_qty",
  "fee_preference",
  "stp_type",
  "effective_time",
  "expire_time",
  "deadline",
  "validate",
  "no_mpp",
  "cl_ord_id",
  "order_userref",
  "sender_sub_id",
  "token",
];
const numericMembers = ["order_qty", "limit_price", "cash_order_qty", "display_qty"];

/** `add_order` as it is spoken of in refusals: `add order`. */
export function messageType(method: string): string {
  return method.replaceAll("_", " ");
}

/** Refuses members that the method does not have, and texts where numbers belong (PROTOCOL §4, §6.3). */
export function checkMembers(
  method: string,
  params: ParsedObject,
  known: readonly string[],
  numeric: readonly string[],
  exponents: boolean,
): Bad | undefined {
  const stray = unknownMember(params, known);
  if (stray !== undefined) {
    return { error: `Unsupported field: '${stray}' for the given msg type: ${messageType(method)}` };
  }
  for (const name of numeric) {
    const value = params[name];
    if (value !== undefined && (!(value instanceof NumberText) || (!exponents && /[eE]/.test(value.text)))) {
      return { error: `${name.charAt(0).toUpperCase()}${name.slice(1)} field must be a number_float` };
    }
  }
  return undefined;
}

/** The number's text; undefined when absent. */
export function numberParam(value: Parsed | undefined): string | undefined {
  return value instanceof NumberText ? value.text : undefined;
}

/** A price with its type as REST writes it: `+1.5%`, `-100`, `64000`. */
function typedPrice(value: Parsed | undefined, type: string | undefined): string | undefined {
  const text = numberParam(value);
  if (text === undefined || type === undefined || type === "static") {
    return text;
  }
  const signed = /^[+-]/.test(text) ? text : `+${text}`;
  return type === "pct" ? `${signed}%` : signed;
}

/** RFC3339 as microseconds. */
export function wsTime(value: Parsed | undefined): Micros | "invalid" | undefined {
  if (value === undefined) {
    return undefined;
  }
  const time = typeof value === "string" && /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? "invalid" : time * 1_000;
}

/** add_order's parameters in REST's words (PROTOCOL §6.3). */
export function wsOrderInput(method: string, pair: Pair, params: ParsedObject, exponents: boolean): OrderInput | Bad {
  const bad = checkMembers(method, params, orderMembers, numericMembers, exponents);
  if (bad !== undefined) {
    return bad;
  }
  const type = textParam(params["order_type"]);
  const triggers = params["triggers"];
  const trigger = isParsedObject(triggers) ? triggers : undefined;
  const triggerPrice = typedPrice(trigger?.["price"], textParam(trigger?.["price_type"]));
  const limit = typedPrice(params["limit_price"], textParam(params["limit_price_type"]));
  const isPlain = type === "limit" || type === "market";
  const cash = numberParam(params["cash_order_qty"]);
  const userref = params["order_userref"];
  return {
    pair,
    side: textParam(params["side"]),
    type,
    volume: cash ?? numberParam(params["order_qty"]),
    price: isPlain ? limit : triggerPrice,
    price2: isPlain ? undefined : limit,
    trigger: textParam(trigger?.["reference"]),
    timeInForce: textParam(params["time_in_force"])?.toUpperCase(),
    startAt: wsTime(params["effective_time"]),
    expireAt: wsTime(params["expire_time"]),
    flags: flags(params, cash !== undefined),
    selfTrade: textParam(params["stp_type"])?.replaceAll("_", "-"),
    close: conditional(params["conditional"]),
    userref: numberParam(userref) ?? textParam(userref),
    clientOrderId: textParam(params["cl_ord_id"]),
    leverage: booleanParam(params["margin"]) === true ? "2" : undefined,
    reduceOnly: booleanParam(params["reduce_only"]) ?? false,
  };
}

function flags(params: ParsedObject, inQuote: boolean): string[] {
  const preference = textParam(params["fee_preference"]);
  return [
    ...(booleanParam(params["post_only"]) === true ? ["post"] : []),
    ...(preference === "base" ? ["fcib"] : preference === "quote" ? ["fciq"] : []),
    ...(booleanParam(params["no_mpp"]) === true ? ["nompp"] : []),
    ...(inQuote ? ["viqc"] : []),
  ];
}

function conditional(value: Parsed | undefined): OrderInput["close"] {
  if (!isParsedObject(value)) {
    return undefined;
  }
  const type = textParam(value["order_type"]) ?? "";
  const limit = typedPrice(value["limit_price"], textParam(value["limit_price_type"]));
  const trigger = typedPrice(value["trigger_price"], textParam(value["trigger_price_type"]));
  return type === "limit" ? { type, price: limit, price2: undefined } : { type, price: trigger, price2: limit };
}
