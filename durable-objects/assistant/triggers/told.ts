/** Triggers as the Trader tells them, which may be of another version than this object. */
import { z } from "zod";
import { runTrigger } from "../../../contract/assistant.ts";
import { alertQuestion } from "../../../contract/price-alerts.ts";
import { entityId } from "../../../contract/assistant-models.ts";

export const toldTriggers = z.array(z.strictObject({ accountId: entityId, ask: alertQuestion, trigger: runTrigger }));
export type ToldTrigger = z.infer<typeof toldTriggers>[number];
