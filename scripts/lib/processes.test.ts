import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { Processes } from "./processes.ts";
import { pause } from "./wait.ts";

vi.setConfig({ testTimeout: 30_000 }); // a busy machine takes its time

/** A child whose own child writes a letter into the log ten times a second and does not care about polite requests. */
function family() {
  const logFile = join(mkdtempSync(join(tmpdir(), "processes-")), "family.log");
  return {
    name: "the family",
    command: "sh",
    arguments: ["-c", "(trap '' TERM; while :; do echo x; sleep 0.1; done) & wait"],
    environment: process.env,
    logFile,
  };
}

function sizeOf(file: string): number {
  return existsSync(file) ? statSync(file).size : 0;
}

async function hasBegun(file: string): Promise<void> {
  for (let attempt = 0; attempt < 100 && sizeOf(file) === 0; attempt += 1) {
    await pause(50);
  }
  expect(sizeOf(file)).toBeGreaterThan(0);
}

/** Waits until a second has passed without a letter. */
async function hasEnded(file: string): Promise<void> {
  let size = -1;
  for (let attempt = 0; attempt < 10 && size !== sizeOf(file); attempt += 1) {
    size = sizeOf(file);
    await pause(1_000);
  }
  expect(sizeOf(file)).toBe(size);
}

it("ends grandchildren too, even those that ignore a polite request", async () => {
  const specification = family();
  const processes = new Processes();
  processes.start(specification);
  await hasBegun(specification.logFile);
  await processes.stop();
  await hasEnded(specification.logFile);
});

it("tells which child ended by itself, and its last words", async () => {
  const processes = new Processes();
  processes.start({ ...family(), arguments: ["-c", "echo out of coffee; exit 3"] });
  const sentence = await processes.firstEnd();
  await processes.stop();
  expect(sentence).toMatch(/^The family ended unexpectedly \(3\)\. .*\nout of coffee$/);
});

it("leaves nothing behind when it is killed outright", async () => {
  const specification = family();
  const program = `
    import { Processes } from ${JSON.stringify(join(import.meta.dirname, "processes.ts"))};
    new Processes().start(${JSON.stringify({ ...specification, environment: { PATH: process.env.PATH } })});
    setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["--input-type=module", "--eval", program], { stdio: "inherit" });
  await hasBegun(specification.logFile);
  parent.kill("SIGKILL");
  await hasEnded(specification.logFile);
});
