import type { Connection } from "./connection.ts";

export interface Subscription {
  readonly connection: Connection;
  readonly channel: string;
  /** `*` for channels without symbols. */
  readonly symbol: string;
  readonly depth?: number;
  readonly interval?: number;
  readonly trigger?: string;
}

/** Who listens to what. */
export class SubscriptionTable {
  readonly #byTopic = new Map<string, Set<Subscription>>();
  readonly #byConnection = new Map<Connection, Set<Subscription>>();

  add(subscription: Subscription): void {
    insert(this.#byTopic, topic(subscription.channel, subscription.symbol), subscription);
    insert(this.#byConnection, subscription.connection, subscription);
  }

  remove(subscription: Subscription): void {
    this.#byTopic.get(topic(subscription.channel, subscription.symbol))?.delete(subscription);
    const own = this.#byConnection.get(subscription.connection);
    own?.delete(subscription);
    if (own?.size === 0) {
      this.#byConnection.delete(subscription.connection);
    }
  }

  /** Removes a connection's subscriptions and returns their symbols. */
  removeAll(connection: Connection): string[] {
    const own = [...(this.#byConnection.get(connection) ?? [])];
    own.forEach((subscription) => {
      this.remove(subscription);
    });
    return own.map((subscription) => subscription.symbol);
  }

  has(connection: Connection): boolean {
    return this.#byConnection.has(connection);
  }

  find(
    connection: Connection,
    channel: string,
    symbol: string,
    matches: (each: Subscription) => boolean,
  ): Subscription | undefined {
    const own = this.#byConnection.get(connection) ?? [];
    return [...own].find((each) => each.channel === channel && each.symbol === symbol && matches(each));
  }

  each(channel: string, symbol: string, run: (subscription: Subscription) => void): void {
    this.#byTopic.get(topic(channel, symbol))?.forEach(run);
  }
}

function topic(channel: string, symbol: string): string {
  return `${channel} ${symbol}`;
}

function insert<K>(map: Map<K, Set<Subscription>>, key: K, subscription: Subscription): void {
  const existing = map.get(key);
  if (existing === undefined) {
    map.set(key, new Set([subscription]));
  } else {
    existing.add(subscription);
  }
}
