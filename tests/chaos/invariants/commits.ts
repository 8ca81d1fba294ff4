/** What has to hold of every event and every send of the desk, at the moment of its commit. */
import { imbalance } from "../../../domain/account/postings.ts";
import { holdingOf } from "../../../domain/account/holdings.ts";
import { add, isAbove, subtract } from "../../../domain/decimal.ts";
import type { Recorded } from "../../../durable-objects/trader/turn.ts";
import type { User } from "../draw/user.ts";
import type { Story } from "../story.ts";
import { short } from "../venue.ts";
import type { ExitWatch } from "./exits.ts";

/** TRADING §6 “Absent”. */
const ABSENT_AFTER_MS = 60_000;

export class CommitJudge {
  readonly #story: Story;
  readonly #user: User;
  readonly #exits: ExitWatch;
  #lastNonce = 0n;

  constructor(story: Story, user: User, exits: ExitWatch) {
    this.#story = story;
    this.#user = user;
    this.#exits = exits;
  }

  /** Of every signed call that leaves: its nonce is above every one before, whichever instance sends it. */
  sent(body: string): void {
    const nonce = new URLSearchParams(body).get("nonce");
    if (nonce !== null) {
      if (BigInt(nonce) <= this.#lastNonce) {
        this.#story.breaks(`nonce ${nonce} does not rise above ${String(this.#lastNonce)}`);
      }
      this.#lastNonce = BigInt(nonce);
    }
  }

  committed(recorded: readonly Recorded[]): void {
    for (const each of recorded) {
      this.#judge(each);
      this.#tell(each);
      this.#exits.committed(each);
    }
  }

  #judge({ seq, event, before, after }: Recorded): void {
    const uneven = imbalance(event)[0];
    if (uneven !== undefined) {
      this.#story.breaks(`event ${String(seq)} ${event.type} is out of balance by ${uneven.amount} ${uneven.asset}`);
    }
    const fault = after.faults.at(-1);
    if (fault?.seq === seq) {
      this.#story.breaks(`event ${String(seq)} ${event.type} does not fit its account: ${fault.message}`);
    }
    if (event.type === "order_rejected") {
      const { status, venue } = before.orders[event.orderId] ?? { status: null, venue: null };
      if (status === "unknown" && venue !== null && event.time < venue.deadline + ABSENT_AFTER_MS) {
        this.#story.breaks(`order ${short(event.orderId)} is taken for absent too soon`);
      }
    }
    if (event.type === "action_sent" && event.action === "place") {
      this.#judgeSending(event.orderId, before);
    }
  }

  /** At the fence: what is sold is managed and not sold already, and nothing from before a stop goes out after it. */
  #judgeSending(orderId: string, state: Recorded["before"]): void {
    const order = state.orders[orderId];
    if (order === undefined) {
      return;
    }
    if (order.side === "sell") {
      const base = order.symbol.split("/")[0] ?? "";
      let selling = order.quantity;
      for (const other of Object.values(state.orders)) {
        const counts = other.id !== orderId && other.side === "sell" && other.symbol.startsWith(`${base}/`);
        if (counts && other.venue?.placement !== "queued") {
          selling = add(selling, subtract(other.quantity, other.filledQuantity));
        }
      }
      const { managed } = holdingOf(state.holdings, base);
      if (isAbove(order.quantity, managed) || (isAbove(selling, managed) && order.hold.amount !== order.quantity)) {
        this.#story.breaks(
          `order ${short(orderId)} sells ${order.quantity} ${base} of ${managed} managed, ${selling} with all others`,
        );
      }
    }
    if (this.#user.stopped.has(orderId)) {
      this.#story.breaks(`entry ${short(orderId)} from before the stop is sent after it`);
    }
  }

  #tell({ seq, event }: Recorded): void {
    if (event.type !== "reconciled") {
      const about = "orderId" in event && typeof event.orderId === "string" ? ` ${short(event.orderId)}` : "";
      this.#story.tell(`desk: ${String(seq)} ${event.type}${about}`);
    }
  }
}
