/** An exit is at an exchange that answers within 5 s of the wish (TRADING §2). */
import type { AccountState } from "../../../domain/account/state.ts";
import type { Recorded } from "../../../durable-objects/trader/turn.ts";
import { Broken } from "../story.ts";
import type { Surroundings } from "../surroundings.ts";
import { short } from "../venue.ts";

export class ExitWatch {
  readonly #world: Surroundings;
  /** When each exit that has not arrived yet was wished and free to go. */
  readonly #wishedAt = new Map<string, number>();

  constructor(world: Surroundings) {
    this.#world = world;
  }

  committed({ event, after }: Recorded): void {
    const order = "orderId" in event && typeof event.orderId === "string" ? after.orders[event.orderId] : undefined;
    const released = event.type === "order_submitted" || event.type === "exit_released";
    // A conditional close is the exchange's own: it was there before the desk knew.
    const own = order?.origin !== "conditional";
    if (released && own && order?.intent === "exit" && order.venue?.waitsFor.length === 0) {
      this.#wishedAt.set(order.id, this.#world.time.now);
    }
  }

  check(state: AccountState | null): void {
    const { time, exchange, feed, clock, troubledAt } = this.#world;
    const calm = exchange.weather.faults === 0 && feed.state !== "dead";
    for (const [id, at] of this.#wishedAt) {
      const gone = state?.orders[id] === undefined;
      if (exchange.arrived.has(id) || gone || at < troubledAt || !calm) {
        this.#wishedAt.delete(id);
      } else if (time.now > at + 5_500 && clock.isRight) {
        throw new Broken(`exit ${short(id)} has not reached the exchange within 5 s`);
      }
    }
  }
}
