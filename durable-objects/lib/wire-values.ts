/** Values of the venue's frames, checked where they come in. Numbers were quoted before parsing, so that no digit is lost. */
import { z } from "zod";
import { decimalFromToken } from "../../domain/book/tokens.ts";

/** A number token as a canonical decimal. */
export const wireDecimal = z.string().transform((text, context) => {
  const value = decimalFromToken(text);
  if (value === null) {
    context.addIssue({ code: "custom", message: "must be a number" });
    return z.NEVER;
  }
  return value;
});

/** A time in RFC 3339 as milliseconds. */
export const wireTime = z.string().transform((text, context) => {
  const value = Date.parse(text);
  if (Number.isNaN(value)) {
    context.addIssue({ code: "custom", message: "must be a time" });
    return z.NEVER;
  }
  return value;
});
