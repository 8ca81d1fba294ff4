/** Who may use this trader, and how often: the first question of every request. */
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import type { Principal } from "./port.ts";
import { BUDGETS, fullBucket, takeToken, type Bucket, type Budget } from "./rate.ts";

/** Activity is written this often at most: it decides about days, not minutes. */
const ACTIVITY_EVERY_MS = 3_600_000;
/** Budgets are written every so many tokens, so that an eviction gives back less than the idle time before it does. */
const TOKENS_PER_WRITE = 10;

/** Where owner, activity and budgets are kept. */
type Kept = "owner" | "last_active" | "budgets";
type MetaStore = { meta(key: Kept): string | null; setMeta(key: Kept, value: string): void };
type Budgets = Readonly<Record<Budget, Bucket>>;

export class Admission {
  readonly #store: MetaStore;
  readonly #now: () => number;
  readonly #onActivity: () => void;
  #owner: string | null;
  #budgets: Budgets;
  #lastActive: number;

  /** `onActivity` is called when the last activity moved by more than an hour. */
  constructor(store: MetaStore, now: () => number, onActivity: () => void) {
    this.#store = store;
    this.#now = now;
    this.#onActivity = onActivity;
    this.#owner = store.meta("owner");
    this.#lastActive = Number(store.meta("last_active") ?? "0");
    const stored = store.meta("budgets");
    this.#budgets =
      stored === null
        ? { ordinary: fullBucket(BUDGETS.ordinary, now()), protective: fullBucket(BUDGETS.protective, now()) }
        : parseTrusted<Budgets>(stored);
  }

  /** The user's id; null before anybody asked. */
  get owner(): string | null {
    return this.#owner;
  }

  /** When the user last asked for anything; null before the first time. */
  get lastActive(): number | null {
    return this.#lastActive === 0 ? null : this.#lastActive;
  }

  /** Checks the asker against the owner (the first asker becomes it) and takes a token from the budget. */
  admit(principal: Principal, budget: Budget): Result<null> {
    const owned = this.#own(principal.userId);
    if (!owned.ok) {
      return owned;
    }
    this.#noteActivity();
    const rule = BUDGETS[budget];
    const { bucket, waitMs } = takeToken(this.#budgets[budget], rule, this.#now());
    this.#budgets = { ...this.#budgets, [budget]: bucket };
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1_000);
      return refuse(
        "RATE_LIMITED",
        `More than ${rule.perMinute} requests in a minute. Wait ${seconds} s and try again.`,
        { limitPerMinute: String(rule.perMinute), retryAfterSeconds: String(seconds), budget },
      );
    }
    if (Math.floor(bucket.tokens) % TOKENS_PER_WRITE === 0) {
      this.#store.setMeta("budgets", JSON.stringify(this.#budgets));
    }
    return ok(null);
  }

  /** As admit, for what is not a request (a socket's upgrade). */
  recognise(userId: string): Result<null> {
    const owned = this.#own(userId);
    if (owned.ok) {
      this.#noteActivity();
    }
    return owned;
  }

  /** Hands the trader to the user id that its guest signed up as. */
  adopt(oldUserId: string, newUserId: string): Result<null> {
    if (this.#owner !== null && this.#owner !== oldUserId && this.#owner !== newUserId) {
      return notYours();
    }
    this.#setOwner(newUserId);
    return ok(null);
  }

  #own(userId: string): Result<null> {
    if (this.#owner === null) {
      this.#setOwner(userId);
    }
    return this.#owner === userId ? ok(null) : notYours();
  }

  #setOwner(userId: string): void {
    if (this.#owner !== userId) {
      this.#store.setMeta("owner", userId);
      this.#owner = userId;
    }
  }

  #noteActivity(): void {
    const now = this.#now();
    const moved = now - this.#lastActive > ACTIVITY_EVERY_MS;
    if (moved) {
      this.#store.setMeta("last_active", String(now));
    }
    this.#lastActive = now;
    if (moved) {
      this.#onActivity();
    }
  }
}

function notYours(): Result<null> {
  return refuse("FORBIDDEN", "This desk belongs to another user.");
}
