import type { TestProject } from "vitest/node";
import { startExchange } from "../../exchange-sim/exchange.ts";
import { startModels } from "./models.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** REST base address of the exchange simulator that every test of this run shares. */
    exchangeUrl: string;
    /** Its public WebSocket v2 address. */
    exchangeWsUrl: string;
    /** A second one, which misbehaves on purpose: only the tests of the market feed's recovery use it, one at a time. */
    faultyExchangeUrl: string;
    faultyExchangeWsUrl: string;
    /** A third one, for tests of keys: it is told to misbehave about them, and about nothing else. */
    keyExchangeUrl: string;
    /** A mock of model providers, as an OpenAI-compatible API, and a server that misbehaves as one (models.ts). */
    modelsUrl: string;
    modelFaultsUrl: string;
  }
}

/** Three simulators and the models for the whole run, on free ports; gone when the run ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const exchange = await startExchange({ port: 0, seed: 1 });
  project.provide("exchangeUrl", exchange.url);
  project.provide("exchangeWsUrl", exchange.wsUrl);
  const faulty = await startExchange({ port: 0, seed: 2 });
  project.provide("faultyExchangeUrl", faulty.url);
  project.provide("faultyExchangeWsUrl", faulty.wsUrl);
  const keys = await startExchange({ port: 0, seed: 3 });
  project.provide("keyExchangeUrl", keys.url);
  const models = await startModels();
  project.provide("modelsUrl", models.url);
  project.provide("modelFaultsUrl", models.faultUrl);
  return async () => {
    await models.stop();
    await exchange.stop();
    await faulty.stop();
    await keys.stop();
  };
}
