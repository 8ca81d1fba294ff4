import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

export type Server = {
  /** CPU seconds of the process and all its descendants so far. */
  cpuSeconds(): number;
  /** First line that it printed, once it did. */
  readonly firstLine: Promise<string>;
  stop(): Promise<void>;
};

/** Starts a server under test in a process group of its own. */
export function startServer(
  name: string,
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  folder: string,
): Server {
  const child = spawn(command, [...args], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = child.pid;
  if (pid === undefined) {
    throw new Error(`${name} could not be started`);
  }
  child.stderr.resume();
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const firstLine = new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      const end = text.indexOf("\n");
      if (end >= 0) {
        resolve(text.slice(0, end).trim());
      }
    });
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}`)));
  });
  // A server that nobody asks for its first line may end without one.
  firstLine.catch(() => undefined);
  return {
    cpuSeconds: () => cpuSecondsOf(pid),
    firstLine,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        process.kill(-pid, "SIGTERM");
        await ended;
      }
    },
  };
}

const TICKS_PER_SECOND = 100;

function cpuSecondsOf(root: number): number {
  const processes = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
  const family = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of processes) {
      if (family.has(parent) && !family.has(pid)) {
        family.add(pid);
        grown = true;
      }
    }
  }
  return (
    processes.filter(({ pid }) => family.has(pid)).reduce((total, { ticks }) => total + ticks, 0) / TICKS_PER_SECOND
  );
}

function readStat(pid: number): { readonly pid: number; readonly parent: number; readonly ticks: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { pid, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) {
      return null;
    }
    throw error;
  }
}
