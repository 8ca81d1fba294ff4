/** An account at the simulator: what is done there past the desk, and what the exchange's own record says. */
import { expect } from "vitest";
import { z } from "zod";
import { account as accountSchema, accountList, type AccountView } from "../../contract/accounts.ts";
import { compare, decimal, isZero } from "../../domain/decimal.ts";
import { WIDE_RISK } from "../../domain/testing/wide-risk.ts";
import { privateCall } from "../sim/support/rest-client.ts";
import { domainEvent, type Program } from "./program.ts";

const venueKey = z.object({ key: z.string(), secret: z.string() });
export type VenueKey = z.infer<typeof venueKey>;

const NAMES: Readonly<Record<string, string>> = { USD: "ZUSD", BTC: "XXBT", ETH: "XETH" };
const named = z.object({ cl_ord_id: z.string().nullish() });
const rows = z.record(z.string(), z.unknown());

export class VenueAccount {
  readonly #venue: string;
  readonly #name: string;

  constructor(simulatorPort: number, name: string) {
    this.#venue = `http://127.0.0.1:${String(simulatorPort)}`;
    this.#name = name;
  }

  /** The first call opens the account. */
  async newKey(deposits: Readonly<Record<string, string>> = {}): Promise<VenueKey> {
    return venueKey.parse(await this.admin("POST", "keys", { account: this.#name, tier: "pro", deposits }));
  }

  async admin(method: "GET" | "POST" | "DELETE", path: string, body: object | null): Promise<unknown> {
    const response = await fetch(`${this.#venue}/admin/${path}`, {
      method,
      ...(body === null ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (response.status !== 200) {
      throw new Error(`/admin/${path} was answered ${String(response.status)} ${JSON.stringify(answer)}`);
    }
    return answer;
  }

  async balances(): Promise<Readonly<Record<string, string>>> {
    return z.record(z.string(), z.string()).parse(await this.#call("Balance"));
  }

  /** Ids of all its trades. */
  async trades(): Promise<readonly string[]> {
    return (await this.#pages("TradesHistory", "trades")).map(([id]) => id);
  }

  /** Our names of all its orders, or the exchange's where it has none of ours. */
  async orders(): Promise<readonly string[]> {
    const closed = await this.#pages("ClosedOrders", "closed");
    const open = rows.parse(rows.parse(await this.#call("OpenOrders"))["open"]);
    return [...closed, ...Object.entries(open)].map(([id, row]) => named.parse(row).cl_ord_id ?? id);
  }

  async #pages(endpoint: string, member: string): Promise<readonly (readonly [string, unknown])[]> {
    const all: (readonly [string, unknown])[] = [];
    for (;;) {
      const result = rows.parse(await this.#call(endpoint, { ofs: String(all.length) }));
      const page = Object.entries(rows.parse(result[member]));
      all.push(...page);
      if (page.length < 50) {
        return all;
      }
    }
  }

  /** With a key of its own each: its nonces come from one process, and its call counter has room. */
  async #call(endpoint: string, fields: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const { result, errors } = await privateCall(this.#venue, await this.newKey(), endpoint, fields);
    if (errors.length > 0) {
      throw new Error(`${endpoint} was answered ${errors.join(", ")}`);
    }
    return result;
  }
}

/** Connects the key and widens the rules; answers the account's id once it trades. */
export async function connectKey(program: Program, key: VenueKey): Promise<string> {
  await program.get("/api/accounts", accountList);
  expect(await program.ask("POST", "/api/credentials/kraken", key, crypto.randomUUID())).toMatchObject({ status: 200 });
  await expect
    .poll(async () => (await findKraken(program))?.exchange?.connection.status, { timeout: 60_000, interval: 250 })
    .toBe("trading");
  const { id, limits } = await krakenAccount(program);
  const settings = { ...WIDE_RISK, priceCollarPercent: limits.priceCollarPercent };
  expect(await program.ask("PUT", `/api/accounts/${id}/risk`, settings, null)).toMatchObject({ status: 200 });
  return id;
}

async function findKraken(program: Program): Promise<AccountView | undefined> {
  const { accounts } = await program.get("/api/accounts", accountList);
  return accounts.find(({ kind }) => kind === "kraken");
}

async function krakenAccount(program: Program): Promise<AccountView> {
  return accountSchema.parse(await findKraken(program));
}

/** Orders of which something is still to be told. */
export async function unsettledOrders(program: Program, id: string): Promise<readonly string[]> {
  return (await program.allOrders(id)).flatMap(({ id: orderId, status }) =>
    ["submitting", "unknown", "cancel_pending"].includes(status) ? [`${orderId} ${status}`] : [],
  );
}

/** Assets in which the account and the exchange differ, to the last digit. */
export async function balanceDifferences(program: Program, venue: VenueAccount): Promise<readonly string[]> {
  const account = await krakenAccount(program);
  const actual = await venue.balances();
  return Object.entries(NAMES).flatMap(([asset, restName]) => {
    const here = account.balances.find((each) => each.asset === asset)?.total ?? "0";
    const there = actual[restName] ?? "0";
    const same = compare(decimal(here), decimal(trimmed(there))) === 0;
    return same || (isZero(decimal(here)) && /^0*\.?0*$/u.test(there))
      ? []
      : [`${asset}: ${here} here, ${there} there`];
  });
}

/** Every intent became at most one order there, every trade there is one fill here. Answers how many of both there were. */
export async function expectSameRecord(
  program: Program,
  id: string,
  venue: VenueAccount,
): Promise<{ readonly orders: number; readonly trades: number; readonly submitted: number }> {
  const events = (await program.allEvents(id)).map(domainEvent);
  const submitted = events.flatMap((event) => (event.type === "order_submitted" ? [event.orderId] : []));
  expect(new Set(submitted).size).toBe(submitted.length);
  const booked = events.flatMap((event) => (event.type === "fill_booked" ? [event.executionId ?? ""] : []));
  const trades = await venue.trades();
  expect(booked.toSorted()).toEqual(trades.toSorted());
  expect(new Set(booked).size).toBe(booked.length);
  const orders = await venue.orders();
  expect(new Set(orders).size).toBe(orders.length);
  expect(orders.filter((each) => !submitted.includes(each))).toEqual([]);
  return { orders: orders.length, trades: trades.length, submitted: submitted.length };
}

function trimmed(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/u, "") : text;
}
