import type { Order } from "../orders/order.ts";
import type { Problem } from "../problem.ts";
import type { Turn } from "./turn.ts";

/** The answer for an order that is not live: what it ended as, or that nobody knows it. */
export function goneProblem({ state, context }: Turn, orderId: string): Problem {
  const order = state.ended.find(({ id }) => id === orderId) ?? context.pastOrders[orderId];
  return order === undefined ? unknownOrder(orderId) : endedOrder(order);
}

/** What an ended order answers to a late cancel or amend. */
function endedOrder(order: Pick<Order, "id" | "status" | "filledQuantity" | "quantity">): Problem {
  const filled = order.status === "filled" ? "" : `, ${order.filledQuantity} of ${order.quantity} filled`;
  return problemOf("ORDER_NOT_OPEN", `The order is no longer open: it ended as ${order.status}${filled}.`, {
    orderId: order.id,
    status: order.status,
    filledQuantity: order.filledQuantity,
  });
}

function unknownOrder(orderId: string): Problem {
  return problemOf("NOT_FOUND", "There is no such order in this account.", { orderId });
}

function problemOf(code: Problem["code"], message: string, details: Problem["details"]): Problem {
  return { code, message, details };
}
