/** What would stay at the exchange with nobody to look after it, were the desk deleted now. */
import { refuse, type Problem } from "../../problem.ts";
import { countLiveOrders } from "../open-orders.ts";
import { positionAssets } from "../facts.ts";
import type { AccountState } from "../state.ts";

/** True while the account has a key: the desk looks after its orders, whoever watches. */
export function isConnected({ venue }: AccountState): boolean {
  return venue !== null && venue.connection.status !== "disconnected";
}

/** Why the desk cannot be deleted yet; null where it can. Without a key it could not end anything, and that was said then. */
export function leftBehind(accounts: readonly AccountState[]): Problem | null {
  const connected = accounts.filter(isConnected);
  const orders = connected.reduce((sum, account) => sum + countLiveOrders(account.orders) + strays(account), 0);
  const positions = connected.flatMap((account) => positionAssets(account));
  if (orders === 0 && positions.length === 0) {
    return null;
  }
  const what = [
    ...(orders === 0 ? [] : [orders === 1 ? "1 order" : `${orders} orders`]),
    ...(positions.length === 0 ? [] : [`the desk's ${positions.join(", ")}`]),
  ].join(" and ");
  const refused = refuse(
    "LEFT_AT_EXCHANGE",
    `Nothing was deleted: ${what} would stay at Kraken, and nobody would look after that. Press Stop with “flatten” and wait until it is done. Or remove the key under Settings → Kraken, to leave it to yourself.`,
    { orders: String(orders), positions: positions.join(", ") },
  );
  return refused.ok ? null : refused.error;
}

function strays({ venue }: AccountState): number {
  return Object.values(venue?.externalOrders ?? {}).filter(({ strayOf }) => strayOf !== undefined).length;
}
