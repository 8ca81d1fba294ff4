import { execFileSync } from "node:child_process";

/** Process ids of the workerd processes below `root`; none where the table of processes cannot be read. */
export function workerdBelow(root: number): readonly number[] {
  const table = processTable();
  const family = new Set([root]);
  for (let grown = true; grown;) {
    grown = false;
    for (const { pid, parent } of table) {
      if (family.has(parent) && !family.has(pid)) {
        family.add(pid);
        grown = true;
      }
    }
  }
  return table.filter(({ pid, name }) => family.has(pid) && name.startsWith("workerd")).map(({ pid }) => pid);
}

/** False once the process is gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function processTable(): readonly { readonly pid: number; readonly parent: number; readonly name: string }[] {
  let text: string;
  try {
    text = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return [];
  }
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [pid = "", parent = "", ...path] = line.trim().split(/\s+/);
      // macOS prints the whole path.
      const name = path.join(" ").split("/").at(-1) ?? "";
      return { pid: Number(pid), parent: Number(parent), name };
    });
}
