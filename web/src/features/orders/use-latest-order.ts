import type { OrderView } from "../../../../contract/orders.ts";
import { useOpenOrders, useRecentOrders } from "../../data/use-account.ts";

/** Looks an order up as it stands now: what an answer called open may be filled or cancelled since. */
export function useLatestOrder(): (order: OrderView) => OrderView {
  const openOrders = useOpenOrders();
  const recentOrders = useRecentOrders();
  return (order) => [...openOrders(), ...recentOrders()].find((other) => other.id === order.id) ?? order;
}
