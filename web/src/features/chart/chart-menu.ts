import type { Decimal } from "../../../../domain/decimal.ts";
import type { MenuItem } from "../../ui/menu-items.tsx";
import type { OrderLine } from "./order-lines.ts";

/** Where a menu of the chart was asked for. From the keyboard there is no place: no price and no line. */
export type ChartSpot = { readonly price: Decimal | null; readonly line: OrderLine | null };

/** What the chart's menu offers at a spot. */
export function chartMenu(
  spot: ChartSpot,
  /** The price as it is read. */
  words: string,
  actions: {
    /** Present where the spot lies on the line of an alert. */
    readonly alert: { readonly words: string; readonly change: () => void; readonly remove: () => void } | null;
    readonly setAlert: (price: Decimal) => void;
    readonly writeAlert: () => void;
    readonly order: (side: "buy" | "sell", price: Decimal) => void;
  },
): readonly MenuItem[] {
  const { price } = spot;
  const { alert } = actions;
  const ofAlert: readonly MenuItem[] =
    alert === null
      ? []
      : [
          { label: `Change the alert ${alert.words}`, icon: "edit", onSelect: alert.change },
          { label: `Remove the alert ${alert.words}`, icon: "close", onSelect: alert.remove },
        ];
  const atPrice: readonly MenuItem[] =
    price === null || alert !== null
      ? []
      : [{ label: `Alert at ${words}`, icon: "bell", onSelect: () => actions.setAlert(price) }];
  const orders: readonly MenuItem[] =
    price === null
      ? []
      : [
          { label: `Buy limit ${words}…`, separatorBefore: true, onSelect: () => actions.order("buy", price) },
          { label: `Sell limit ${words}…`, onSelect: () => actions.order("sell", price) },
        ];
  return [
    ...ofAlert,
    ...atPrice,
    { label: "Alert at another price…", icon: "bell", onSelect: actions.writeAlert },
    ...orders,
  ];
}
