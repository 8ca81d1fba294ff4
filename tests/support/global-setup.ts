import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { startExchange, type Exchange } from "../../exchange-sim/exchange.ts";
import { z } from "zod";
import { SECRET_KINDS } from "../../scripts/lib/leaks/kinds.ts";
import { noteSecrets } from "../../scripts/lib/leaks/noted.ts";
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
    /** Starts another one for a test file that arms faults: POST answers its address. Files run side by side. */
    newExchangeUrl: string;
    /** A mock of model providers, as an OpenAI-compatible API, and a server that misbehaves as one (models.ts). */
    modelsUrl: string;
    modelFaultsUrl: string;
    /** Takes secrets that tests use (secrets.ts): POST of a list. */
    secretsUrl: string;
  }
}

/** Two simulators, those that files ask for, and the models for the whole run, on free ports; gone when the run ends. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const exchange = await startExchange({ port: 0, seed: 1 });
  project.provide("exchangeUrl", exchange.url);
  project.provide("exchangeWsUrl", exchange.wsUrl);
  const faulty = await startExchange({ port: 0, seed: 2 });
  project.provide("faultyExchangeUrl", faulty.url);
  project.provide("faultyExchangeWsUrl", faulty.wsUrl);
  const own: Exchange[] = [];
  const exchanges = await startService(async () => {
    const started = await startExchange({ port: 0, seed: 3 + own.length });
    own.push(started);
    return { url: started.url };
  });
  project.provide("newExchangeUrl", exchanges.url);
  const models = await startModels();
  project.provide("modelsUrl", models.url);
  project.provide("modelFaultsUrl", models.faultUrl);
  const secrets = await startService(async (body) => {
    noteSecrets(secretList.parse(JSON.parse(body)));
    return {};
  });
  project.provide("secretsUrl", secrets.url);
  return async () => {
    secrets.stop();
    exchanges.stop();
    await models.stop();
    await exchange.stop();
    await faulty.stop();
    await Promise.all(own.map((each) => each.stop()));
  };
}

const secretList = z.array(z.object({ what: z.enum(SECRET_KINDS), secret: z.string() }));

/** What tests in workerd and in a browser cannot do themselves, done for them over HTTP. */
async function startService(work: (body: string) => Promise<object>): Promise<{ readonly url: string; stop(): void }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      response.setHeader("access-control-allow-origin", "*");
      work(Buffer.concat(chunks).toString("utf8")).then(
        (answer) => response.end(JSON.stringify(answer)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address: AddressInfo | string | null = server.address();
  return {
    url: `http://127.0.0.1:${String(typeof address === "object" ? (address?.port ?? 0) : 0)}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
