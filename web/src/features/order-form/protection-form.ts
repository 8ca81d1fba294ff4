/** Stop and target of an entry, as the trader writes them. Absent means the account's default (domain/protection). */
import { decimal, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { stopAt, targetAt } from "../../../../domain/protection/plan.ts";
import type { OrderRequest } from "../../../../domain/orders/request.ts";
import type { RiskSettings } from "../../../../domain/risk/settings.ts";
import { positiveNumber, type OrderForm } from "./form-state.ts";

import type { StopKind, TargetKind } from "./protection-texts.ts";

/** Whether the order brings a stop and a target at all: only one that adds to a position does. */
export function bringsProtection(form: OrderForm): boolean {
  return form.side === "buy";
}

/** Whether a number has to be written for this choice. */
export function needsNumber(kind: StopKind | TargetKind): boolean {
  return kind !== "default" && kind !== "off";
}

/** The fields of the request; empty where the account's defaults apply. */
export function protectionOf(form: OrderForm): Pick<OrderRequest, "stop" | "target"> {
  if (!bringsProtection(form)) {
    return {};
  }
  const stop = stopOf(form);
  const target = targetOf(form);
  return { ...(stop === undefined ? {} : { stop }), ...(target === undefined ? {} : { target }) };
}

function stopOf({ stopKind, stopText }: OrderForm): OrderRequest["stop"] {
  const number = positiveNumber(stopText);
  switch (stopKind) {
    case "default":
      return undefined;
    case "off":
      return null;
    case "price":
      return number === null ? undefined : { type: "price", price: number };
    case "percent":
    case "trailing":
      return number === null ? undefined : { type: stopKind, percent: number };
  }
}

function targetOf({ targetKind, targetText }: OrderForm): OrderRequest["target"] {
  const number = positiveNumber(targetText);
  switch (targetKind) {
    case "default":
      return undefined;
    case "off":
      return null;
    case "price":
      return number === null ? undefined : { type: "price", price: number };
    case "percent":
      return number === null ? undefined : { type: "percent", percent: number };
  }
}

/** What the account's own default is, in the words of the choice. */
export function defaultStopWord(limits: Pick<RiskSettings, "defaultStopPercent"> | null): string {
  const percent = limits?.defaultStopPercent ?? null;
  return percent === null ? "Default: none" : `Default: ${percent} % under`;
}

export function defaultTargetWord(limits: Pick<RiskSettings, "defaultTargetPercent"> | null): string {
  const percent = limits?.defaultTargetPercent ?? null;
  return percent === null ? "Default: none" : `Default: ${percent} % over`;
}

/** Distances to begin from where the account names none: a stop of 5 % as TRADING §5 has it, a target of twice that. */
const USUAL_STOP = decimal("5");
const USUAL_TARGET = decimal("10");

/** A stop price to begin from, as text; "" while no price is known. */
export function usualStop(
  reference: Decimal | null,
  limits: Pick<RiskSettings, "defaultStopPercent"> | null,
  instrument: Instrument,
): string {
  const percent = limits?.defaultStopPercent ?? USUAL_STOP;
  return reference === null ? "" : stopAt({ type: "percent", percent }, reference, instrument).price;
}

/** A target price to begin from, as text; "" while no price is known. */
export function usualTarget(
  reference: Decimal | null,
  limits: Pick<RiskSettings, "defaultTargetPercent"> | null,
  instrument: Instrument,
): string {
  const percent = limits?.defaultTargetPercent ?? USUAL_TARGET;
  return reference === null ? "" : targetAt({ type: "percent", percent }, reference, instrument);
}
