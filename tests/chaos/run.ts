/**
 * `npm run test:chaos -- [--seeds N | --seed X] [--features A,B] [--mutants]`: plays seeds, tells the story of each that fails.
 * `--features ""` is the storm without any of the newer parts; left out, each seed draws its own.
 */
import process from "node:process";
import { isFeature } from "./features.ts";
import { runMutants } from "./mutants.ts";
import { playSeed, type Outcome } from "./world.ts";

const [, , ...options] = process.argv;
const valueOf = (name: string): string | undefined => {
  const index = options.indexOf(name);
  return index === -1 ? undefined : options[index + 1];
};

async function main(): Promise<number> {
  // The simulation tells its own story; the desk's log lines are not part of it.
  console.log = () => undefined;
  if (options.includes("--mutants")) {
    return runMutants(Number(valueOf("--seeds") ?? "40"));
  }
  const one = valueOf("--seed");
  const stop = options.includes("--stop");
  const seeds =
    one === undefined
      ? Array.from({ length: Number(valueOf("--seeds") ?? "200") }, (_, index) => String(index + 1))
      : [one];
  const features = valueOf("--features")?.split(",").filter(isFeature);
  const failed: Outcome[] = [];
  let orders = 0;
  let fills = 0;
  let lives = 0;
  for (const seed of seeds) {
    const outcome = await playSeed(seed, features);
    orders += outcome.orders;
    fills += outcome.fills;
    lives += outcome.lives;
    if (outcome.broken !== null) {
      failed.push(outcome);
      const how = outcome.threw ? "threw" : "with";
      console.info(`seed ${seed} ${how} ${outcome.features.join(",")}: ${outcome.broken}`);
      if (stop && !outcome.threw) {
        break;
      }
      if (one !== undefined) {
        console.info(outcome.story.join("\n"));
      }
    }
  }
  console.info(
    `${String(seeds.length)} seeds, ${String(orders)} orders, ${String(fills)} fills, ${String(lives)} lives of the desk: ${String(failed.length)} failed`,
  );
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
