/** What has to hold of every event and every send of the desk, at the moment of its commit. */
import { imbalance } from "../../../domain/account/postings.ts";
import { holdingOf } from "../../../domain/account/holdings.ts";
import { add, isAbove, subtract } from "../../../domain/decimal.ts";
import { beingSold, liveExits } from "../../../domain/protection/resting-stop.ts";
import { haltsInForce } from "../../../domain/risk/halt.ts";
import type { Recorded } from "../../../durable-objects/trader/turn.ts";
import type { User } from "../draw/user.ts";
import type { Story } from "../story.ts";
import { short } from "../venue.ts";
import { liveOrder, liveOrders } from "../../../domain/account/open-orders.ts";

/** TRADING §6 “Absent”. */
const ABSENT_AFTER_MS = 60_000;

/** Is told every event of the living desk. */
export type EventJudge = { readonly committed: (recorded: Recorded) => void };

export class CommitJudge {
  readonly #story: Story;
  readonly #user: User;
  readonly #others: readonly EventJudge[];
  #lastNonce = 0n;

  constructor(story: Story, user: User, others: readonly EventJudge[]) {
    this.#story = story;
    this.#user = user;
    this.#others = others;
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
      for (const judge of this.#others) {
        judge.committed(each);
      }
    }
    const last = recorded.at(-1);
    if (last !== undefined) {
      this.#judgeTurn(last);
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
      const { status, venue } = liveOrder(before.orders, event.orderId) ?? { status: null, venue: null };
      if (status === "unknown" && venue !== null && event.time < venue.deadline + ABSENT_AFTER_MS) {
        this.#story.breaks(`order ${short(event.orderId)} is taken for absent too soon`);
      }
    }
    if (event.type === "action_sent" && event.action === "place") {
      this.#judgeSending(event.orderId, before);
    }
    this.#judgeHalts({ seq, event, before });
    if (event.type === "order_submitted") {
      this.#judgeExit(event.orderId, after);
    }
  }

  /** One exit per asset: a second is for what the first does not sell (TRADING §4). */
  #judgeExit(orderId: string, after: Recorded["after"]): void {
    const asset = liveOrder(after.orders, orderId)?.hold.asset ?? "";
    const exits = liveExits(after, asset);
    const { managed } = holdingOf(after.holdings, asset);
    if (exits.some(({ id }) => id === orderId) && isAbove(beingSold(after, asset), managed)) {
      const names = exits.map(({ id, quantity }) => `${short(id)} ${quantity}`).join(", ");
      this.#story.breaks(`${asset} is being sold twice: ${names} of ${managed}`);
    }
  }

  /** A halted account opens nothing (TRADING §5). */
  #judgeHalts({ seq, event, before }: Pick<Recorded, "seq" | "event" | "before">): void {
    const opens =
      event.type === "order_submitted"
        ? event.intent === "entry" && event.origin !== "conditional"
        : event.type === "action_sent" &&
          event.action !== "cancel" &&
          liveOrder(before.orders, event.orderId)?.intent === "entry";
    const [halt] = haltsInForce(before.halts, event.marketTime);
    if (opens && halt !== undefined) {
      this.#story.breaks(`event ${String(seq)} ${event.type} opens something in an account halted by ${halt.kind}`);
    }
  }

  /** What the exchange opened by itself is being taken back (TRADING §5). */
  #judgeTurn({ event, after }: Recorded): void {
    const halted = haltsInForce(after.halts, event.marketTime).length > 0;
    for (const { id, intent, venue } of liveOrders(after.orders)) {
      if (halted && intent === "entry" && venue?.cancel === null && venue.ending === null) {
        this.#story.breaks(`entry ${short(id)} lives on in a halted account`);
      }
    }
  }

  /** At the fence: what is sold is managed and not sold already, and nothing from before a stop goes out after it. */
  #judgeSending(orderId: string, state: Recorded["before"]): void {
    const order = liveOrder(state.orders, orderId);
    if (order === undefined) {
      return;
    }
    if (order.side === "sell") {
      const base = order.symbol.split("/")[0] ?? "";
      let selling = order.quantity;
      for (const other of liveOrders(state.orders)) {
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
