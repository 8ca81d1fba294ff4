/** Answers to wishes for an account at Kraken: they wait a moment for what the exchange says, and say how it stands then. */
import type { CancelExternalResult, OrderView, PlacedOrder } from "../../../contract/orders.ts";
import type { Milliseconds } from "../../../domain/market.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import type { Parts } from "../parts.ts";
import { unknownAccount } from "../commands.ts";
import { placedOrderOf } from "../wishes.ts";

/** TRADING §2: acceptance is visible within 1 s or is an error; the feed has had its share of it, and the way needs some. */
const PATIENCE_MS = 900;
const CANCEL_DEADLINE_MS = 5_000;

/** The answer to a placed, amended or closed order, as the order stands after a moment. */
export async function placedOutcome(
  parts: Parts,
  accountId: string,
  startedAt: Milliseconds,
  placed: Result<PlacedOrder>,
): Promise<Result<PlacedOrder>> {
  if (!placed.ok || !isAtKraken(parts, accountId)) {
    return placed;
  }
  await parts.kraken.outcome(placed.value.order.id, patienceSince(parts, startedAt));
  const now = placedOrderOf(parts.desk.store, accountId, placed.value.order.id);
  return now.ok ? ok({ ...now.value, notices: placed.value.notices }) : placed;
}

/** The same for the order alone. */
export async function orderOutcome(
  parts: Parts,
  accountId: string,
  startedAt: Milliseconds,
  answered: Result<OrderView>,
): Promise<Result<OrderView>> {
  if (!answered.ok || !isAtKraken(parts, accountId)) {
    return answered;
  }
  await parts.kraken.outcome(answered.value.id, patienceSince(parts, startedAt));
  const now = placedOrderOf(parts.desk.store, accountId, answered.value.id);
  return now.ok ? ok(now.value.order) : answered;
}

/** Cancels those orders made by hand, each by itself; the caller has confirmed them one by one (TRADING §5). */
export async function cancelExternal(
  parts: Parts,
  accountId: string,
  venueOrderIds: readonly string[],
): Promise<Result<CancelExternalResult>> {
  const state = parts.desk.account(accountId);
  if (state === null) {
    return unknownAccount();
  }
  if (state.venue === null) {
    return refuse("CONFLICT", "This is a paper account: there are no orders made by hand.", {});
  }
  const { rest } = parts.kraken;
  const cancelled: string[] = [];
  const failed: CancelExternalResult["failed"] = [];
  for (const venueOrderId of new Set(venueOrderIds)) {
    const known = state.venue.externalOrders[venueOrderId];
    if (known === undefined || known.strayOf !== undefined) {
      const message = "No order made by hand has this id any more: it has ended, or this desk cancels it already.";
      failed.push({ venueOrderId, error: { code: "NOT_FOUND", message, details: { order: venueOrderId } } });
      continue;
    }
    const { symbol } = known;
    const deadline = parts.clock.wall() + CANCEL_DEADLINE_MS;
    const reply = await rest.cancelOrder({ venueOrderId, clientOrderId: "", symbol, deadline });
    if (reply.ok || reply.failure.class === "gone") {
      cancelled.push(venueOrderId);
    } else {
      const { text, message } = reply.failure;
      failed.push({ venueOrderId, error: { code: "EXCHANGE_UNAVAILABLE", message, details: { exchange: text } } });
    }
  }
  parts.kraken.look();
  return ok({ cancelled, failed });
}

/** What is left of the second in which acceptance has to be visible. */
function patienceSince({ clock }: Parts, startedAt: Milliseconds): Milliseconds {
  return Math.max(0, PATIENCE_MS - (clock.wall() - startedAt));
}

function isAtKraken(parts: Parts, accountId: string): boolean {
  return parts.desk.account(accountId)?.kind === "kraken";
}
