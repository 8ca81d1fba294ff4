import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./failure.ts";

/** Takes a state folder for this process; two would spoil each other's databases. Returns what gives it back. */
export function lockState(stateFolder: string): () => void {
  mkdirSync(stateFolder, { recursive: true });
  const file = join(stateFolder, "running.pid");
  const owner = ownerOf(file);
  if (owner !== undefined) {
    throw new Failure(
      `${stateFolder} is in use by another start (process ${owner}). Stop that one, or choose another folder: ` +
        "--state FOLDER or TRADEWITHAI_STATE=FOLDER.",
    );
  }
  writeFileSync(file, String(process.pid));
  return () => rmSync(file, { force: true });
}

function ownerOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    process.kill(pid, 0);
    return pid === process.pid ? undefined : pid;
  } catch {
    return undefined; // no file, or nobody behind it any more
  }
}
