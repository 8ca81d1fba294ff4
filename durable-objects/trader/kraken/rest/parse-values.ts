/**
 * The values that Kraken's answers are made of. readEnvelope has turned every number into text, so that a field that comes as a
 * string from one endpoint and as a number from another reads the same.
 */
import { z } from "zod";
import { decimalFromToken } from "../../../../domain/book/tokens.ts";

/** Plain or exponent text → canonical decimal. */
export const amount = z.string().transform((text, context) => {
  const value = decimalFromToken(text);
  if (value === null) {
    context.addIssue({ code: "custom", message: "must be a number" });
    return z.NEVER;
  }
  return value;
});

/** Unix seconds with a fraction → milliseconds, cut. */
export const seconds = z
  .string()
  .regex(/^\d{1,12}(?:\.\d+)?$/)
  .transform((text) => {
    const [whole = "", fraction = ""] = text.split(".");
    return parseInt(whole, 10) * 1_000 + parseInt(fraction.slice(0, 3).padEnd(3, "0"), 10);
  });

/** As seconds, where 0 means none. */
export const secondsOrNone = seconds.transform((time) => (time === 0 ? null : time));

/** A count or an id. */
export const integer = z
  .string()
  .regex(/^-?\d{1,15}$/)
  .transform((text) => parseInt(text, 10));

/** Text that is absent, null or empty where there is none. */
export const optionalText = z
  .string()
  .nullish()
  .transform((text) => (text === undefined || text === null || text === "" ? null : text));
