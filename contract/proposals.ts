/**
 * The one schema of a proposal. From it come the vocabulary that the prompt tells the model, the JSON schema that a provider is
 * sent, and the validator of what comes back (CASES "scale and vocabulary"): what is told is what is accepted.
 */
import { z } from "zod";
import type { JsonValue, ProposalVerdict, ReadProblem } from "../domain/assistant/outcome.ts";
import {
  LONGEST_VALIDITY_SECONDS,
  PROPOSAL_ACTIONS,
  PROPOSAL_ORDER_TYPES,
  SHORTEST_VALIDITY_SECONDS,
  type Proposal,
} from "../domain/assistant/proposal.ts";
import { readAmount } from "../domain/assistant/amount.ts";
import { decimalText } from "./decimal.ts";
import { symbolText } from "./symbols.ts";
import { HUNDRED, isAbove, isNegative, isZero, type Decimal } from "../domain/decimal.ts";

/** `zero`: whether a zero stands for nothing (models that cannot write null write 0), or is left for the rules between fields. */
type AmountRule = {
  readonly percentAllowed: boolean;
  readonly maximum: Decimal | null;
  readonly zero: "absent" | "kept";
};

/** A number field: a JSON number, or text that holds one number as people write it ("$64,250"). "N/A" and "null" are absent. */
function amount(description: string, rule: AmountRule = { percentAllowed: false, maximum: null, zero: "absent" }) {
  return z
    .union([z.number(), z.string(), z.null(), z.object({ numberText: z.string() })])
    .optional()
    .transform((written, context): Decimal | null => readField(written, rule, context))
    .meta({ wireType: "number", description });
}

/** The text of a field, or nothing where models write "N/A". */
function remark(description: string) {
  return z
    .string()
    .nullish()
    .transform((text): string | null =>
      text === null || text === undefined || /^\s*(?:n\/?a|none|null|-)?\s*$/i.test(text) ? null : text,
    )
    .meta({ wireType: "string", description });
}

function wholeNumber(description: string, minimum: number, maximum: number) {
  return z
    .union([z.number(), z.string(), z.null(), z.object({ numberText: z.string() })])
    .optional()
    .transform((written, context): number | null => readWhole(written, minimum, maximum, context))
    .meta({ wireType: "integer", description });
}

/** A word of a closed list, in any case; "market order" is "market". */
function word<const Words extends readonly string[]>(words: Words, description: string) {
  return z
    .string()
    .transform((text) => text.trim().toLowerCase())
    .pipe(z.enum(words, `must be one of ${words.join(", ")}`))
    .meta({ wireEnum: [...words], description });
}

export const proposal = z
  .strictObject({
    action: word(
      PROPOSAL_ACTIONS,
      "buy: open or add to a position. sell: sell a stated quantity of what is held. close: sell the whole position at market. hold: do nothing.",
    ),
    symbol: z
      .string()
      .transform(canonicalSymbol)
      .meta({ wireType: "text", description: 'A pair of the context, written as there, such as "BTC/USD".' }),
    orderType: word(PROPOSAL_ORDER_TYPES, "market or limit; market for hold and close.")
      .nullish()
      .meta({ wireEnum: [...PROPOSAL_ORDER_TYPES], description: "market or limit; market for hold and close." }),
    quantity: amount(
      "Size in the base asset (BTC of BTC/USD). Give this or riskPercent, never both; null for hold and close.",
      { percentAllowed: false, maximum: null, zero: "kept" },
    ),
    riskPercent: amount(
      "Percent of equity that is lost if the stop is hit, such as 1 for 1 %. Needs a stop. Give this or quantity, never both.",
      { percentAllowed: true, maximum: HUNDRED, zero: "absent" },
    ),
    limitPrice: amount("Limit price in the quote currency; null for market orders."),
    stop: amount("Price of the protective stop: below the entry of a buy; null for sell, close and hold."),
    target: amount("Price at which to take the profit: above the entry of a buy; null for none."),
    confidence: wholeNumber("How sure, as a whole number from 0 to 100. Not a fraction: 82 means 82 %.", 0, 100),
    reasoning: z
      .string()
      .nullish()
      .transform((text) => text ?? "")
      .meta({ wireType: "text", description: "Why, in a few sentences, with the figures of the context it rests on." }),
    invalidation: remark("What would prove the idea wrong; null for nothing."),
    validForSeconds: wholeNumber(
      `How long the proposal is good for, in seconds, from ${SHORTEST_VALIDITY_SECONDS} to ${LONGEST_VALIDITY_SECONDS}; null for the default.`,
      SHORTEST_VALIDITY_SECONDS,
      LONGEST_VALIDITY_SECONDS,
    ),
  })
  .transform((fields, context) => settle(fields, context));

/** The whole answer of a model that can give structured output. */
export const proposalReply = z.strictObject({
  analysis: z
    .string()
    .meta({ wireType: "text", description: "What you see, in prose for the trader. Markdown is allowed." }),
  proposals: z
    .array(proposal)
    .meta({ description: "One entry for each symbol you decide about; empty when there is nothing to decide." }),
});

/** A proposal as the API shows it: the typed fields of domain/assistant/proposal.ts. */
export const proposalView = z.object({
  action: z.enum(PROPOSAL_ACTIONS),
  symbol: symbolText,
  orderType: z.enum(PROPOSAL_ORDER_TYPES),
  quantity: decimalText.nullable(),
  riskPercent: decimalText.nullable(),
  limitPrice: decimalText.nullable(),
  stop: decimalText.nullable(),
  target: decimalText.nullable(),
  confidence: z.number().int().nullable(),
  reasoning: z.string(),
  invalidation: z.string().nullable(),
  validForSeconds: z.number().int().nullable(),
}) satisfies z.ZodType<Proposal, unknown>;

/** Name and purpose of the tool by which a model hands in its proposals. */
export const PROPOSAL_TOOL = {
  name: "propose_trades",
  description: "Hands your decisions to the trader, who decides. Nothing is executed by calling this.",
} as const;

/** What one decision of a reply means: the typed proposal, or every rule that it breaks. */
export function validateProposal(value: JsonValue): ProposalVerdict {
  const parsed = proposal.safeParse(value);
  return parsed.success
    ? { ok: true, proposal: parsed.data }
    : { ok: false, problems: parsed.error.issues.flatMap(problemsOf) };
}

type Written = number | string | null | undefined | { readonly numberText: string };

function writtenText(written: Written): string | null {
  if (written === null || written === undefined) {
    return null;
  }
  return typeof written === "object" ? written.numberText : String(written);
}

function readField(written: Written, rule: AmountRule, context: z.RefinementCtx): Decimal | null {
  const text = writtenText(written);
  const reading = text === null ? ({ kind: "absent" } as const) : readAmount(text);
  if (reading.kind === "absent") {
    return null;
  }
  const fault = faultOf(reading, rule);
  if (fault !== null) {
    context.addIssue({ code: "custom", message: `${fault} It says "${shortened(text ?? "")}".` });
    return z.NEVER;
  }
  if (reading.kind !== "amount") {
    return null;
  }
  return isZero(reading.amount.value) && rule.zero === "absent" ? null : reading.amount.value;
}

function faultOf(reading: ReturnType<typeof readAmount>, { percentAllowed, maximum }: AmountRule): string | null {
  switch (reading.kind) {
    case "absent":
      return null;
    case "range":
      return "A range is no number: one is needed.";
    case "unreadable":
      return "This is no number.";
    case "amount": {
      const { value, percent } = reading.amount;
      if (percent && !percentAllowed) {
        return "A percentage is not what this field holds.";
      }
      if (isNegative(value)) {
        return "It must be above zero.";
      }
      return maximum !== null && isAbove(value, maximum) ? `It must be at most ${maximum}.` : null;
    }
  }
}

function readWhole(written: Written, minimum: number, maximum: number, context: z.RefinementCtx): number | null {
  const text = writtenText(written)?.trim() ?? null;
  const reading =
    text === null ? ({ kind: "absent" } as const) : readAmount(text.replace(/\s*(?:\/\s*100|seconds|s)$/i, ""));
  if (reading.kind === "absent") {
    return null;
  }
  // "1.0" is a fraction of one, written by a model that thinks in fractions; 1 is one of a hundred.
  const isFraction = text !== null && /^[01]?\.\d+$/.test(text);
  const value =
    reading.kind === "amount" && !reading.amount.value.includes(".") && !isFraction
      ? Number(reading.amount.value)
      : null;
  if (value === null || value < minimum || value > maximum) {
    context.addIssue({
      code: "custom",
      message: `It must be a whole number from ${minimum} to ${maximum}; it says "${shortened(text ?? "")}". A number out of scale is not rescaled.`,
    });
    return z.NEVER;
  }
  return value;
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function canonicalSymbol(text: string): string {
  return text.trim().toUpperCase().replace(/[-_]/, "/");
}

type Fields = {
  readonly action: Proposal["action"];
  readonly symbol: string;
  readonly orderType?: Proposal["orderType"] | null | undefined;
  readonly quantity: Decimal | null;
  readonly riskPercent: Decimal | null;
  readonly limitPrice: Decimal | null;
  readonly stop: Decimal | null;
  readonly target: Decimal | null;
  readonly confidence: number | null;
  readonly reasoning: string;
  readonly invalidation: string | null;
  readonly validForSeconds: number | null;
};

/** The rules between fields. A price without a word about the type is a limit order. */
function settle(fields: Fields, context: z.RefinementCtx): Proposal {
  const orderType = fields.orderType ?? (fields.limitPrice === null || fields.action === "close" ? "market" : "limit");
  const { action, limitPrice, riskPercent, stop, target } = fields;
  const isOrder = action === "buy" || action === "sell";
  const isNothing = fields.quantity !== null && isZero(fields.quantity);
  const quantity = isNothing ? null : fields.quantity;
  if (isNothing && isOrder && riskPercent === null) {
    context.addIssue({ code: "custom", path: ["quantity"], message: 'It must be above zero. It says "0".' });
  }
  if (isOrder && orderType === "market" && limitPrice !== null) {
    context.addIssue({
      code: "custom",
      path: ["limitPrice"],
      message: `A market order has no limit price; it says ${limitPrice}.`,
    });
  }
  if (isOrder && orderType === "limit" && limitPrice === null) {
    context.addIssue({ code: "custom", path: ["limitPrice"], message: "A limit order needs its limit price." });
  }
  if (quantity !== null && riskPercent !== null) {
    context.addIssue({
      code: "custom",
      path: ["riskPercent"],
      message: "Only one of quantity and riskPercent may be given.",
    });
  }
  if (action === "buy" && riskPercent !== null && stop === null) {
    context.addIssue({ code: "custom", path: ["stop"], message: "A size by risk needs the stop it is measured to." });
  }
  if (action === "buy" && stop !== null && limitPrice !== null && !isAbove(limitPrice, stop)) {
    context.addIssue({
      code: "custom",
      path: ["stop"],
      message: `The stop of a buy stands below its price; ${stop} is not below ${limitPrice}.`,
    });
  }
  if (action === "buy" && target !== null && limitPrice !== null && !isAbove(target, limitPrice)) {
    context.addIssue({
      code: "custom",
      path: ["target"],
      message: `The target of a buy stands above its price; ${target} is not above ${limitPrice}.`,
    });
  }
  return {
    action,
    symbol: fields.symbol,
    orderType: isOrder ? orderType : "market",
    quantity: action === "hold" || action === "close" ? null : quantity,
    riskPercent: action === "buy" ? riskPercent : null,
    limitPrice: isOrder && orderType === "limit" ? limitPrice : null,
    stop: action === "buy" || action === "hold" ? stop : null,
    target: action === "buy" || action === "hold" ? target : null,
    confidence: fields.confidence,
    reasoning: fields.reasoning,
    invalidation: fields.invalidation,
    validForSeconds: fields.validForSeconds,
  };
}

function problemsOf(issue: z.core.$ZodIssue): readonly ReadProblem[] {
  const path = issue.path.map(String);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      path: [...path, key].join("."),
      message: `There is no field ${shortened(key)}.`,
    }));
  }
  return [{ path: path.join("."), message: sentenceOf(issue) }];
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_type" && issue.code !== "invalid_union") {
    return issue.message;
  }
  return issue.message.endsWith("received undefined")
    ? "It is missing."
    : "It is not of the kind that this field holds.";
}
