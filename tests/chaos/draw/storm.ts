/** Draws what happens next. */
import { HISTORY_STATES } from "../history.ts";
import type { Lives } from "../lives.ts";
import { LINE_FAULTS } from "../private-line.ts";
import { FEED_STATES, type Surroundings } from "../surroundings.ts";
import { movePrices, orderByHand, restate, revokeKey, transfer } from "./exchange-side.ts";
import { haltOrResume, sampleEquity } from "./halts.ts";
import { closePair, jump } from "./market-trouble.ts";
import type { User } from "./user.ts";

/** How much goes wrong in this seed: calls that the network spoils, awaits at which the desk dies. */
export function drawWeather({ random, exchange }: Surroundings, lives: Lives): void {
  exchange.weather.faults = [0.03, 0.12, 0.3][random.integer(3)] ?? 0;
  lives.crashChance = [0, 0.002, 0.006][random.integer(3)] ?? 0;
}

export function happen(world: Surroundings, lives: Lives, user: User): void {
  const { random } = world;
  const draw = random.integer(100);
  if (draw < 62) {
    const desk = lives.alive;
    if (desk !== null) {
      user.act(desk, random.integer(100));
    }
  } else if (draw < 66) {
    transfer(world);
  } else if (draw < 71) {
    orderByHand(world);
  } else if (draw < 76) {
    lives.crash("is evicted");
  } else if (draw < 80) {
    lives.replace();
  } else if (draw < 85) {
    world.feed.state = FEED_STATES[random.integer(4)] ?? "good";
    world.story.tell(`feed: ${world.feed.state}`);
  } else if (draw < 88) {
    bendClock(world);
  } else if (draw < 91) {
    revokeKey(world);
  } else if (draw < 94) {
    restate(world);
  } else {
    movePrices(world);
  }
}

/** What the newer features draw beside it. */
export function happenBesides(world: Surroundings, lives: Lives, user: User): void {
  jump(world);
  closePair(world);
  stallHistory(world);
  troubleSocket(world);
  const desk = lives.alive;
  if (desk?.state?.venue?.foundAt !== null && desk !== null) {
    user.settle(desk);
    sampleEquity(world, desk);
    haltOrResume(world, desk);
    desk.wake();
  }
}

function stallHistory(world: Surroundings): void {
  const { history, story } = world;
  const draws = world.drawsOf("history");
  if (history !== null && draws !== null && draws.integer(10) === 0) {
    history.state = HISTORY_STATES[draws.integer(HISTORY_STATES.length)] ?? "good";
    story.tell(`D1: ${history.state}`);
  }
}

/** Somebody begins or ends to watch; the line has what lines have. */
function troubleSocket(world: Surroundings): void {
  const { lines, story, exchange } = world;
  const draws = world.drawsOf("socket");
  if (lines === null || draws === null) {
    return;
  }
  if (draws.integer(8) === 0) {
    world.watched = !world.watched;
    story.tell(world.watched ? "somebody watches" : "nobody watches");
  }
  if (draws.integer(3) === 0) {
    lines.strike(LINE_FAULTS[draws.integer(LINE_FAULTS.length)] ?? "drop");
  }
  if (draws.integer(25) === 0) {
    story.tell("exchange: forgets all tokens");
    exchange.venue.keys.expireTokens();
  }
}

function bendClock({ random, clock, story, time }: Surroundings): void {
  if (random.integer(2) === 0) {
    clock.freeze();
    story.tell("clock: stands still");
  } else {
    const skew = -random.integer(8_000);
    clock.stepTo(skew);
    story.tell(`clock: steps to ${String(skew)} ms`);
  }
  time.after(random.integer(6_000), () => {
    clock.mend();
  });
}
