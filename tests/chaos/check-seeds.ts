import { join } from "node:path";
import process from "node:process";
import { expect } from "vitest";
import { root } from "../../scripts/lib/paths.ts";
import { run } from "../../scripts/lib/run.ts";
import type { Feature } from "./features.ts";
import { playSeed } from "./world.ts";

/**
 * Plays so many seeds from `first` on; one that fails is told with its story. They are played by the program that plays them on the
 * command line: inside the test runner, whose modules are slower and measured, the same takes several times as long.
 */
export async function checkSeeds(first: number, count: number): Promise<void> {
  const options = ["--from", String(first), "--seeds", String(count)];
  const { status, output } = await run(process.execPath, [join(root, "tests", "chaos", "run.ts"), ...options]);
  expect(status, output).toBe(0);
  expect(output).toContain(`${String(count)} seeds, `);
}

export async function checkSeed(seed: string, features?: readonly Feature[]): Promise<void> {
  const { broken, story } = await playSeed(seed, features);
  expect(broken, `seed ${seed}\n${story.join("\n")}`).toBeNull();
}
