import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "./paths.ts";

export interface ChildSpecification {
  /** Its name in sentences: "the exchange simulator". */
  readonly name: string;
  readonly command: string;
  readonly arguments: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Where its output goes. */
  readonly logFile: string;
  /** Its output goes to the terminal instead. */
  readonly show?: boolean;
}

export interface Child {
  readonly specification: ChildSpecification;
  readonly process: ChildProcess;
  /** Why it ended, as a sentence. */
  readonly ended: Promise<string>;
}

const largestLog = 10 * 1024 * 1024;
const patience = 5_000;

/**
 * The children of one `npm start`. Each runs in a process group of its own, because wrangler and vite have children
 * themselves (workerd, esbuild) and those must go with them. A reaper ends the groups if we are killed outright.
 */
export class Processes {
  #children: Child[] = [];
  #reaper: ChildProcess | undefined;

  start(specification: ChildSpecification): Child {
    const log = specification.show === true ? undefined : openLog(specification.logFile);
    const child = spawn(specification.command, [...specification.arguments], {
      cwd: root,
      env: specification.environment,
      detached: true,
      stdio: ["ignore", log ?? "inherit", log ?? "inherit"],
    });
    if (log !== undefined) {
      closeSync(log);
    }
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`${specification.name} could not be started: ${error.message}.`));
      child.once("exit", (code, signal) => resolve(`${specification.name} ended unexpectedly (${signal ?? code}).`));
    });
    const started = { specification, process: child, ended };
    this.#children.push(started);
    if (child.pid !== undefined) {
      this.#watch(child.pid);
    }
    return started;
  }

  /** Ends what is left of a child and its own children at once, and starts the same again. */
  async replace(child: Child): Promise<Child> {
    signalGroup(child.process, "SIGKILL");
    await child.ended;
    this.#children = this.#children.filter((other) => other !== child);
    return this.start(child.specification);
  }

  /** Resolves, with a sentence and the last lines of its log, when the first child ends by itself. */
  async firstEnd(): Promise<string> {
    return Promise.race(this.#children.map(lastWords));
  }

  /** Asks every group to end, last started first, and kills what has not ended within five seconds. */
  async stop(): Promise<void> {
    const living = this.#children.filter(isRunning).reverse();
    for (const child of living) {
      signalGroup(child.process, "SIGTERM");
    }
    const timer = setTimeout(() => this.kill(), patience);
    await Promise.all(living.map((child) => child.ended));
    clearTimeout(timer);
    this.kill(); // grandchildren that outlived their parent
    this.#reaper?.stdin?.end();
  }

  /** The same at once, without waiting; for a second Ctrl-C. */
  kill(): void {
    for (const child of this.#children) {
      signalGroup(child.process, "SIGKILL");
    }
  }

  #watch(group: number): void {
    if (this.#reaper === undefined) {
      this.#reaper = spawn(process.execPath, [join(root, "scripts", "lib", "reaper.mjs")], {
        detached: true,
        stdio: ["pipe", "ignore", "ignore"],
      });
      this.#reaper.stdin?.on("error", () => this.#reaper?.kill());
      this.#reaper.unref();
    }
    this.#reaper.stdin?.write(`${group}\n`);
  }
}

/** Resolves when the child has ended: with a sentence and the last lines of its log. */
export async function lastWords(child: Child): Promise<string> {
  const sentence = capitalised(await child.ended);
  const { logFile, show } = child.specification;
  return show === true ? sentence : `${sentence} Its last words, from ${logFile}:\n${tail(logFile)}`;
}

/** The last lines of a log, for a sentence about what went wrong. */
export function tail(file: string, lines = 15): string {
  return existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").slice(-lines).join("\n") : "";
}

function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file) && statSync(file).size > largestLog) {
    renameSync(file, `${file}.1`);
  }
  return openSync(file, "a");
}

function isRunning(child: Child): boolean {
  return child.process.exitCode === null && child.process.signalCode === null && child.process.pid !== undefined;
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) {
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) {
      throw error;
    }
  }
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
