import { join } from "node:path";
import { parseArgs } from "node:util";
import { Failure, runMain } from "./lib/failure.ts";
import { Golden } from "./lib/golden.ts";
import { root } from "./lib/paths.ts";
import { verifyPrivate, type Step } from "./lib/verify-private.ts";
import { isVerified, type Verification, verifyPublic } from "./lib/verify.ts";

const usage = `npm run verify:kraken [-- options]   compares the real Kraken with what the product expects of it

  --url URL          REST base (https://api.kraken.com)
  --ws URL           public WebSocket v2 (wss://ws.kraken.com/v2)
  --seconds NUMBER   how long the books are followed (60)
  --symbols LIST     BTC/USD,ETH/USD,SOL/USD,DOGE/USD
  --out FOLDER       where the golden files go (.state/verify-kraken)

  --symbol SYMBOL    pair of the private checks (BTC/USD)
  --place            really places one smallest order far from the market and one stop, and cancels both

Without a key only public data is read. With KRAKEN_API_KEY and KRAKEN_API_SECRET in the environment the private answers are
read too, and orders of every type pass Kraken's validate mode; nothing is placed unless --place is given. A key that can
withdraw is refused. What is kept of private answers has no amounts, ids or tokens in it.`;

async function main(): Promise<number> {
  const { values } = parse();
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  const { KRAKEN_API_KEY: key, KRAKEN_API_SECRET: secret } = process.env;
  if ((key === undefined) !== (secret === undefined)) {
    throw new Failure("Set both KRAKEN_API_KEY and KRAKEN_API_SECRET, or neither.");
  }
  if (values.place && key === undefined) {
    throw new Failure("--place needs a key: set KRAKEN_API_KEY and KRAKEN_API_SECRET.");
  }
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 3_600) {
    throw new Failure(`--seconds must be a whole number from 1 to 3600; it is "${values.seconds}".`);
  }
  console.log(`Following the books of ${values.symbols} on ${values.ws} for ${seconds} seconds ...`);
  const verification = await verifyPublic({
    url: values.url,
    wsUrl: values.ws,
    symbols: values.symbols.split(","),
    seconds,
    folder: values.out,
  });
  show(verification);
  const steps = key === undefined || secret === undefined ? [] : await privately(values, key, secret);
  console.log(`\nWhat the venue sent, redacted, is in ${values.out}.`);
  const good = isVerified(verification) && steps.every(({ ok }) => ok);
  console.log(good ? "Kraken behaves as the product expects." : "Kraken does NOT behave as the product expects.");
  return good ? 0 : 1;
}

async function privately(
  { url, symbol, place, out }: { url: string; symbol: string; place: boolean; out: string },
  key: string,
  secret: string,
): Promise<readonly Step[]> {
  const golden = new Golden();
  console.log(`\nPrivate answers${place ? ", and orders that are really placed" : ""} ...`);
  const steps = await verifyPrivate({ url, symbol, place, key, secret }, golden);
  for (const { name, ok, detail } of steps) {
    console.log(`  ${ok ? "ok  " : "FAIL"} ${name}${detail === "" ? "" : `: ${detail}`}`);
  }
  golden.write(join(out, "private"));
  return steps;
}

function parse() {
  try {
    return parseArgs({
      options: {
        url: { type: "string", default: "https://api.kraken.com" },
        ws: { type: "string", default: "wss://ws.kraken.com/v2" },
        seconds: { type: "string", default: "60" },
        symbols: { type: "string", default: "BTC/USD,ETH/USD,SOL/USD,DOGE/USD" },
        symbol: { type: "string", default: "BTC/USD" },
        place: { type: "boolean", default: false },
        out: { type: "string", default: join(root, ".state", "verify-kraken") },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function show({ books, candles }: Verification): void {
  for (const { symbol, depth, messages, wrong } of books) {
    console.log(`  book ${symbol} depth ${depth}: ${messages - wrong} of ${messages} checksums right`);
  }
  for (const { symbol, minutes, different } of candles) {
    console.log(`  candles ${symbol}: ${minutes - different.length} of ${minutes} minutes equal their trades`);
    for (const line of different) {
      console.log(`    ${line}`);
    }
  }
}

await runMain(main);
