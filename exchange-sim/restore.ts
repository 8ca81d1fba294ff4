import { isObject } from "./codec.ts";
import { createAccount, tierNames, type Account, type LedgerEntry } from "./engine/accounts.ts";
import type { Order, UserTrade } from "./engine/orders.ts";
import type { ApiKey } from "./keys.ts";
import type { Store } from "./persistence.ts";
import type { Venue } from "./venue.ts";

/** Puts accounts, keys, orders, trades and ledger of an earlier run back. */
export function restoreAccounts(venue: Venue, store: Store): void {
  const accounts = new Map<string, Account>();
  for (const record of store.records("account")) {
    const tier = tierNames.find((each) => each === record["tier"]) ?? "intermediate";
    const account = createAccount(String(record["id"]), tier, Number(record["createdAt"]));
    account.earlierVolume = typeof record["earlierVolume"] === "bigint" ? record["earlierVolume"] : 0n;
    accounts.set(account.id, account);
  }
  for (const record of store.records("ledger")) {
    if (isLedgerEntry(record)) {
      const account = accounts.get(record.account);
      account?.ledger.push(record);
      account?.balances.set(record.asset, record.balance);
    }
  }
  for (const record of store.records("trade")) {
    if (isUserTrade(record)) {
      accounts.get(record.account)?.trades.push(record);
    }
  }
  for (const account of accounts.values()) {
    venue.book.restore(account);
  }
  for (const record of store.records("order")) {
    const account = accounts.get(String(record["account"]));
    if (account !== undefined && isOrder(record)) {
      venue.trading.restore(account, { ...record, resting: undefined });
    }
  }
  for (const record of store.records("key")) {
    if (isApiKey(record)) {
      venue.keys.add(record);
    }
  }
}

// These were written by this program in the same shape: the guards tell a damaged file, not a hostile one.

function isLedgerEntry(record: object): record is LedgerEntry {
  return has(record, "account", "string") && has(record, "asset", "string") && has(record, "balance", "bigint");
}

function isUserTrade(record: object): record is UserTrade {
  return has(record, "account", "string") && has(record, "orderId", "string") && has(record, "quantity", "bigint");
}

function isOrder(record: object): record is Order {
  return has(record, "account", "string") && has(record, "terms", "object") && has(record, "filled", "bigint");
}

function isApiKey(record: object): record is ApiKey {
  return has(record, "key", "string") && has(record, "secret", "string") && has(record, "lastNonce", "bigint");
}

function has(record: object, name: string, type: string): boolean {
  return isObject(record) && typeof record[name] === type;
}
