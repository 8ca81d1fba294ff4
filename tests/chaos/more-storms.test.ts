import { expect, describe, it } from "vitest";
import { checkSeed, checkSeeds } from "./check-seeds.ts";
import { isFeature } from "./features.ts";
import seeds from "./seeds.json" with { type: "json" };
import { playSeed } from "./world.ts";

describe("a Kraken account in more storms", () => {
  it("agrees with the exchange to the last digit afterwards, and never breaks a rule meanwhile", async () => {
    await checkSeeds(151, 150);
  });

  it.each(seeds)("seed $seed: $fault", async ({ seed, features }) => {
    expect(features.filter((feature) => !isFeature(feature))).toEqual([]);
    await checkSeed(seed, features.filter(isFeature));
  });

  it("plays the same story for the same seed", async () => {
    expect(await playSeed("7")).toEqual(await playSeed("7"));
  });
});
