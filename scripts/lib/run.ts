import { spawn } from "node:child_process";
import { root, toolEnvironment } from "./paths.ts";

export interface Run {
  readonly status: number;
  /** Standard output and standard error as they came. */
  readonly output: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Also show the output while it comes. */
  readonly show?: boolean;
}

const colourless = { NO_COLOR: "1", FORCE_COLOR: undefined };

/** Runs a tool to its end with no standard input. A tool that cannot be started gives status 127. */
export async function run(
  command: string,
  commandArguments: readonly string[],
  options: RunOptions = {},
): Promise<Run> {
  return new Promise((resolve) => {
    const child = spawn(command, [...commandArguments], {
      cwd: root,
      env: { ...toolEnvironment(options.environment), ...(options.show === true ? {} : colourless) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    function collect(chunk: string): void {
      output += chunk;
      if (options.show === true) {
        process.stdout.write(chunk);
      }
    }
    child.stdout.setEncoding("utf8").on("data", collect);
    child.stderr.setEncoding("utf8").on("data", collect);
    child.once("error", (error) => resolve({ status: 127, output: `${output}${error.message}\n` }));
    child.once("close", (code) => resolve({ status: code ?? 1, output }));
  });
}
