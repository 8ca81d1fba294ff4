/** What the trader changes about a proposal before it is executed: texts of fields, and the edits that they are. Pure. */
import type { ProposalEdits, ProposalView } from "../../../../contract/assistant.ts";
import type { ProposalOrderType } from "../../../../domain/assistant/proposal.ts";
import { compare, isPositive, parseDecimal, type Decimal } from "../../../../domain/decimal.ts";

export type EditTexts = {
  readonly orderType: ProposalOrderType;
  readonly quantity: string;
  readonly limitPrice: string;
  readonly stop: string;
  readonly target: string;
};

/** The fields that are written into. */
export type EditField = Exclude<keyof EditTexts, "orderType">;

type EditErrors = Partial<Record<EditField, string>>;

export type EditReading =
  | { readonly ok: true; readonly edits: ProposalEdits }
  | {
      readonly ok: false;
      /** The first of the errors. */
      readonly reason: string;
      readonly errors: EditErrors;
    };

type Request = ProposalView["request"];

/** The fields as the order that would be sent has them. */
export function begin(request: Request): EditTexts {
  return {
    orderType: request?.type === "limit" ? "limit" : "market",
    quantity: request?.quantity ?? "",
    limitPrice: request?.limitPrice ?? "",
    stop: priceOf(request?.stop) ?? "",
    target: priceOf(request?.target) ?? "",
  };
}

/**
 * Only what differs is an edit, the type of the order too. A stop or target that was emptied is taken away; a size or limit price cannot be; and nothing that
 * cannot be read is ever taken for one of these.
 */
export function readEdits(request: Request, texts: EditTexts): EditReading {
  if (request === null) {
    return { ok: true, edits: {} };
  }
  const quantity = readField(texts.quantity, "a size");
  const { orderType } = texts;
  // At the market there is no such field, whatever was written into it before.
  const limitPrice = orderType === "limit" ? readField(texts.limitPrice, "a limit price") : NOTHING;
  const stop = readField(texts.stop, "a price, or nothing for no stop");
  const target = readField(texts.target, "a price, or nothing for no target");
  const errors: EditErrors = {
    ...errorIn("quantity", quantity.error ?? (quantity.value === null ? "Give a size." : null)),
    ...errorIn(
      "limitPrice",
      limitPrice.error ?? (orderType === "limit" && limitPrice.value === null ? "Give a limit price." : null),
    ),
    ...errorIn("stop", stop.error),
    ...errorIn("target", target.error),
  };
  const [reason] = Object.values(errors);
  if (reason !== undefined) {
    return { ok: false, reason, errors };
  }
  return {
    ok: true,
    edits: {
      ...(orderType === request.type ? {} : { orderType }),
      ...(quantity.value === null || isSame(quantity.value, request.quantity ?? null)
        ? {}
        : { quantity: quantity.value }),
      ...(orderType === "market" || isSame(limitPrice.value, request.limitPrice ?? null)
        ? {}
        : { limitPrice: limitPrice.value }),
      ...(isSame(stop.value, priceOf(request.stop)) ? {} : { stop: stop.value }),
      ...(isSame(target.value, priceOf(request.target)) ? {} : { target: target.value }),
    },
  };
}

type Field = { readonly value: Decimal | null; readonly error: string | null };

const NOTHING: Field = { value: null, error: null };

function readField(text: string, wanted: string): Field {
  if (text.trim() === "") {
    return NOTHING;
  }
  const value = parseDecimal(text);
  return value !== null && isPositive(value)
    ? { value, error: null }
    : { value: null, error: `“${text}” is not ${wanted}.` };
}

function errorIn(field: EditField, error: string | null): EditErrors {
  return error === null ? {} : { [field]: error };
}

function isSame(left: Decimal | null, right: Decimal | null): boolean {
  return left === null || right === null ? left === right : compare(left, right) === 0;
}

function priceOf(plan: NonNullable<Request>["stop"] | NonNullable<Request>["target"]): Decimal | null {
  return plan?.type === "price" ? plan.price : null;
}
