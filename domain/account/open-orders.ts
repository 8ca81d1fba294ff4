/**
 * The live orders of an account, oldest first: plain lists in pages of a few, so that a change copies one page and shares the others
 * with the state before. With a thousand orders open an event costs about as much as with ten. What is looked up in a page is indexed
 * once for that page and remembered with it; a page never changes, so the index cannot be wrong.
 */
import type { Asset, Symbol } from "../market.ts";
import type { OpenOrder } from "./state.ts";

type Page = readonly OpenOrder[];
export type OpenOrders = readonly Page[];

export const NO_ORDERS: OpenOrders = [];

const PAGE_SIZE = 32;

type PageIndex = {
  readonly places: ReadonlyMap<string, number>;
  readonly byAsset: ReadonlyMap<Asset, Page>;
  readonly bySymbol: ReadonlyMap<Symbol, Page>;
};

const indices = new WeakMap<Page, PageIndex>();

/** The live order of that id. */
export function liveOrder(orders: OpenOrders, id: string): OpenOrder | undefined {
  for (const page of orders) {
    const place = indexOf(page).places.get(id);
    if (place !== undefined) {
      return page[place];
    }
  }
  return undefined;
}

/** All of them, oldest first. What is asked after every event asks for less: liveOrdersHolding, perOrder. */
export function liveOrders(orders: OpenOrders): readonly OpenOrder[] {
  return orders.flat();
}

/** Those whose hold is of the asset, oldest first. */
export function liveOrdersHolding(orders: OpenOrders, asset: Asset): readonly OpenOrder[] {
  return orders.flatMap((page) => indexOf(page).byAsset.get(asset) ?? []);
}

/** Those of the pair, oldest first. */
export function liveOrdersOf(orders: OpenOrders, symbol: Symbol): readonly OpenOrder[] {
  return orders.flatMap((page) => indexOf(page).bySymbol.get(symbol) ?? []);
}

/** How many there are. */
export function countLiveOrders(orders: OpenOrders): number {
  return orders.reduce((count, page) => count + page.length, 0);
}

/**
 * Makes a reader of something that follows from each order by itself, such as the work that it needs. It is asked of an order anew only
 * when something in its page has changed, so `derive` has to be pure.
 */
export function perOrder<T>(derive: (order: OpenOrder) => readonly T[]): (orders: OpenOrders) => readonly T[] {
  const known = new WeakMap<Page, readonly T[]>();
  const ofPage = (page: Page): readonly T[] => {
    const before = known.get(page);
    if (before !== undefined) {
      return before;
    }
    const derived = page.flatMap(derive);
    known.set(page, derived);
    return derived;
  };
  return (orders) => orders.flatMap(ofPage);
}

/** Every order that came, went or changed between the two, and some beside them that did not. */
export function unsharedOrders(before: OpenOrders, after: OpenOrders): { readonly before: Page; readonly after: Page } {
  const shorter = Math.min(before.length, after.length);
  let begin = 0;
  while (begin < shorter && before[begin] === after[begin]) {
    begin += 1;
  }
  let end = 0;
  while (end < shorter - begin && before.at(-1 - end) === after.at(-1 - end)) {
    end += 1;
  }
  const between = (orders: OpenOrders): Page => orders.slice(begin, orders.length - end).flat();
  return { before: between(before), after: between(after) };
}

/** With the order in the place that it had; a new one comes last. */
export function withOrder(orders: OpenOrders, order: OpenOrder): OpenOrders {
  const at = orders.findIndex((page) => indexOf(page).places.has(order.id));
  const page = orders[at];
  if (page !== undefined) {
    return orders.with(at, page.with(indexOf(page).places.get(order.id) ?? 0, order));
  }
  const last = orders.at(-1);
  return last === undefined || last.length >= PAGE_SIZE ? [...orders, [order]] : orders.with(-1, [...last, order]);
}

export function withoutOrder(orders: OpenOrders, id: string): OpenOrders {
  const at = orders.findIndex((page) => indexOf(page).places.has(id));
  const page = orders[at];
  if (page === undefined) {
    return orders;
  }
  const rest = page.filter((order) => order.id !== id);
  const fits = (neighbour: Page): boolean => rest.length + neighbour.length <= PAGE_SIZE / 2;
  const [previous, next] = [at === 0 ? undefined : orders[at - 1], orders[at + 1]];
  // Pages that have become small are put together, or a long list of single orders would be left.
  if (next !== undefined && fits(next)) {
    return [...orders.slice(0, at), [...rest, ...next], ...orders.slice(at + 2)];
  }
  if (previous !== undefined && fits(previous)) {
    return [...orders.slice(0, at - 1), [...previous, ...rest], ...orders.slice(at + 1)];
  }
  return rest.length === 0 ? orders.toSpliced(at, 1) : orders.with(at, rest);
}

function indexOf(page: Page): PageIndex {
  const known = indices.get(page);
  if (known !== undefined) {
    return known;
  }
  const index: PageIndex = {
    places: new Map(page.map(({ id }, place) => [id, place])),
    byAsset: Map.groupBy(page, ({ hold }) => hold.asset),
    bySymbol: Map.groupBy(page, ({ symbol }) => symbol),
  };
  indices.set(page, index);
  return index;
}
