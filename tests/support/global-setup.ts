import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** REST base address of the exchange simulator that every test of this run shares. */
    exchangeUrl: string;
    /** Its public WebSocket v2 address. */
    exchangeWsUrl: string;
  }
}

interface RunningExchange {
  readonly url: string;
  readonly wsUrl: string;
  readonly stop: () => Promise<void>;
}

const simulator = new URL("../../exchange-sim/exchange.ts", import.meta.url);

/** One simulator for the whole run, on a free port; gone when the run ends. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!existsSync(fileURLToPath(simulator))) {
    project.provide("exchangeUrl", "http://127.0.0.1:9");
    project.provide("exchangeWsUrl", "ws://127.0.0.1:9/v2");
    return undefined;
  }
  const { startExchange } = (await import(simulator.href)) as {
    startExchange: (options: { port: number; seed: number }) => Promise<RunningExchange>;
  };
  const exchange = await startExchange({ port: 0, seed: 1 });
  project.provide("exchangeUrl", exchange.url);
  project.provide("exchangeWsUrl", exchange.wsUrl);
  return () => exchange.stop();
}
