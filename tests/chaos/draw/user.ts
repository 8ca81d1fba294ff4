/** The user, who trades at the desk and does not know of any storm. */
import { decimal, multiply, roundToStep } from "../../../domain/decimal.ts";
import type { Decision } from "../../../domain/account/decision.ts";
import type { TestDesk } from "../desk.ts";
import type { Surroundings } from "../surroundings.ts";
import { short } from "../venue.ts";
import { actCarried, drawCarried } from "./carried.ts";
import { actEnlarged } from "./enlarged.ts";
import { drawKind } from "./kinds.ts";
import { drawAmendFactor, drawRequest, drawSize, drawStop, priceNear } from "./requests.ts";
import { drawSettings } from "./settings.ts";
import { liveOrders, NO_ORDERS } from "../../../domain/account/open-orders.ts";

/** An end that nobody here asked for may be known so late, where no socket tells of it and reads fail. */
const KNOWN_WITHIN_MS = 600_000;

export class User {
  /** Entries that had not left yet when everything was stopped. */
  readonly stopped = new Set<string>();
  readonly #world: Surroundings;
  #isSettled = false;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** Sets limits once, before anything else. */
  settle(desk: TestDesk): void {
    const limits = this.#isSettled ? null : drawSettings(this.#world);
    this.#isSettled = true;
    if (limits !== null) {
      const decision = desk.apply({ type: "change_settings", limits });
      this.#world.story.tell(`user: tight limits → ${outcomeOf(decision)}`);
    }
  }

  act(desk: TestDesk, draw: number): void {
    const { state } = desk;
    if (state === null || state.venue?.foundAt === null) {
      return;
    }
    if (actCarried(this.#world, desk, state) || actEnlarged(this.#world, desk, state)) {
      desk.wake();
      return;
    }
    const { random, story } = this.#world;
    const live = liveOrders(state.orders);
    const some = live[random.integer(Math.max(1, live.length))];
    if (draw < 52) {
      this.#place(desk);
    } else if (draw < 66 && some !== undefined) {
      desk.apply({ type: "cancel_order", orderId: some.id });
      story.tell(`user: cancel ${short(some.id)}`);
    } else if (draw < 78 && some !== undefined) {
      const factor = drawAmendFactor(this.#world);
      const quantity = roundToStep(multiply(some.quantity, factor), decimal("0.0001"), "down");
      const decision = desk.apply({ type: "amend_order", orderId: some.id, request: { quantity } });
      story.tell(`user: amend ${short(some.id)} to ${quantity} → ${decision.type}`);
    } else if (draw < 82) {
      // Pressed in the very moment in which something was wished.
      desk.apply({ type: "place_order", request: drawRequest(this.#world) });
      this.cancelAll(desk);
      story.tell("user: stop");
    } else if (draw < 92) {
      const asset = random.integer(2) === 0 ? "BTC" : "ETH";
      const percent = random.integer(2) === 0 ? 100 : 50;
      const decision = desk.apply({ type: "close_position", asset, percent }, "close");
      story.tell(`user: close ${asset} → ${outcomeOf(decision)}`);
      if (outcomeOf(decision) === "INSUFFICIENT_INVENTORY" && !sellsByHand(this.#world, asset)) {
        story.breaks(`closing ${asset} is denied for orders made by hand, and there are none`);
      }
    } else {
      const asset = random.integer(2) === 0 ? "BTC" : "ETH";
      const quantity = asset === "BTC" ? decimal("0.02") : decimal("0.3");
      const decision = desk.apply({ type: "adopt_holding", asset, quantity, cost: decimal("1000") });
      story.tell(`user: adopt ${quantity} ${asset} → ${decision.type}`);
    }
    this.#protect(desk);
    desk.wake();
  }

  cancelAll(desk: TestDesk): void {
    for (const order of liveOrders(desk.state?.orders ?? NO_ORDERS)) {
      if (order.intent === "entry" && order.venue?.placement === "queued") {
        this.stopped.add(order.id);
      }
    }
    desk.apply({ type: "cancel_all", symbol: null });
  }

  #place(desk: TestDesk): void {
    const plain = drawRequest(this.#world);
    const request = drawCarried(this.#world, drawSize(this.#world, drawKind(this.#world, plain)));
    const decision = desk.apply({ type: "place_order", request });
    const price = request.limitPrice ?? "";
    const close = request.conditionalClose === undefined ? "" : ` closing by ${request.conditionalClose.type}`;
    this.#world.story.tell(
      `user: ${request.side} ${request.quantity ?? ""} ${request.symbol} ${request.type} ${price}${close} → ${outcomeOf(decision)}`,
    );
  }

  /** Now and then the user changes what protects a position. */
  #protect(desk: TestDesk): void {
    const { protection: draws, story } = this.#world;
    if (draws.integer(5) > 0) {
      return;
    }
    const asset = draws.integer(2) === 0 ? "BTC" : "ETH";
    const symbol = `${asset}/USD`;
    const stop = drawStop(this.#world, symbol);
    const target =
      draws.integer(4) === 0
        ? { type: "price" as const, price: priceNear(this.#world, symbol, 0.2 + draws.next()) }
        : undefined;
    const decision = desk.apply({ type: "protect_position", asset, stop, target });
    story.tell(`user: protect ${asset} by ${stop?.type ?? "nothing"} → ${decision.type}`);
  }
}

/** Whether an order made by hand sells the asset or pays with it, or did so until just now. */
function sellsByHand({ exchange, time }: Surroundings, asset: string): boolean {
  const since = (time.now - KNOWN_WITHIN_MS) * 1_000;
  return [...exchange.account.orders.values()].some(
    ({ parent, terms, closedAt }) =>
      parent === undefined &&
      terms.clientOrderId === undefined &&
      (terms.side === "sell" ? terms.pair.base.name : terms.pair.quote.name) === asset &&
      (closedAt === undefined || closedAt > since),
  );
}

export function outcomeOf(decision: Decision): string {
  return decision.type === "accepted" ? "accepted" : decision.problem.code;
}
