/** An exit and a cancel are at the exchange within 5 s of the wish, whenever that answers (TRADING §2): in the storm too. */
import type { AccountState, OpenOrder } from "../../../domain/account/state.ts";
import { touchedAt } from "../../../domain/account/venue/order-age.ts";
import type { Recorded } from "../../../durable-objects/trader/turn.ts";
import { ADD_COST, matchingCost } from "../../../domain/venue/rate-counters.ts";
import { Broken } from "../story.ts";
import type { Surroundings } from "../surroundings.ts";
import { callKey } from "../private-line.ts";
import { short } from "../venue.ts";
import { liveOrder, NO_ORDERS } from "../../../domain/account/open-orders.ts";

const WITHIN_MS = 5_500;

type Wish = { readonly what: "exit" | "cancel"; readonly orderId: string; readonly at: number };

export class ExitWatch {
  readonly #world: Surroundings;
  /** What was wished, is free to go and has not arrived yet. */
  #wishes: readonly Wish[] = [];

  constructor(world: Surroundings) {
    this.#world = world;
  }

  committed({ event, after }: Recorded): void {
    if (!("orderId" in event) || typeof event.orderId !== "string") {
      return;
    }
    const { orderId } = event;
    const order = liveOrder(after.orders, orderId);
    const released = event.type === "order_submitted" || event.type === "exit_released";
    // A conditional close is the exchange's own: it was there before the desk knew.
    const own = order?.parentOrderId === undefined;
    if (released && own && order?.intent === "exit" && order.venue?.waitsFor.length === 0) {
      this.#wish("exit", orderId);
    }
    if (event.type === "cancel_requested") {
      this.#wish("cancel", orderId);
    }
    const given = this.#wishes.find((wish) => wish.what === "exit" && wish.orderId === orderId);
    if (event.type === "order_rejected" && given !== undefined && !this.#isOver(given, order)) {
      this.#world.story.breaks(`exit ${short(orderId)} was given up before it reached the exchange`);
    }
  }

  /** `hasRoom`: whether the exchange's limit lets so many points go for the pair. What it keeps back has its time from then on. */
  check(state: AccountState | null, hasRoom: (symbol: string, points: number) => boolean): void {
    const { time } = this.#world;
    this.#wishes = this.#wishes.flatMap((wish) => {
      const order = liveOrder(state?.orders ?? NO_ORDERS, wish.orderId);
      if (order === undefined || this.#isOver(wish, order)) {
        return [];
      }
      const points = wish.what === "exit" ? ADD_COST : matchingCost("cancel", ageOf(order, time.now));
      return [hasRoom(order.symbol, points) ? wish : { ...wish, at: time.now }];
    });
    const late = this.#wishes.find(({ at }) => time.now > at + WITHIN_MS);
    if (late !== undefined) {
      throw new Broken(`${late.what} ${short(late.orderId)} has not reached the exchange within 5 s`);
    }
  }

  #wish(what: Wish["what"], orderId: string): void {
    this.#wishes = [...this.#wishes, { what, orderId, at: this.#world.time.now }];
  }

  /** It has arrived; or the desk was down, its clock wrong, or the network lost this very call. */
  #isOver({ what, orderId, at }: Wish, order: OpenOrder | undefined): boolean {
    const { exchange, troubledAt, clock } = this.#world;
    const method = what === "exit" ? "AddOrder" : "CancelOrder";
    const keys = [orderId, order?.venue?.venueOrderId ?? orderId].map((name) => callKey(method, name));
    const gone = what === "cancel" && (order?.venue?.cancel ?? null) === null;
    const called = keys.some((key) => exchange.arrived.has(key) || exchange.astray.has(key));
    return gone || called || at <= troubledAt || at <= clock.bentAt;
  }
}

function ageOf(order: OpenOrder, now: number): number | null {
  const at = touchedAt(order);
  return at === null ? null : now - at;
}
