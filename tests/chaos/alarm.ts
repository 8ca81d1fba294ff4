/** The object's one alarm: in the storm it rings late, twice, or never, until the minute's sweep wakes the desk. */
import type { Surroundings } from "./surroundings.ts";

const SWEEP_EVERY_MS = 60_000;
const LATEST_MS = 15_000;

export class Alarm {
  readonly #world: Surroundings;
  readonly #ring: () => void;
  #cancel: () => void = () => undefined;

  constructor(world: Surroundings, ring: () => void) {
    this.#world = world;
    this.#ring = ring;
  }

  /** Null: not at all. */
  set(inMs: number | null): void {
    this.#cancel();
    if (inMs !== null) {
      this.#cancel = this.#world.time.after(Math.max(1, inMs), () => {
        this.#rings();
      });
    }
  }

  #rings(): void {
    const { storm, time, story } = this.#world;
    const draws = storm ? this.#world.drawsOf("alarms") : null;
    const fate = draws?.integer(12) ?? -1;
    if (draws !== null && fate === 0) {
      story.tell("alarm: is lost");
      this.#later(SWEEP_EVERY_MS - (time.now % SWEEP_EVERY_MS));
    } else if (draws !== null && fate === 1) {
      story.tell("alarm: is late");
      this.#later(1 + draws.integer(LATEST_MS));
    } else {
      this.#ring();
      if (draws !== null && fate < 4) {
        time.after(draws.integer(2_000), this.#ring);
      }
    }
  }

  /** Until then the desk cannot know what is due. */
  #later(milliseconds: number): void {
    const { time } = this.#world;
    this.#world.troubledAt = Math.max(this.#world.troubledAt, time.now + milliseconds);
    this.#cancel = time.after(milliseconds, this.#ring);
  }
}
