import { parseArgs } from "node:util";
import { startExchange } from "./exchange.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8100" },
    seed: { type: "string", default: "1" },
  },
});

const exchange = await startExchange({ port: Number.parseInt(values.port, 10), seed: values.seed });
console.log(`exchange simulator: REST ${exchange.url}, WebSocket ${exchange.wsUrl} and ${exchange.wsAuthUrl}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    void exchange.stop().then(() => process.exit(0));
  });
}
