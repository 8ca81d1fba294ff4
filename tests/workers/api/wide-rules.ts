import { expect } from "vitest";
import type { RiskSettings } from "../../../domain/risk/settings.ts";
import { WIDE_RISK } from "../../../domain/testing/wide-risk.ts";
import type { Client } from "./client.ts";

/** Gives an account rules that deny nothing, apart from `change`: for tests that are not about the others. */
export async function setRules(client: Client, base: string, change: Partial<RiskSettings> = {}): Promise<void> {
  const response = await client.send("PUT", `${base}/risk`, { body: { ...WIDE_RISK, ...change } });
  expect(response.status).toBe(200);
}
