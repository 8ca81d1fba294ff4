import { join } from "node:path";
import { parseArgs } from "node:util";
import { Failure, runMain } from "./lib/failure.ts";
import { root } from "./lib/paths.ts";
import { isVerified, type Verification, verifyPublic } from "./lib/verify.ts";

const usage = `npm run verify:kraken [-- options]   compares the real Kraken with what the product expects of it

  --url URL          REST base (https://api.kraken.com)
  --ws URL           public WebSocket v2 (wss://ws.kraken.com/v2)
  --seconds NUMBER   how long the books are followed (60)
  --symbols LIST     BTC/USD,ETH/USD,SOL/USD,DOGE/USD
  --out FOLDER       where the golden files go (.state/verify-kraken)

Only public data is read: no key is needed and no order is placed.`;

async function main(): Promise<number> {
  const { values } = parse();
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  if (process.env.KRAKEN_API_KEY !== undefined) {
    console.log("KRAKEN_API_KEY is set, but this version has public checks only: the key is not used.");
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
  console.log(`\nWhat the venue sent, redacted, is in ${values.out}.`);
  const good = isVerified(verification);
  console.log(good ? "Kraken behaves as the product expects." : "Kraken does NOT behave as the product expects.");
  return good ? 0 : 1;
}

function parse() {
  try {
    return parseArgs({
      options: {
        url: { type: "string", default: "https://api.kraken.com" },
        ws: { type: "string", default: "wss://ws.kraken.com/v2" },
        seconds: { type: "string", default: "60" },
        symbols: { type: "string", default: "BTC/USD,ETH/USD,SOL/USD,DOGE/USD" },
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
