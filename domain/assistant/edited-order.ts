/** The order of a proposal with what the trader changed: the one that is shown, judged and sent (issue 5 "Card and execution"). */
import type { Decimal } from "../decimal.ts";
import type { OrderRequest } from "../orders/request.ts";

/** Absent: as proposed. Null: taken away. */
export type OrderEdits = {
  readonly orderType?: "market" | "limit" | undefined;
  readonly quantity?: Decimal | undefined;
  readonly limitPrice?: Decimal | null | undefined;
  readonly stop?: Decimal | null | undefined;
  readonly target?: Decimal | null | undefined;
};

/** What is taken away is null in the order, so that no default of the account comes in its place. */
export function editedOrder(request: OrderRequest, edits: OrderEdits): OrderRequest {
  const type = edits.orderType ?? request.type;
  const limitPrice = edits.limitPrice === undefined ? request.limitPrice : (edits.limitPrice ?? undefined);
  const { limitPrice: _limit, stop: _stop, target: _target, ...rest } = request;
  const stop = edits.stop === undefined ? request.stop : planOf(edits.stop);
  const target = edits.target === undefined ? request.target : planOf(edits.target);
  return {
    ...rest,
    type,
    ...(edits.quantity === undefined ? {} : { quantity: edits.quantity }),
    ...(type === "limit" && limitPrice !== undefined ? { limitPrice } : {}),
    ...(stop === undefined ? {} : { stop }),
    ...(target === undefined ? {} : { target }),
  };
}

function planOf(price: Decimal | null): { readonly type: "price"; readonly price: Decimal } | null {
  return price === null ? null : { type: "price", price };
}
