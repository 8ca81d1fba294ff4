import type { Engine } from "./engine/engine.ts";

/** Keeps an engine up with real time. */
export interface Driver {
  stop(): void;
}

const shortestSleep = 8;
const longestSleep = 250;

export function startDriver(engine: Engine): Driver {
  let timer: NodeJS.Timeout | undefined;
  const tick = (): void => {
    engine.catchUp();
    const next = engine.scheduler.nextAt;
    const wait = next === undefined ? longestSleep : (next - engine.clock.market()) / engine.clock.speed / 1_000;
    timer = setTimeout(tick, Math.min(longestSleep, Math.max(shortestSleep, wait)));
  };
  timer = setTimeout(tick, shortestSleep);
  return {
    stop() {
      clearTimeout(timer);
    },
  };
}
