import type { TestProject } from "vitest/node";
import { startExchange } from "../../exchange-sim/exchange.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** REST base address of the exchange simulator that every test of this run shares. */
    exchangeUrl: string;
    /** Its public WebSocket v2 address. */
    exchangeWsUrl: string;
  }
}

/** One simulator for the whole run, on a free port; gone when the run ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const exchange = await startExchange({ port: 0, seed: 1 });
  project.provide("exchangeUrl", exchange.url);
  project.provide("exchangeWsUrl", exchange.wsUrl);
  return () => exchange.stop();
}
