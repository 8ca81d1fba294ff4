import { join } from "node:path";
import { ensureBuilt, builtConfiguration } from "./lib/build.ts";
import { startCronTicker } from "./lib/cron.ts";
import { migrateDatabase, workerState } from "./lib/database.ts";
import { Failure, runMain } from "./lib/failure.ts";
import { waitForDesk } from "./lib/health.ts";
import { lockState } from "./lib/lock.ts";
import { type Mode, readMode, type Replay, usage } from "./lib/modes.ts";
import { binary, root, toolEnvironment } from "./lib/paths.ts";
import { requireFreePort } from "./lib/ports.ts";
import { type Child, type ChildSpecification, lastWords, Processes, tail } from "./lib/processes.ts";
import { finestTimeframe } from "./lib/recording.ts";
import { ensureSecrets } from "./lib/secrets.ts";
import { workerLost } from "./lib/watchdog.ts";

const startPatience = { healthy: 15_000, any: 60_000 };
/** A worker that is lost more often than this within a minute will not live. */
const mostRestarts = 3;

async function main(): Promise<number> {
  const mode = readMode(process.argv.slice(2));
  if (mode === undefined) {
    console.log(usage);
    return 0;
  }
  const unlock = lockState(mode.stateFolder);
  try {
    return await serve(mode);
  } finally {
    unlock();
  }
}

/** Starts everything, says where, and returns when it was asked to end (0) or a part of it ended by itself (1). */
async function serve(mode: Mode): Promise<number> {
  const ports = [mode.desk, ...(mode.simulator === undefined ? [] : [mode.simulator])];
  for (const port of ports) {
    await requireFreePort(port);
  }
  const stopping = new AbortController();
  const processes = new Processes();
  const asked = askedToEnd(stopping, processes);
  try {
    const ready = bringUp(mode, processes, stopping.signal);
    const first = await Promise.race([asked, ready]);
    if (first === "asked" || first === "stopped") {
      return 0;
    }
    const stopCron = startCronTicker(originOf(mode));
    try {
      await Promise.race([asked, keepUp(mode, processes, first, stopping.signal)]);
      return 0;
    } finally {
      stopCron();
    }
  } finally {
    stopping.abort();
    await processes.stop();
  }
}

interface Running {
  readonly worker: Child;
  /** Resolves when the simulator has ended by itself; never in live mode. */
  readonly simulatorEnded: Promise<string>;
}

/** Resolves when the desk answers. Throws a Failure with the reason when it does not. */
async function bringUp(mode: Mode, processes: Processes, stopping: AbortSignal): Promise<Running | "stopped"> {
  const origin = originOf(mode);
  const secrets = ensureSecrets(mode.stateFolder);
  const simulatorEnded =
    mode.simulator === undefined
      ? new Promise<string>(() => undefined)
      : lastWords(processes.start(simulatorOf(mode, mode.simulator.port)));
  await Promise.all([migrateDatabase(mode.stateFolder), mode.development ? undefined : announcedBuild()]);
  if (stopping.aborted) {
    return "stopped";
  }
  const worker = processes.start(
    mode.development ? developmentWorkerOf(mode, secrets.values) : workerOf(mode, secrets.file),
  );
  const state = await answers(mode, worker, stopping, simulatorEnded);
  if (state === "stopped") {
    return state;
  }
  console.log(`\n  ${mode.title}\n\n  ${origin}\n\n  Kept in ${mode.stateFolder} · Ctrl-C ends it\n`);
  if (state === "degraded") {
    console.log(`  Not everything is there yet: ${healthOf(mode)} says what. It goes on trying by itself.\n`);
  }
  return { worker, simulatorEnded };
}

/** Waits until a worker that was just started answers. Throws a Failure with the reason when it does not. */
async function answers(
  mode: Mode,
  worker: Child,
  stopping: AbortSignal,
  simulatorEnded: Promise<string>,
): Promise<"healthy" | "degraded" | "stopped"> {
  const health = healthOf(mode);
  const ended = Promise.race([lastWords(worker), simulatorEnded]);
  const state = await Promise.race([waitForDesk(health, startPatience, stopping), ended]);
  if (stopping.aborted) {
    return "stopped";
  }
  if (typeof state === "string") {
    throw new Failure(state);
  }
  if (state.kind === "down") {
    const { logFile } = worker.specification;
    throw new Failure(
      `The desk did not come up on ${health}: ${state.problem}\n\nThe end of ${logFile}:\n${tail(logFile)}`,
    );
  }
  return state.kind;
}

/** Starts the worker again whenever it is lost. Throws a Failure when it will not live, or the simulator has ended. */
async function keepUp(mode: Mode, processes: Processes, running: Running, stopping: AbortSignal): Promise<void> {
  const { simulatorEnded } = running;
  let { worker } = running;
  const losses: number[] = [];
  while (!stopping.aborted) {
    const watching = new AbortController();
    const signal = AbortSignal.any([watching.signal, stopping]);
    const lost = await Promise.race([
      simulatorEnded.then((sentence) => ({ simulator: true, sentence })),
      Promise.race([lastWords(worker), workerLost(worker.process.pid ?? 0, healthOf(mode), signal)]).then(
        (sentence) => ({ simulator: false, sentence }),
      ),
    ]);
    watching.abort();
    if (stopping.aborted) {
      return;
    }
    losses.push(Date.now());
    if (lost.simulator || losses.filter((time) => time > Date.now() - 60_000).length > mostRestarts) {
      throw new Failure(lost.sentence);
    }
    console.log(`  ${lost.sentence.split("\n", 1)[0] ?? ""} It is started again ...`);
    worker = await processes.replace(worker);
    if ((await answers(mode, worker, stopping, simulatorEnded)) !== "stopped") {
      console.log("  The desk is back. Accounts and orders are as they were.\n");
    }
  }
}

async function announcedBuild(): Promise<void> {
  console.log("Preparing the desk ...");
  await ensureBuilt();
}

/** Resolves at the first Ctrl-C or kill, or when the process that started us is gone. */
async function askedToEnd(stopping: AbortController, processes: Processes): Promise<"asked"> {
  const parent = process.ppid;
  process.on("exit", () => processes.kill());
  return new Promise((resolve) => {
    function end(): void {
      stopping.abort();
      resolve("asked");
    }
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, end);
    }
    setInterval(() => {
      if (process.ppid !== parent) {
        end();
      }
    }, 500).unref();
  });
}

function originOf(mode: Mode): string {
  return `http://127.0.0.1:${mode.desk.port}`;
}

function healthOf(mode: Mode): string {
  return `${originOf(mode)}/api/health`;
}

/** The Worker's variables that differ from one start to the next; the rest stands in wrangler.toml. */
function variablesOf(mode: Mode): Record<string, string> {
  const exchange =
    mode.simulator === undefined
      ? {
          KRAKEN_REST_URL: "https://api.kraken.com",
          KRAKEN_WS_URL: "wss://ws.kraken.com/v2",
          KRAKEN_WS_PRIVATE_URL: "wss://ws-auth.kraken.com/v2",
        }
      : {
          KRAKEN_REST_URL: `http://127.0.0.1:${mode.simulator.port}`,
          KRAKEN_WS_URL: `ws://127.0.0.1:${mode.simulator.port}/v2`,
          KRAKEN_WS_PRIVATE_URL: `ws://127.0.0.1:${mode.simulator.port}/v2-auth`,
        };
  return {
    MARKET: mode.market,
    ...(mode.replay === undefined ? {} : { MARKET_FINEST_TIMEFRAME: finestTimeframe(mode.replay.file) }),
    KRAKEN_KEYS: mode.krakenKeys,
    PUBLIC_ORIGIN: originOf(mode),
    CORS_ORIGINS: `http://localhost:${mode.desk.port}`, // the same desk under its other name
    ...exchange,
  };
}

function simulatorOf(mode: Mode, port: number): ChildSpecification {
  return {
    name: "the exchange simulator",
    command: process.execPath,
    arguments: [
      join(root, "exchange-sim", "main.ts"),
      `--port=${port}`,
      `--seed=${mode.seed}`,
      `--state=${join(mode.stateFolder, "exchange")}`,
      ...(mode.replay === undefined ? [] : replayArguments(mode.replay)),
    ],
    environment: toolEnvironment(),
    logFile: join(mode.stateFolder, "logs", "exchange.log"),
  };
}

function replayArguments({ file, speed, from, symbol }: Replay): string[] {
  return [
    `--replay=${file}`,
    `--speed=${speed}`,
    ...(from === undefined ? [] : [`--from=${from}`]),
    ...(symbol === undefined ? [] : [`--symbol=${symbol}`]),
  ];
}

function workerOf(mode: Mode, secretsFile: string): ChildSpecification {
  const variables = Object.entries(variablesOf(mode)).map(([name, value]) => `--var=${name}:${value}`);
  return {
    name: "the worker",
    command: binary("wrangler"),
    arguments: [
      "dev",
      // Local, and the built configuration by name: wrangler must neither log in nor pick another build up.
      "--local",
      `--config=${builtConfiguration}`,
      "--ip=127.0.0.1",
      `--port=${mode.desk.port}`,
      "--inspector-port=0",
      `--persist-to=${workerState(mode.stateFolder)}`,
      `--env-file=${secretsFile}`,
      "--show-interactive-dev-session=false",
      ...variables,
    ],
    environment: toolEnvironment(wranglerFolders(mode)),
    logFile: join(mode.stateFolder, "logs", "worker.log"),
  };
}

function developmentWorkerOf(mode: Mode, secrets: Readonly<Record<string, string>>): ChildSpecification {
  return {
    name: "vite",
    command: binary("vite"),
    arguments: ["dev", "--clearScreen=false"],
    show: true,
    environment: toolEnvironment({
      ...wranglerFolders(mode),
      ...secrets,
      PORT: String(mode.desk.port),
      TRADEWITHAI_STATE: workerState(mode.stateFolder),
      TRADEWITHAI_VARIABLES: JSON.stringify(variablesOf(mode)),
    }),
    logFile: join(mode.stateFolder, "logs", "worker.log"),
  };
}

/** Wrangler's logs and its list of running workers, kept apart from those of other projects and other starts. */
function wranglerFolders(mode: Mode): Record<string, string> {
  return {
    WRANGLER_LOG_PATH: join(mode.stateFolder, "logs"),
    WRANGLER_REGISTRY_PATH: join(mode.stateFolder, "registry"),
  };
}

await runMain(main);
