/** What the account's line shows of the desk's answers: the way to learn of one that was lost on the way to the form. */
import type { Accessor } from "solid-js";
import type { DenialView, OrderView } from "../../../../contract/orders.ts";
import type { PlaceOrder } from "../../data/api.ts";
import { useDenials, useOpenOrders, useRecentOrders } from "../../data/use-account.ts";
import { useStores } from "../../data/stores.tsx";

export type Answered = {
  /** Orders and denials of the active account. */
  readonly all: Accessor<readonly { readonly id: string }[]>;
  /** Id of an order or a denial that looks like the answer to the request and is not among those known before; or null. */
  readonly find: (request: PlaceOrder, before: ReadonlySet<string>) => string | null;
  readonly isOnline: Accessor<boolean>;
};

export function useAnswered(): Answered {
  const { trader } = useStores();
  const open = useOpenOrders();
  const ended = useRecentOrders();
  const denials = useDenials();
  const orders = (): readonly OrderView[] => [...open(), ...ended()];
  return {
    all: () => [...orders(), ...denials()],
    find: (request, before) =>
      orders().find((order) => !before.has(order.id) && isOrderOf(order, request))?.id ??
      denials().find((denial) => !before.has(denial.id) && isDenialOf(denial, request))?.id ??
      null,
    isOnline: () => trader()?.state().type === "open",
  };
}

// The size is not compared: it is cut to the lot, and a cost becomes a size, at Kraken under a limit.
function isOrderOf(order: OrderView, request: PlaceOrder): boolean {
  const isCapped = request.cost !== undefined && order.type === "limit" && order.timeInForce === "ioc";
  return order.symbol === request.symbol && order.side === request.side && (order.type === request.type || isCapped);
}

function isDenialOf({ request: denied }: DenialView, request: PlaceOrder): boolean {
  return denied.symbol === request.symbol && denied.side === request.side && denied.type === request.type;
}
