import { z } from "zod";
import { ok, refuse, type Result } from "../../domain/problem.ts";

/** What came over RPC, checked against the contract: the caller may be of another version than this object. */
export function checked<T>(schema: z.ZodType<T>, value: unknown): Result<T> {
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : refuse("BAD_REQUEST", z.prettifyError(parsed.error));
}
