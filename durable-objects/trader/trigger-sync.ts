/**
 * Keeps the feed's trigger rows equal to what the open orders want. The rows follow from the state, so nothing is remembered
 * across a restart: at start everything is registered again, then only differences are told, one call at a time (calls on
 * different stubs may overtake each other), and a digest is compared every minute (TRADING §4).
 */
import { pinnedSymbols, triggerRows } from "../../domain/account/effects.ts";
import type { AccountState } from "../../domain/account/state.ts";
import type { TriggerRow } from "../../domain/market.ts";
import { triggerDigest } from "../../domain/triggers/digest.ts";
import { log } from "../lib/log.ts";
import type { FeedClient } from "./feed-client.ts";

export type TriggerSyncDependencies = {
  readonly feed: FeedClient;
  readonly traderId: string;
  /** Accounts that live in the feed's market. */
  readonly accounts: () => readonly AccountState[];
  /** Plans the next comparison in so many milliseconds; null: none is needed. */
  readonly planCheck: (inMs: number | null) => void;
};

type Rows = ReadonlyMap<string, TriggerRow>;
type Difference = { readonly set: readonly TriggerRow[]; readonly removed: readonly string[] };

const CHECK_EVERY_MS = 60_000;
const RETRY_MS = 5_000;

export class TriggerSync {
  readonly #dependencies: TriggerSyncDependencies;
  /**
   * The rows as the feed was last told, null before that. They differ from the wanted ones in the armed trade id only: an
   * order moves it with every print, and its own cursor guards against prints that come twice.
   */
  #told: Rows | null = null;
  #pinned: string | null = null;
  #forgotten = new Set<string>();
  #running: Promise<void> | null = null;

  constructor(dependencies: TriggerSyncDependencies) {
    this.#dependencies = dependencies;
  }

  /** The object has just been built: registers everything again, if there is anything. */
  async start(): Promise<void> {
    if (this.#wanted().size > 0 || this.#pins().length > 0) {
      await this.flush();
    }
  }

  /** Whether the feed has to be told something: then call `flush`. */
  isBehind(): boolean {
    const { set, removed } = this.#difference();
    const pins = this.#pins().join();
    return set.length > 0 || removed.length > 0 || pins !== (this.#pinned ?? "");
  }

  /** The feed delivered for orders that are not open: it shall forget them. */
  forget(orderIds: readonly string[]): void {
    for (const orderId of orderIds) {
      this.#forgotten.add(orderId);
    }
  }

  /** Tells the feed what differs. Calls made meanwhile are served by the one that runs. */
  async flush(): Promise<void> {
    this.#running ??= this.#flushAll().finally(() => {
      this.#running = null;
    });
    await this.#running;
  }

  /** Compares digests; on a difference everything is registered again. */
  async check(): Promise<void> {
    const { feed, planCheck, traderId } = this.#dependencies;
    await this.flush();
    const told = this.#told;
    const theirs = await feed.triggerDigest();
    if (theirs === null) {
      planCheck(RETRY_MS);
      return;
    }
    // What was told while the answer was on its way is compared the next time.
    if (told !== null && told === this.#told && theirs !== triggerDigest(told.values())) {
      log("triggers_differ", { trader: traderId, rows: told.size });
      this.#told = null;
      this.#pinned = null;
      await this.flush();
    }
    this.#planNext();
  }

  /** The trader is erased: the feed forgets all of it. */
  async unregister(): Promise<void> {
    const { feed } = this.#dependencies;
    await feed.registerTriggers([]);
    await feed.pin([]);
  }

  async #flushAll(): Promise<void> {
    const { planCheck } = this.#dependencies;
    let told = true;
    while (told && this.isBehind()) {
      told = (await this.#tellRows()) && (await this.#tellPins());
    }
    if (told) {
      this.#planNext();
    } else {
      planCheck(RETRY_MS);
    }
  }

  async #tellRows(): Promise<boolean> {
    const { feed } = this.#dependencies;
    const wanted = this.#wanted();
    if (this.#told === null) {
      if (!(await feed.registerTriggers([...wanted.values()]))) {
        return false;
      }
      this.#told = wanted;
      return true;
    }
    const { set, removed } = this.#difference();
    if (set.length === 0 && removed.length === 0) {
      return true;
    }
    if (!(await feed.changeTriggers(set, removed))) {
      return false;
    }
    const rows = new Map(this.#told);
    for (const row of set) {
      rows.set(row.orderId, row);
    }
    for (const orderId of removed) {
      rows.delete(orderId);
      this.#forgotten.delete(orderId);
    }
    this.#told = rows;
    return true;
  }

  async #tellPins(): Promise<boolean> {
    const pins = this.#pins();
    if (pins.join() === this.#pinned) {
      return true;
    }
    if (!(await this.#dependencies.feed.pin(pins))) {
      return false;
    }
    this.#pinned = pins.join();
    return true;
  }

  #difference(): Difference {
    const told: Rows = this.#told ?? new Map();
    const wanted = this.#wanted();
    const set = [...wanted.values()].filter((row) => told.get(row.orderId)?.version !== row.version);
    const gone = [...told.keys(), ...this.#forgotten].filter((orderId) => !wanted.has(orderId));
    return { set, removed: [...new Set(gone)] };
  }

  #planNext(): void {
    const needed = this.#wanted().size > 0 || this.#pins().length > 0;
    this.#dependencies.planCheck(needed ? CHECK_EVERY_MS : null);
  }

  #wanted(): Rows {
    const rows = this.#dependencies.accounts().flatMap(triggerRows);
    return new Map(rows.map((row) => [row.orderId, row]));
  }

  /** Symbols of positions and of orders: the feed must not drop them. */
  #pins(): readonly string[] {
    return [...new Set(this.#dependencies.accounts().flatMap(pinnedSymbols))].toSorted();
  }
}
