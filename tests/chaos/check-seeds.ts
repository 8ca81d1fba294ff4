import { expect } from "vitest";
import type { Feature } from "./features.ts";
import { playSeed } from "./world.ts";

/** Plays the seeds; the first that fails is told with its story. */
export async function checkSeeds(first: number, last: number): Promise<void> {
  for (let seed = first; seed <= last; seed += 1) {
    await checkSeed(String(seed));
  }
}

export async function checkSeed(seed: string, features?: readonly Feature[]): Promise<void> {
  const { broken, story } = await playSeed(seed, features);
  expect(broken, `seed ${seed}\n${story.join("\n")}`).toBeNull();
}
