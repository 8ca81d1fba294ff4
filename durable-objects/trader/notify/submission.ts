/** What the worker hands over: sealed already, with what may be shown. */
import { z } from "zod";
import { NOTIFICATION_TOPICS } from "../../../domain/alerts/topics.ts";

export const notifySubmission = z.strictObject({
  topics: z.array(z.enum(NOTIFICATION_TOPICS)).nullable(),
  webhook: z
    .strictObject({
      /** Null: unchanged. */
      sealedUrl: z.string().nullable(),
      host: z.string().nullable(),
      /** Taken where there is none yet, or a new one is asked for. */
      sealedSecret: z.string(),
      newSecret: z.boolean(),
      enabled: z.boolean(),
    })
    .nullable(),
  telegram: z
    .strictObject({
      sealedToken: z.string().nullable(),
      tokenEnd: z.string().nullable(),
      chatId: z.string(),
      enabled: z.boolean(),
    })
    .nullable(),
});
export type NotifySubmission = z.infer<typeof notifySubmission>;
