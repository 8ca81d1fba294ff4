import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { noteLog, noteLogFile } from "../../scripts/lib/leaks/noted.ts";
import { root } from "../../scripts/lib/paths.ts";
import { freePort } from "../../scripts/lib/ports.ts";
import { pause } from "../../scripts/lib/wait.ts";

/** A desk of a test's own, started as a user starts it. */
export interface Desk {
  readonly origin: string;
  readonly port: number;
  readonly simulatorPort: number;
  readonly process: ChildProcess;
  /** Everything it has printed. */
  output(): string;
  /** Resolves with the exit code when it has ended. */
  readonly ended: Promise<number | null>;
  /** Ctrl-C, and wait. */
  stop(): Promise<number | null>;
}

export interface DeskOptions {
  /** Further words of the command line, such as `--replay=FILE`. */
  readonly more?: readonly string[];
  readonly stateFolder: string;
  readonly port?: number;
  readonly simulatorPort?: number;
}

/** Starts `npm start` with its own state and free ports. It may still be starting: see `isReady`. */
export async function launchDesk(options: DeskOptions): Promise<Desk> {
  const port = options.port ?? (await freePort());
  const simulatorPort = options.simulatorPort ?? (await freePort());
  const child = spawn(
    "node",
    [
      join(root, "scripts", "bootstrap.mjs"),
      "scripts/start.ts",
      `--port=${port}`,
      `--sim-port=${simulatorPort}`,
      `--state=${options.stateFolder}`,
      ...(options.more ?? []),
    ],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
  );
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<number | null>((resolve) => {
    child.once("close", resolve);
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    simulatorPort,
    process: child,
    output: () => text,
    ended,
    stop: async () => {
      child.kill("SIGINT");
      const code = await ended;
      noteLog("desks", text);
      for (const name of ["worker.log", "exchange.log"]) {
        noteLogFile(`desk-${name}`, join(options.stateFolder, "logs", name));
      }
      return code;
    },
  };
}

/** Resolves when the desk has printed its address. Throws with its output when it ended or took a minute. */
export async function isReady(desk: Desk): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (desk.output().includes(desk.origin)) {
      return;
    }
    if (desk.process.exitCode !== null) {
      break;
    }
    await pause(100);
  }
  throw new Error(`the desk did not start:\n${desk.output()}`);
}
