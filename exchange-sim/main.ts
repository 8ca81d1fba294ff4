import { parseArgs } from "node:util";
import { feePresets } from "./engine/fees.ts";
import { startExchange, type Exchange, type ExchangeOptions } from "./exchange.ts";

const usage = `node exchange-sim/main.ts [options]

  --port NUMBER     where it listens, on 127.0.0.1 (8790; 0 takes a free one)
  --seed TEXT       which market is drawn (1)
  --state FOLDER    keeps tape, accounts and orders there
  --fees PRESET     ${feePresets.join(" or ")} (standard)
  --replay FILE     replays one of Kraken's OHLCVT files instead; may be given several times
  --symbol PAIR     the pair of the file when its name does not tell, e.g. BTC/USD
  --speed NUMBER    replay: market seconds per real second (60)
  --from TIME       replay: where it begins, e.g. 2020-03-11 (after the first quarter of the file)
  --virtual         time stands still until POST /admin/clock
  --help            this text`;

function readOptions(): ExchangeOptions | undefined {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8790" },
      seed: { type: "string", default: "1" },
      state: { type: "string" },
      fees: { type: "string", default: "standard" },
      replay: { type: "string", multiple: true },
      symbol: { type: "string" },
      speed: { type: "string" },
      from: { type: "string" },
      virtual: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  const fees = feePresets.find((preset) => preset === values.fees);
  const port = Number(values.port);
  const speed = values.speed === undefined ? undefined : Number(values.speed);
  const from = values.from === undefined ? undefined : Date.parse(values.from) * 1_000;
  if (fees === undefined) {
    throw new Error(`--fees must be ${feePresets.join(" or ")}`);
  }
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error("--port must be a port from 0 to 65535");
  }
  if (speed !== undefined && !(speed > 0)) {
    throw new Error("--speed must be a positive number");
  }
  if (from !== undefined && Number.isNaN(from)) {
    throw new Error("--from must be a date or time, e.g. 2020-03-11 or 2020-03-12T06:00:00Z");
  }
  const replay =
    values.replay === undefined
      ? undefined
      : {
          files: values.replay,
          ...(values.symbol === undefined ? {} : { symbol: values.symbol }),
          ...(speed === undefined ? {} : { speed }),
          ...(from === undefined ? {} : { from }),
        };
  return {
    port,
    seed: values.seed,
    fees,
    time: values.virtual ? "virtual" : "real",
    ...(values.state === undefined ? {} : { stateFolder: values.state }),
    ...(replay === undefined ? {} : { replay }),
  };
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options === undefined) {
    console.log(usage);
    return;
  }
  const exchange: Exchange = await startExchange(options);
  console.log(
    `exchange simulator (${exchange.mode}): REST ${exchange.url}, WebSocket ${exchange.wsUrl} and ${exchange.wsAuthUrl}`,
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void exchange.stop().then(() => process.exit(0));
    });
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
