/** The button that mends a refused order: what it says, and what it changes in the form. */
import {
  add,
  compare,
  decimal,
  divide,
  multiply,
  parseDecimal,
  subtract,
  type Decimal,
} from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { quantisePrice, quantiseQuantity, quantityDecimals } from "../../../../domain/orders/quantise.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { formatPrice, formatQuantity } from "../../ui/format.ts";
import type { FormAction, OrderForm } from "./form-state.ts";

const ROOM_TO_MOVE = decimal("0.995");

export type DenialFix = { readonly label: string; readonly actions: readonly FormAction[] };

/** Null where no single change would mend it. `price` is what the order would roughly trade at. */
export function denialFix(
  denial: Problem,
  form: OrderForm,
  instrument: Instrument,
  price: Decimal | null,
): DenialFix | null {
  const most = detail(denial, "largestQuantity");
  if (most !== null) {
    const quantity = form.type === "market" ? withRoomToMove(most, instrument) : most;
    const words = quantity === most ? "the most that fits" : "nearly the most that fits";
    return {
      label: `Use ${formatQuantity(quantity)}, ${words}`,
      actions: [{ type: "size unit", unit: "base", text: quantity }],
    };
  }
  switch (denial.code) {
    case "QUANTITY_TOO_SMALL":
    case "COST_TOO_SMALL":
      return smallestOrder(instrument, price);
    case "PRICE_COLLAR":
      return priceFix(detail(denial, "limit"), form, instrument, "the furthest that your collar allows");
    case "POST_ONLY_WOULD_CROSS":
      return besideTouch(detail(denial, "limit"), form, instrument);
    case "EXPIRY_INVALID":
      return { label: "Let it live for 1 day", actions: [{ type: "lifetime", lifetime: "1d" }] };
    default:
      return null;
  }
}

/** What fits at this price fits no more one tick later: a market order is offered a little less, if that is an order. */
function withRoomToMove(most: Decimal, instrument: Instrument): Decimal {
  const less = quantiseQuantity(multiply(most, ROOM_TO_MOVE), instrument);
  return compare(less, instrument.minimumQuantity) < 0 ? most : less;
}

function smallestOrder(instrument: Instrument, price: Decimal | null): DenialFix | null {
  const decimals = quantityDecimals(instrument);
  const byCost = price === null ? instrument.minimumQuantity : divide(instrument.minimumCost, price, decimals, "up");
  const quantity = compare(byCost, instrument.minimumQuantity) > 0 ? byCost : instrument.minimumQuantity;
  return {
    label: `Use ${formatQuantity(quantity)}, the smallest order`,
    actions: [{ type: "size unit", unit: "base", text: quantity }],
  };
}

/** One tick on the waiting side of the price it would have met. */
function besideTouch(touch: Decimal | null, form: OrderForm, instrument: Instrument): DenialFix | null {
  if (touch === null) {
    return null;
  }
  const price = form.side === "buy" ? subtract(touch, instrument.tickSize) : add(touch, instrument.tickSize);
  return priceFix(price, form, instrument, "the nearest price that waits");
}

function priceFix(price: Decimal | null, form: OrderForm, instrument: Instrument, why: string): DenialFix | null {
  if (price === null) {
    return null;
  }
  const onTick = quantisePrice(price, form.side, instrument);
  return {
    label: `Use ${formatPrice(onTick, instrument.priceDecimals)}, ${why}`,
    actions: [{ type: "price", text: onTick }],
  };
}

function detail(denial: Problem, name: string): Decimal | null {
  const text = denial.details[name];
  return text === undefined ? null : parseDecimal(text);
}
