import { SECOND, type Micros } from "../clock.ts";
import type { OrderInput } from "../engine/order-terms.ts";
import type { Pair } from "../instruments.ts";
import type { Params } from "./envelope.ts";
import { commaList, flag } from "./private-request.ts";

/** AddOrder's parameters (PROTOCOL §2.4). */
export function orderInput(pair: Pair, params: Params, now: Micros): OrderInput {
  const closeType = params.get("close[ordertype]");
  return {
    pair,
    side: params.get("type"),
    type: params.get("ordertype"),
    volume: params.get("volume"),
    price: params.get("price"),
    price2: params.get("price2"),
    trigger: params.get("trigger"),
    timeInForce: params.get("timeinforce"),
    startAt: restTime(params.get("starttm"), now),
    expireAt: restTime(params.get("expiretm"), now),
    flags: commaList(params.get("oflags")),
    selfTrade: params.get("stptype"),
    close:
      closeType === undefined
        ? undefined
        : { type: closeType, price: params.get("close[price]"), price2: params.get("close[price2]") },
    userref: params.get("userref"),
    clientOrderId: params.get("cl_ord_id"),
    leverage: params.get("leverage"),
    reduceOnly: flag(params, "reduce_only"),
  };
}

/** 0, unix seconds or `+n` seconds. */
export function restTime(text: string | undefined, now: Micros): Micros | "invalid" | undefined {
  if (text === undefined || text === "" || text === "0" || text === "+0") {
    return undefined;
  }
  const match = /^(\+?)(\d{1,11})(\.\d+)?$/.exec(text);
  if (match === null) {
    return "invalid";
  }
  const seconds = Number.parseInt(match[2] ?? "0", 10) * SECOND;
  return match[1] === "+" ? now + seconds : seconds;
}

/** Judges an RFC3339 deadline; undefined is fine. */
export function checkDeadline(text: string | undefined, now: Micros, shortest: Micros): string | undefined {
  if (text === undefined) {
    return undefined;
  }
  const at = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) * 1_000 : Number.NaN;
  if (Number.isNaN(at) || at > now + 60 * SECOND) {
    return "EGeneral:Invalid arguments:deadline";
  }
  if (at <= now) {
    return "EService:Deadline elapsed";
  }
  return at < now + shortest ? "EGeneral:Invalid arguments:deadline" : undefined;
}
