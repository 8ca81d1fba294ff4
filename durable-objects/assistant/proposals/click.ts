/** Whether a click on a proposal may be carried out, and as which order. Decides; asks nobody and changes nothing. */
import type { ExecuteProposalRequest, ProposalView } from "../../../contract/assistant.ts";
import type { PlaceOrderRequest } from "../../../contract/orders.ts";
import { editedOrder } from "../../../domain/assistant/edited-order.ts";
import { recheck } from "../../../domain/assistant/shelf-life.ts";
import type { Decimal } from "../../../domain/decimal.ts";
import type { Quote } from "../../../domain/market.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";

export type AllowedClick = {
  /** What the click changes about the proposal that is shown. */
  readonly view: Pick<ProposalView, "edits" | "overridden">;
  /** Null: a close of the whole position. */
  readonly order: PlaceOrderRequest | null;
};

/** `quote` is of now: shelf life and drift are measured in the time and the price of its market. */
export function allowClick(
  view: ProposalView,
  { edits, overrideClaims }: ExecuteProposalRequest,
  quote: Quote,
): Result<AllowedClick> {
  if (view.status !== "open" && view.status !== "denied") {
    return view.status === "expired"
      ? refuse("PROPOSAL_EXPIRED", "The proposal has expired: ask again.", { expiredAt: String(view.expiresAt) })
      : decided(view);
  }
  if (view.contradicted && !overrideClaims) {
    const wrong = view.claims.filter(({ verdict }) => verdict === "contradicted");
    return refuse(
      "CLAIM_CONTRADICTED",
      `The answer states ${wrong.length === 1 ? "a figure that is" : "figures that are"} not what was sent: ${wrong.map((each) => `${each.value} for ${each.field ?? "a figure"}, which was ${each.actual ?? "—"}`).join("; ")}. Override it if that does not matter.`,
      { contradicted: String(wrong.length) },
    );
  }
  const { referencePrice, driftLimitPercent, expiresAt, createdAt } = view;
  const basis = { madeAt: createdAt, price: referencePrice, driftLimitPercent, expiresAt };
  const good = recheck(basis, quote.at, freshPrice(quote));
  if (!good.ok) {
    return good;
  }
  if (view.obstacle !== null) {
    return { ok: false, error: view.obstacle };
  }
  const changed = Object.keys(edits).length > 0;
  if (changed && view.request === null) {
    return refuse("PROPOSAL_UNUSABLE", "A close takes the whole position: there is nothing to change about it.");
  }
  const order = view.request === null ? ok(null) : editedOrder(view.request, edits);
  return order.ok
    ? ok({ view: { edits: changed ? { ...edits } : null, overridden: view.contradicted }, order: order.value })
    : order;
}

/** The refusal of anything to be done with a proposal that something was done with. */
export function decided<T>({ status }: ProposalView): Result<T> {
  const words: Readonly<Record<string, string>> = {
    placed: "An order came of this proposal already.",
    rejected: "This proposal was rejected.",
    noted: "There is nothing to execute: the proposal is to do nothing.",
    executing: "This proposal is being executed.",
  };
  return refuse("PROPOSAL_DECIDED", words[status] ?? "This proposal is decided.", { status });
}

function freshPrice({ fresh, lastTrade, mark }: Quote): Decimal | null {
  return fresh ? (lastTrade?.price ?? mark) : null;
}
