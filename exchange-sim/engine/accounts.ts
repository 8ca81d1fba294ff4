import type { Micros } from "../clock.ts";
import type { Scheduled } from "../scheduler.ts";
import type { Order, UserTrade } from "./orders.ts";

export type Tier = "starter" | "intermediate" | "pro";
export const tierNames: readonly Tier[] = ["starter", "intermediate", "pro"];

export type LedgerType = "trade" | "deposit" | "withdrawal" | "transfer" | "reward";

export interface LedgerEntry {
  readonly id: string;
  readonly account: string;
  readonly number: number;
  readonly refid: string;
  readonly time: Micros;
  readonly type: LedgerType;
  /** v2 asset name. */
  readonly asset: string;
  /** In units of the asset's decimals; without the fee. */
  readonly amount: bigint;
  readonly fee: bigint;
  /** The asset's balance after this entry: before + amount − fee. */
  readonly balance: bigint;
}

export interface Account {
  readonly id: string;
  tier: Tier;
  readonly createdAt: Micros;
  /** 30-day USD volume it came with, units of 10^-4. */
  earlierVolume: bigint;
  readonly balances: Map<string, bigint>;
  readonly orders: Map<string, Order>;
  /** Pending and open orders, oldest first. */
  readonly live: Map<string, Order>;
  readonly trades: UserTrade[];
  readonly ledger: LedgerEntry[];
  /** The dead man's switch, when armed. */
  deadline: { readonly at: Micros; readonly timer: Scheduled } | undefined;
}

export function createAccount(id: string, tier: Tier, createdAt: Micros): Account {
  return {
    id,
    tier,
    createdAt,
    earlierVolume: 0n,
    balances: new Map(),
    orders: new Map(),
    live: new Map(),
    trades: [],
    ledger: [],
    deadline: undefined,
  };
}
