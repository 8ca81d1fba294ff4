/** What every route of the OpenAPI document has in common. */
import { z } from "zod";
import { errorBody } from "../../contract/errors.ts";
import { assetText, symbolPath } from "../../contract/symbols.ts";

type JsonContent<T extends z.ZodType> = { "application/json": { schema: T } };

const failure = { description: "A refusal", content: { "application/json": { schema: errorBody } } };

/** Wider than it could be: it keeps handlers free to answer with refusals. The tests hold each answer to its schema. */
export type Answers = Record<string, { description: string; content?: JsonContent<z.ZodType> }>;

/** The answers of a route: what it gives on success, and refusals in the one shape that all have. */
export function answers(schema: z.ZodType, description: string): Answers {
  return { 200: { description, content: { "application/json": { schema } } }, default: failure };
}

/** As `answers`, where something is made. */
export function makes(schema: z.ZodType, description: string): Answers {
  return { 201: { description, content: { "application/json": { schema } } }, default: failure };
}

/** A JSON body that must be there. */
export function body<T extends z.ZodType>(schema: T): { required: true; content: JsonContent<T> } {
  return { required: true, content: { "application/json": { schema } } };
}

/** An id in a path. */
export const id = z.string().regex(/^[\w-]{1,64}$/, "must be an id");

export const accountParams = z.object({ accountId: id });
export const orderParams = z.object({ accountId: id, orderId: id });
export const assetParams = z.object({ accountId: id, asset: assetText });
export const symbolParams = z.object({ symbol: symbolPath });
export const sessionParams = z.object({ sessionId: id });

/** Every write that touches orders or money says which wish it is. Checked by requireIdempotencyKey with a code of its own. */
export const writeHeaders = z.object({
  "idempotency-key": z.string().optional().meta({
    description: "Required, 1 to 128 characters. The same key with the same request gets the same answer for 24 hours.",
  }),
});

export const SIGNED_IN = [{ session: [] }, { bearer: [] }];
