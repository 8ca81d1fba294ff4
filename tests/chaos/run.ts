/**
 * `npm run test:chaos -- [[--from X] --seeds N | --seed X] [--features A,B] [--mutants]`: plays seeds, tells the story of each that fails.
 * `--features ""` is the storm without any of the newer parts; left out, each seed draws its own, and those that once found a
 * fault (seeds.json) are played first, unless `--from` asks for drawn ones alone.
 */
import process from "node:process";
import { noteLog } from "../../scripts/lib/leaks/noted.ts";
import { isFeature } from "./features.ts";
import { runMutants } from "./mutants.ts";
import kept from "./seeds.json" with { type: "json" };
import { playSeed, type Outcome } from "./world.ts";

const [, , ...options] = process.argv;
const valueOf = (name: string): string | undefined => {
  const index = options.indexOf(name);
  return index === -1 ? undefined : options[index + 1];
};

async function main(): Promise<number> {
  // The simulation tells its own story; the desk's log lines are not part of it, but a run of the tests searches them for secrets.
  const lines: string[] = [];
  console.log = (...parts: readonly unknown[]) => void lines.push(`${parts.map(String).join(" ")}\n`);
  if (options.includes("--mutants")) {
    return runMutants(Number(valueOf("--seeds") ?? "40"));
  }
  const one = valueOf("--seed");
  const stop = options.includes("--stop");
  const features = valueOf("--features")?.split(",").filter(isFeature);
  const from = valueOf("--from");
  const drawn = Array.from({ length: Number(valueOf("--seeds") ?? "200") }, (_, index) =>
    String(index + Number(from ?? "1")),
  );
  const faults =
    features === undefined && from === undefined
      ? kept.map((each) => ({ ...each, features: each.features.filter(isFeature) }))
      : [];
  const plays =
    one === undefined ? [...faults, ...drawn.map((seed) => ({ seed, features }))] : [{ seed: one, features }];
  const failed: Outcome[] = [];
  let orders = 0;
  let fills = 0;
  let lives = 0;
  for (const { seed, features: chosen } of plays) {
    const outcome = await playSeed(seed, chosen);
    noteLog("chaos", lines.splice(0).join(""));
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
      if (one !== undefined || from !== undefined) {
        console.info(outcome.story.join("\n"));
      }
    }
  }
  console.info(
    `${String(plays.length)} seeds, ${String(orders)} orders, ${String(fills)} fills, ${String(lives)} lives of the desk: ${String(failed.length)} failed`,
  );
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
