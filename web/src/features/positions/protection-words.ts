/** How a position is protected, in words for a cell, a dialog and a screen reader. */
import type { PositionView } from "../../../../contract/accounts.ts";
import { isZero } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { formatPrice, MISSING } from "../../ui/format.ts";

type Protection = PositionView["protection"];

/** Orders of the trader's own hold all of it: its stop rests for nothing. */
export function isHeldAway({ status, protectedQuantity, ownStop, stop }: Protection): boolean {
  return status === "partly" && stop !== null && ownStop === null && isZero(protectedQuantity);
}

/** "61 043.2" or "Unprotected": what stands in the cell. */
export function protectionWord(protection: Protection, instrument: Instrument | null): string {
  const { stop, ownStop, status } = protection;
  if (isHeldAway(protection)) {
    return "No stop: in orders";
  }
  switch (status) {
    case "exiting":
      return "Selling";
    case "pending":
      return "On its way";
    case "unprotected":
      return "Unprotected";
    case "protected":
    case "partly":
      return stop === null
        ? ownStop === null
          ? "By your orders"
          : formatPrice(ownStop, instrument?.priceDecimals)
        : formatPrice(stop.price, instrument?.priceDecimals);
  }
}

/** The whole of it, for a title: which net holds the stop, what is missing, where the target is. */
export function protectionSentence(protection: Protection, instrument: Instrument | null): string {
  const price = (value: NonNullable<Protection["stop"]>["price"]): string =>
    formatPrice(value, instrument?.priceDecimals);
  const { stop, target, reason } = protection;
  const trailing = stop?.type === "trailing" ? `, trailing by ${stop.percent ?? MISSING} %` : "";
  const parts = [
    reason,
    stop === null || protection.stopNet === null
      ? null
      : `Stop at ${price(stop.price)}${trailing}: it ${netWord(protection)}, for ${protection.protectedQuantity}.`,
    target === null ? null : `Target at ${price(target)}: watched by the desk.`,
  ];
  return parts.filter((part) => part !== null).join(" ");
}

export function netWord({ stopNet }: Protection): string {
  return stopNet === "exchange" ? "rests at Kraken" : "is watched by the desk";
}
