/** Equity is sampled, and the trader presses Stop and resumes. */
import { STOP_MODES } from "../../../domain/risk/halts-stop.ts";
import type { EquitySample } from "../../../domain/risk/samples.ts";
import { sampleOf } from "../../../domain/risk/sample-of.ts";
import type { TestDesk } from "../desk.ts";
import type { Surroundings } from "../surroundings.ts";
import { outcomeOf } from "./user.ts";

/** A sample, taken from what the feed says. */
export function sampleEquity(world: Surroundings, desk: TestDesk): void {
  const draws = world.drawsOf("halts");
  const { state } = desk;
  if (draws === null || state === null) {
    return;
  }
  const sample = sampleNow(world, desk);
  if (sample !== null && draws.integer(2) === 0) {
    desk.apply({ type: "sample_equity", samples: [sample] });
  }
}

export function haltOrResume(world: Surroundings, desk: TestDesk): void {
  const draws = world.drawsOf("halts");
  const { state } = desk;
  if (draws === null || state === null) {
    return;
  }
  if (state.halts.length > 0 && draws.integer(4) === 0) {
    const how = draws.integer(2) === 0 ? "baseline" : "wait";
    const decision = desk.apply({ type: "resume_trading", how, now: sampleNow(world, desk) });
    world.story.tell(`user: resume by ${how} → ${outcomeOf(decision)}`);
  } else if (draws.integer(15) === 0) {
    const mode = STOP_MODES[draws.integer(STOP_MODES.length)] ?? "keep";
    desk.apply({ type: "stop_trading", mode, alert: true, others: [] });
    world.story.tell(`user: stop and ${mode}`);
  }
}

function sampleNow(world: Surroundings, desk: TestDesk): EquitySample | null {
  const quotes = Object.values(world.feed.markets()).map(({ quote }) => quote);
  return desk.state === null ? null : sampleOf(desk.state, quotes, world.clock.now());
}
