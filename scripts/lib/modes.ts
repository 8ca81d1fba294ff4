import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Failure } from "./failure.ts";
import { root } from "./paths.ts";
import { choosePort, type PortWish } from "./ports.ts";

export interface Replay {
  readonly file: string;
  /** Market seconds per real second. */
  readonly speed: number;
  /** Where in the file it begins, and the pair when the file's name does not tell; undefined: the simulator's choice. */
  readonly from: string | undefined;
  readonly symbol: string | undefined;
}

/** What one `npm start` runs, decided before anything is started. */
export interface Mode {
  readonly market: "sim" | "live" | "replay";
  /** One line for the person who started it. */
  readonly title: string;
  /** Everything this mode keeps; modes never share it, so that simulated positions never meet live prices. */
  readonly stateFolder: string;
  readonly development: boolean;
  readonly desk: PortWish;
  /** Where the simulator listens; undefined in live mode. */
  readonly simulator: PortWish | undefined;
  readonly replay: Replay | undefined;
  readonly seed: number;
  /** Whether the desk takes keys of the user at Kraken: of the simulated one yes, of the real one only when asked to. */
  readonly krakenKeys: "allowed" | "refused";
}

export const usage = `npm start [-- options]        the desk on a simulated Kraken
npm run start:live            the desk on Kraken's real public data, with paper money
npm start -- --replay FILE    the desk on a recorded market: one of Kraken's OHLCVT CSV files
npm run dev                   the same as npm start, with hot reload

  --port NUMBER      where the desk listens (8787; PORT)
  --sim-port NUMBER  where the exchange simulator listens (8790; SIM_PORT)
  --speed NUMBER     replay: market seconds per real second (60)
  --from TIME        replay: where it begins, e.g. 2020-03-11 (after the first quarter of the file)
  --symbol PAIR      replay: the pair, when the file's name does not tell, e.g. BTC/USD
  --allow-kraken-key live: take keys of your own at Kraken, that is, trade real money from this machine
  --seed NUMBER      simulator: which market is drawn when a state folder is new (1)
  --state FOLDER     where accounts and the market are kept (.state/<mode>; TRADEWITHAI_STATE)
  --help             this text`;

/** Reads the command line. Throws a Failure on anything it does not understand; undefined means: show the usage. */
export function readMode(commandLine: readonly string[]): Mode | undefined {
  const { values } = parse(commandLine);
  if (values.help === true) {
    return undefined;
  }
  const live = values.live === true;
  const development = values.dev === true;
  const replay = values.replay === undefined ? undefined : readReplay(values.replay, values);
  if (live && replay !== undefined) {
    throw new Failure("--live and --replay exclude each other: a market is either real or recorded.");
  }
  const lonely = (["speed", "from", "symbol"] as const).find((name) => values[name] !== undefined);
  if (replay === undefined && lonely !== undefined) {
    throw new Failure(`--${lonely} belongs to --replay: only a recorded market can be wound.`);
  }
  const allowsKeys = values["allow-kraken-key"] === true;
  if (allowsKeys && !live) {
    throw new Failure(
      "--allow-kraken-key belongs to npm run start:live: elsewhere no key of the real Kraken has a use.",
    );
  }
  const market = live ? "live" : replay === undefined ? "sim" : "replay";
  const name = `${replay === undefined ? market : `replay-${fingerprint(replay.file)}`}${development ? "-dev" : ""}`;
  const folder = values.state ?? process.env.TRADEWITHAI_STATE ?? join(root, ".state", name);
  return {
    market,
    title: titleOf(market, replay, allowsKeys),
    stateFolder: resolve(folder),
    development,
    desk: choosePort({ purpose: "the desk", flag: "--port", variable: "PORT" }, values.port, 8787),
    simulator: live
      ? undefined
      : choosePort(
          { purpose: "the exchange simulator", flag: "--sim-port", variable: "SIM_PORT" },
          values["sim-port"],
          8790,
        ),
    replay,
    seed: readCount("--seed", values.seed, 1),
    krakenKeys: market === "sim" || allowsKeys ? "allowed" : "refused",
  };
}

function parse(commandLine: readonly string[]) {
  try {
    return parseArgs({
      args: [...commandLine],
      options: {
        live: { type: "boolean" },
        "allow-kraken-key": { type: "boolean" },
        dev: { type: "boolean" },
        replay: { type: "string" },
        speed: { type: "string" },
        from: { type: "string" },
        symbol: { type: "string" },
        seed: { type: "string" },
        port: { type: "string" },
        "sim-port": { type: "string" },
        state: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function readReplay(
  path: string,
  values: { readonly speed?: string; readonly from?: string; readonly symbol?: string },
): Replay {
  const file = resolve(process.env.INIT_CWD ?? process.cwd(), path);
  if (!existsSync(file)) {
    throw new Failure(`There is no file ${file} to replay.`);
  }
  return { file, speed: readCount("--speed", values.speed, 60), from: values.from, symbol: values.symbol };
}

function readCount(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) {
    return fallback;
  }
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new Failure(`${flag} must be a whole number from 1 to 999999; it is "${text}".`);
  }
  return Number(text);
}

/** Two files of the same content share their state; a changed file starts afresh. */
function fingerprint(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 12);
}

function titleOf(market: Mode["market"], replay: Replay | undefined, allowsKeys: boolean): string {
  if (replay !== undefined) {
    return `Paper trading on the recorded market of ${basename(replay.file)}, ${replay.speed} times as fast`;
  }
  if (allowsKeys) {
    return "Kraken's live market data, paper money, and real money for whoever connects a key";
  }
  return market === "live" ? "Paper trading on Kraken's live market data" : "Paper trading on a simulated Kraken";
}
