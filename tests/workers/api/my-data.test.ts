import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { accountList } from "../../../contract/accounts.ts";
import { dataExport, DELETE_CONFIRMATION, rebuiltHistory } from "../../../contract/auth.ts";
import { placedOrder } from "../../../contract/orders.ts";
import { createApp } from "../../../worker/app.ts";
import { closeIdleGuests } from "../../../worker/auth/idle-guests.ts";
import { ScriptedFeed } from "../trader/scripted-feed.ts";
import {
  browser,
  type Client,
  expectRefusal,
  freshEmail,
  guestBrowser,
  guestProgram,
  namedBrowser,
  PASSWORD,
  WRONG_PASSWORD,
} from "./client.ts";

const DAY_MS = 24 * 3600_000;
const TABLES = ["orders", "fills", "journal_events", "equity_points", "traders"];

let uninstall: () => void;

beforeEach(() => {
  uninstall = new ScriptedFeed().install();
});
afterEach(() => {
  uninstall();
  vi.restoreAllMocks();
});

/** Buys something and waits until the history has it. */
async function trade(client: Client): Promise<{ orderId: string; traderId: string }> {
  const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
  const request = { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.5" };
  const response = await client.write("POST", `/api/accounts/${accounts[0]?.id}/orders`, request);
  const { order } = placedOrder.parse(await response.json());
  return await vi.waitFor(async () => {
    const row = await env.DB.prepare("SELECT trader_id FROM fills WHERE order_id = ?")
      .bind(order.id)
      .first<{ trader_id: string }>();
    if (row === null) {
      throw new Error("not there yet");
    }
    return { orderId: order.id, traderId: row.trader_id };
  }, 4_000);
}

async function rowsOf(traderId: string): Promise<number> {
  const counts = await Promise.all(
    TABLES.map((table) =>
      env.DB.prepare(`SELECT COUNT(*) AS count FROM ${table} WHERE trader_id = ?`)
        .bind(traderId)
        .first<number>("count"),
    ),
  );
  return counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

describe("my data", () => {
  it("can be taken away, without what would let somebody in", async () => {
    const email = freshEmail();
    const client = await namedBrowser(email);
    const { orderId } = await trade(client);
    const response = await client.get("/api/me/export");
    expect(response.headers.get("content-disposition")).toContain("attachment");
    const text = await response.text();
    const data = dataExport.parse(JSON.parse(text));
    expect(data.user).toMatchObject({ email, guest: false });
    expect(data.sessions).toHaveLength(1);
    // The entry, and the stop that came with it.
    expect(data.history.orders.map((row) => row.id)).toContain(orderId);
    expect(data.history.orders).toHaveLength(2);
    expect(data.history.fills).toHaveLength(1);
    expect(data.trader["accounts"]).toHaveLength(1);
    expect(text).not.toContain("scrypt");
    const [token = "?"] = (client.cookies.get("trade.session_token") ?? "").split(".");
    expect(text).not.toContain(token);
  });

  it("can be deleted with a confirmation and the password, and then is gone everywhere", async () => {
    const email = freshEmail();
    const client = await namedBrowser(email);
    const { traderId } = await trade(client);
    const remove = async (body: object) => await client.send("DELETE", "/api/me", { body });
    await expectRefusal(await remove({}), 400, "BAD_REQUEST");
    await expectRefusal(await remove({ confirmation: "yes", password: PASSWORD }), 400, "BAD_REQUEST");
    const missing = await expectRefusal(await remove({ confirmation: DELETE_CONFIRMATION }), 400, "BAD_REQUEST");
    expect(missing.details).toEqual({ password: "is missing" });
    const wrong = await remove({ confirmation: DELETE_CONFIRMATION, password: WRONG_PASSWORD });
    expect((await expectRefusal(wrong, 400, "BAD_REQUEST")).details).toEqual({ password: "is wrong" });
    expect(await rowsOf(traderId)).toBeGreaterThan(3);

    const kept = new Map(client.cookies);
    const gone = await remove({ confirmation: DELETE_CONFIRMATION, password: PASSWORD });
    expect(await gone.json()).toEqual({ done: true });
    expect(client.cookies.size).toBe(0);
    expect(await rowsOf(traderId)).toBe(0);
    expect(await env.DB.prepare("SELECT 1 FROM users WHERE email = ?").bind(email).first()).toBeNull();
    const thief = browser();
    kept.forEach((value, name) => thief.cookies.set(name, value));
    await expectRefusal(await thief.get("/api/accounts"), 401, "SESSION_EXPIRED");
    await expectRefusal(
      await browser().post("/api/auth/sign-in/email", { email, password: PASSWORD }),
      401,
      "UNAUTHENTICATED",
    );
  });

  it("of a guest is deleted with the confirmation alone", async () => {
    const client = await guestBrowser();
    const { traderId } = await trade(client);
    const response = await client.send("DELETE", "/api/me", { body: { confirmation: DELETE_CONFIRMATION } });
    expect(response.status).toBe(200);
    expect(await rowsOf(traderId)).toBe(0);
  });

  it("is erased when a guest signs in to another account and says so", async () => {
    const email = freshEmail();
    await namedBrowser(email);
    const guest = await guestBrowser();
    const { traderId } = await trade(guest);
    const asked = await guest.post("/api/auth/sign-in/email", { email, password: PASSWORD });
    expect((await expectRefusal(asked, 409, "CONFLICT")).details).toEqual({
      reason: "guest",
      accounts: "1",
      positions: "1",
    });
    const confirmed = await guest.post("/api/auth/sign-in/email", { email, password: PASSWORD, discardGuest: true });
    expect(confirmed.status).toBe(200);
    expect(await rowsOf(traderId)).toBe(0);
  });

  it("is sent to the history again on request", async () => {
    const client = await guestBrowser();
    const { traderId } = await trade(client);
    const before = await rowsOf(traderId);
    await env.DB.prepare("DELETE FROM journal_events WHERE trader_id = ?").bind(traderId).run();
    const response = await client.post("/api/me/rebuild-history");
    expect(rebuiltHistory.parse(await response.json()).queued).toBeGreaterThan(0);
    await vi.waitFor(async () => {
      expect(await rowsOf(traderId)).toBe(before);
    }, 4_000);
  });
});

describe("idle guests", () => {
  it("are closed after 30 days without a request, active ones and named users never", async () => {
    const idle = await trade(await guestBrowser());
    const active = await trade(await guestBrowser());
    const named = await trade(await namedBrowser());
    const longAgo = Date.now() - 31 * DAY_MS;
    await env.DB.prepare("UPDATE users SET created_at = ?").bind(longAgo).run();
    await env.DB.prepare("UPDATE traders SET last_active_at = ?").bind(longAgo).run();
    // The trader object of the idle one was last asked a month ago; the other two say themselves that they were not.
    const stub = env.TRADER.getByName(idle.traderId);
    const original = env.TRADER;
    const asked: string[] = [];
    const bindings = {
      ...env,
      TRADER: {
        getByName: (name: string, options: DurableObjectNamespaceGetDurableObjectOptions) => {
          asked.push(name);
          return name === idle.traderId
            ? { lastActive: () => Promise.resolve(longAgo), erase: (principal: never) => stub.erase(principal) }
            : original.getByName(name, options);
        },
      },
    } as unknown as Env;

    expect(await closeIdleGuests(bindings, Date.now())).toBe(1);
    expect(await rowsOf(idle.traderId)).toBe(0);
    expect(await rowsOf(active.traderId)).toBeGreaterThan(3);
    expect(await rowsOf(named.traderId)).toBeGreaterThan(3);
    expect(asked).not.toContain(named.traderId);
    // The active one's date is corrected, so that it is not asked again every hour.
    asked.length = 0;
    expect(await closeIdleGuests(bindings, Date.now())).toBe(0);
    expect(asked).toEqual([]);
  });

  it("that cannot be closed do not keep the others from it", async () => {
    const stuck = await trade(await guestBrowser());
    const idle = await trade(await guestBrowser());
    const longAgo = Date.now() - 31 * DAY_MS;
    await env.DB.prepare("UPDATE traders SET last_active_at = ?").bind(longAgo).run();
    const original = env.TRADER;
    const bindings = {
      ...env,
      TRADER: {
        getByName: (name: string) => ({
          lastActive: () => (name === stuck.traderId ? Promise.reject(new Error("gone")) : Promise.resolve(longAgo)),
          erase: (principal: never) => original.getByName(name).erase(principal),
        }),
      },
    } as unknown as Env;
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    expect(await closeIdleGuests(bindings, Date.now())).toBeGreaterThanOrEqual(1);
    expect(await rowsOf(idle.traderId)).toBe(0);
    expect(await rowsOf(stuck.traderId)).toBeGreaterThan(3);
  });

  it("leave no expired sessions, tickets and counters behind", async () => {
    const client = await guestProgram();
    await client.post("/api/ws-ticket");
    await browser().post("/api/auth/sign-in/email", { email: freshEmail(), password: WRONG_PASSWORD });
    await closeIdleGuests(env, Date.now());
    const count = async (table: string) =>
      await env.DB.prepare(`SELECT COUNT(*) AS count FROM ${table}`).first<number>("count");
    expect(await count("socket_tickets")).toBeGreaterThan(0);
    expect(await count("sign_in_failures")).toBeGreaterThan(0);
    await closeIdleGuests({ ...env, TRADER: undefined } as unknown as Env, Date.now());
    await env.DB.prepare("DELETE FROM users WHERE is_anonymous = 1").run();
    await closeIdleGuests(env, Date.now() + 31 * DAY_MS);
    const counts = await Promise.all(["sessions", "socket_tickets", "sign_in_failures", "rate_limits"].map(count));
    expect(counts).toEqual([0, 0, 0, 0]);
  });
});

describe("while D1 is down", () => {
  it("exits and cancels work from the signed cookie, and the history says that it is away", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const down = { value: false };
    const bindings = { ...env, DB: switchedDatabase(env.DB, down) } as Env;
    const app = createApp();
    const fetchApp = async (request: Request): Promise<Response> => {
      const context = createExecutionContext();
      const response = await app.fetch(request, bindings, context);
      await waitOnExecutionContext(context);
      return response;
    };
    for (const client of [await guestBrowser(fetchApp), await guestProgram(fetchApp)]) {
      down.value = false;
      const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
      const base = `/api/accounts/${accounts[0]?.id}`;
      const buy = { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.5" };
      expect((await client.write("POST", `${base}/orders`, buy)).status).toBe(201);
      const limit = { ...buy, type: "limit", quantity: "1", limitPrice: "90" };
      const resting = placedOrder.parse(await (await client.write("POST", `${base}/orders`, limit)).json()).order;

      down.value = true;
      // The last good check was four minutes ago: too old to be enough alone, young enough for a database that is away.
      const now = Date.now();
      vi.setSystemTime(now + 4 * 60_000);
      expect((await client.write("DELETE", `${base}/orders/${resting.id}`)).status).toBe(200);
      expect((await client.write("POST", `${base}/positions/BTC/close`, {})).status).toBe(201);
      expect((await client.get(`${base}/orders?status=open`)).status).toBe(200);
      await expectRefusal(await client.get(`${base}/orders`), 503, "HISTORY_UNAVAILABLE");
      await expectRefusal(await client.get(`${base}/fills`), 503, "HISTORY_UNAVAILABLE");
      await expectRefusal(await client.get(`${base}/equity`), 503, "HISTORY_UNAVAILABLE");
      // What a session that was just ended elsewhere must not do is not done on old knowledge.
      await expectRefusal(await client.post("/api/ws-ticket"), 503, "TEMPORARILY_UNAVAILABLE");
      await expectRefusal(await client.get("/api/me/export"), 503, "TEMPORARILY_UNAVAILABLE");

      vi.setSystemTime(now + 5 * 60_000 + 1_000);
      await expectRefusal(await client.get(`${base}/orders?status=open`), 503, "TEMPORARILY_UNAVAILABLE");
      vi.setSystemTime(now);
      down.value = false;
      expect((await client.get(`${base}/orders`)).status).toBe(200);
      vi.useRealTimers();
    }
  });

  it("a guest who signs up or in is not taken for nobody", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const down = { value: false };
    const bindings = { ...env, DB: switchedDatabase(env.DB, down) } as Env;
    const app = createApp();
    const client = await guestBrowser(async (request) => await app.fetch(request, bindings, createExecutionContext()));
    down.value = true;
    const sign = { name: "Ada", email: freshEmail(), password: PASSWORD };
    await expectRefusal(await client.post("/api/auth/sign-up/email", sign), 503, "TEMPORARILY_UNAVAILABLE");
    await expectRefusal(
      await client.post("/api/auth/sign-in/email", { email: sign.email, password: PASSWORD, discardGuest: true }),
      503,
      "TEMPORARILY_UNAVAILABLE",
    );
    await expectRefusal(await client.post("/api/auth/sign-out"), 503, "TEMPORARILY_UNAVAILABLE");
    down.value = false;
    expect((await client.post("/api/auth/sign-up/email", sign)).status).toBe(200);
  });

  it("signing in says so, and does not count as a failure", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const email = freshEmail();
    await namedBrowser(email);
    const down = { value: true };
    const bindings = { ...env, DB: switchedDatabase(env.DB, down) } as Env;
    const app = createApp();
    const client = browser(async (request) => await app.fetch(request, bindings, createExecutionContext()));
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await expectRefusal(
        await client.post("/api/auth/sign-in/email", { email, password: PASSWORD }),
        503,
        "TEMPORARILY_UNAVAILABLE",
      );
    }
    await expectRefusal(await client.post("/api/auth/sign-in/anonymous"), 503, "TEMPORARILY_UNAVAILABLE");
    down.value = false;
    expect((await client.post("/api/auth/sign-in/email", { email, password: PASSWORD })).status).toBe(200);
  });

  it("a database that hangs is given up on", async () => {
    const hangs = { value: false };
    const bindings = { ...env, DB: switchedDatabase(env.DB, hangs, "hang") } as Env;
    const app = createApp();
    const client = await guestBrowser(async (request) => await app.fetch(request, bindings, createExecutionContext()));
    hangs.value = true;
    const startedAt = performance.now();
    await expectRefusal(await client.get("/api/sessions"), 503, "TEMPORARILY_UNAVAILABLE");
    expect((await client.get("/api/accounts")).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

/** The database, until `down` is set: then every statement fails, or never answers. */
function switchedDatabase(real: D1Database, down: { value: boolean }, how: "fail" | "hang" = "fail"): D1Database {
  const broken = (): Promise<never> =>
    how === "fail"
      ? Promise.reject(new Error("D1_ERROR: Network connection lost."))
      : new Promise<never>(() => undefined);
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(statement, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof value !== "function") {
          return value;
        }
        if (key === "bind") {
          return (...values: unknown[]) => wrap(target.bind(...values));
        }
        return (...values: unknown[]) => (down.value ? broken() : Reflect.apply(value, target, values));
      },
    });
  return new Proxy(real, {
    get(target, key) {
      if (key === "prepare") {
        return (text: string) => wrap(target.prepare(text));
      }
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function"
        ? (...values: unknown[]) => (down.value ? broken() : Reflect.apply(value, target, values))
        : value;
    },
  });
}
