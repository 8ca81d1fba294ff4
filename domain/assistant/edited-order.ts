/** The order of a proposal with what the trader changed: the one that is shown, judged and sent (issue 5 "Card and execution"). */
import type { Decimal } from "../decimal.ts";
import type { OrderRequest } from "../orders/request.ts";
import { ok, refuse, type Result } from "../problem.ts";
import type { ProposalOrderType } from "./proposal.ts";

/** Absent: as proposed. Null: taken away. */
export type OrderEdits = {
  /** Of a market order: the limit price comes with it. Of a limit order: it goes with it. */
  readonly orderType?: ProposalOrderType | undefined;
  readonly quantity?: Decimal | undefined;
  readonly limitPrice?: Decimal | null | undefined;
  readonly stop?: Decimal | null | undefined;
  readonly target?: Decimal | null | undefined;
};

/**
 * What is taken away is null in the order, so that no default of the account comes in its place. Nothing that was changed is passed
 * over: a price that the order could not have is refused, and so is a limit order without one.
 */
export function editedOrder(request: OrderRequest, edits: OrderEdits): Result<OrderRequest> {
  const { limitPrice: proposedLimit, stop: proposedStop, target: proposedTarget, ...rest } = request;
  const type = edits.orderType ?? request.type;
  const limitPrice = edits.limitPrice === undefined ? proposedLimit : (edits.limitPrice ?? undefined);
  if (type === "limit" && limitPrice === undefined) {
    return refuse("PRICE_INVALID", "A limit order needs its limit price.");
  }
  if (type === "market" && (edits.limitPrice ?? null) !== null) {
    return refuse(
      "PRICE_INVALID",
      `A market order has no limit price; it says ${edits.limitPrice}. Make it a limit order, or leave the price out.`,
      { value: String(edits.limitPrice) },
    );
  }
  const stop = edits.stop === undefined ? proposedStop : planOf(edits.stop);
  const target = edits.target === undefined ? proposedTarget : planOf(edits.target);
  return ok({
    ...rest,
    type,
    ...(edits.quantity === undefined ? {} : { quantity: edits.quantity }),
    ...(type === "limit" && limitPrice !== undefined ? { limitPrice } : {}),
    ...(stop === undefined ? {} : { stop }),
    ...(target === undefined ? {} : { target }),
  });
}

function planOf(price: Decimal | null): { readonly type: "price"; readonly price: Decimal } | null {
  return price === null ? null : { type: "price", price };
}
