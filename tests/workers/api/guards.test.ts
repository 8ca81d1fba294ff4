import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../../worker/app.ts";
import { MAXIMUM_BODY_BYTES } from "../../../worker/http/body.ts";
import {
  browser,
  expectRefusal,
  freshAddress,
  freshEmail,
  guestBrowser,
  guestProgram,
  ORIGIN,
  PASSWORD,
  program,
} from "./client.ts";
import { testSecret } from "../../support/secrets.ts";

const MISTYPED = testSecret("password", "kettle-violin-74");

const ORDERS = "/api/accounts/main/orders";

/** As in an isolate: one for all requests. Tests of its limits make their own. */
const shared = createApp();

async function send(bindings: Env, request: Request): Promise<Response> {
  const context = createExecutionContext();
  const response = await shared.fetch(request, bindings, context);
  await waitOnExecutionContext(context);
  return response;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("configuration", () => {
  const broken: [string, Partial<Record<keyof Env, unknown>>, RegExp][] = [
    ["AUTH_SECRET", { AUTH_SECRET: undefined }, /must be set/],
    ["AUTH_SECRET", { AUTH_SECRET: "short" }, /at least 32/],
    ["AUTH_SECRET", { AUTH_SECRET: "a".repeat(64) }, /at random/],
    ["VAULT_SECRET", { VAULT_SECRET: undefined }, /must be set/],
    ["VAULT_SECRET", { VAULT_SECRET: "short" }, /at least 32/],
    ["VAULT_SECRET", { VAULT_SECRET: env.AUTH_SECRET }, /differ from AUTH_SECRET/],
    ["VAULT_SECRET_PREVIOUS", { VAULT_SECRET_PREVIOUS: "ab".repeat(32) }, /./],
    ["KRAKEN_KEYS", { KRAKEN_KEYS: "yes" }, /./],
    ["KRAKEN_REST_URL", { MARKET: "sim", KRAKEN_REST_URL: "https://api.kraken.com" }, /MARKET is not live/],
    ["ENVIRONMENT", { ENVIRONMENT: "prod" }, /./],
    ["MARKET", { MARKET: undefined }, /./],
    ["KRAKEN_WS_URL", { KRAKEN_WS_URL: "https://x.example.org" }, /ws/],
    ["PUBLIC_ORIGIN", { PUBLIC_ORIGIN: "http://127.0.0.1:8787/" }, /without a path/],
    ["PUBLIC_ORIGIN", { ENVIRONMENT: "production" }, /https/],
    ["PUBLIC_ORIGIN", { ENVIRONMENT: "production", PUBLIC_ORIGIN: "https://trade.example.com" }, /example/],
    ["CORS_ORIGINS", { CORS_ORIGINS: "https://a.example.org, nonsense" }, /origin/],
    ["ERROR_SINK_URL", { ERROR_SINK_URL: "sink" }, /empty or/],
    ["DB", { DB: undefined }, /D1/],
  ];

  it.each(broken)("with a wrong %s answers every request 503 and names it", async (name, changed, reason) => {
    const bindings = { ...env, ...changed } as Env;
    for (const path of ["/api/health", "/api/session", "/api/openapi.json", "/ws/market", "/api/nowhere"]) {
      const response = await send(bindings, new Request(`${ORIGIN}${path}`));
      const error = await expectRefusal(response, 503, "CONFIG_INVALID");
      expect(error.message).toContain(name);
      expect(error.details[name.split(".")[0] ?? ""]).toMatch(reason);
    }
  });

  it("never shows the value that is wrong", async () => {
    const bindings = { ...env, AUTH_SECRET: testSecret("AUTH_SECRET", "hunter2-hunter2") };
    const response = await send(bindings, new Request(`${ORIGIN}/api/health`));
    expect(await response.text()).not.toContain("hunter2");
  });

  it("makes cookies Secure where the origin is https", async () => {
    const bindings = { ...env, PUBLIC_ORIGIN: "https://desk.example.org" };
    const request = new Request("https://desk.example.org/api/auth/sign-in/anonymous", {
      method: "POST",
      headers: { origin: "https://desk.example.org", "content-type": "application/json" },
      body: "{}",
    });
    const response = await send(bindings, request);
    expect(response.status).toBe(200);
    const cookies = response.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThanOrEqual(2);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/^__Secure-trade\./);
      expect(cookie).toMatch(/;\s*Secure/i);
    }
    const back = new Request("https://desk.example.org/api/session", {
      headers: { cookie: cookies.map((cookie) => cookie.split(";")[0]).join("; ") },
    });
    expect((await send(bindings, back)).status).toBe(200);
  });
});

describe("bodies", () => {
  it.each(["{", '{"symbol": }', "[1,2", "undefined", '{"a":1}{"b":2}', "\u0000"])(
    "that are no JSON are refused: %j",
    async (raw) => {
      const client = await guestBrowser();
      await expectRefusal(await client.send("POST", ORDERS, { raw }), 400, "MALFORMED_JSON");
    },
  );

  it.each(["[]", "null", '"text"', "7"])("that are no object are refused: %s", async (raw) => {
    const client = await guestBrowser();
    const headers = { "idempotency-key": "k" };
    await expectRefusal(await client.send("POST", ORDERS, { raw, headers }), 400, "BAD_REQUEST");
  });

  it("over 64 KiB are refused before they are parsed, with and without a length", async () => {
    const client = await guestBrowser();
    const large = JSON.stringify({ name: "x".repeat(1_000_000) });
    const error = await expectRefusal(
      await client.send("POST", "/api/accounts", { raw: large }),
      413,
      "BODY_TOO_LARGE",
    );
    expect(error.details["maximumBytes"]).toBe(String(MAXIMUM_BODY_BYTES));
    const stream = new Blob([large]).stream();
    await expectRefusal(await client.send("POST", "/api/accounts", { raw: stream }), 413, "BODY_TOO_LARGE");
    const garbage = "x".repeat(MAXIMUM_BODY_BYTES);
    await expectRefusal(await client.send("POST", "/api/accounts", { raw: garbage }), 400, "MALFORMED_JSON");
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])(
    "of the type %j are refused",
    async (type) => {
      const client = await guestBrowser();
      const response = await client.send("POST", ORDERS, { raw: "{}", headers: { "content-type": type } });
      await expectRefusal(response, 415, "UNSUPPORTED_MEDIA_TYPE");
    },
  );

  it("may say their character set", async () => {
    const headers = { "content-type": "application/json; charset=utf-8" };
    const response = await browser().send("POST", "/api/auth/sign-in/anonymous", { raw: "{}", headers });
    expect(response.status).toBe(200);
  });
});

describe("addresses", () => {
  it("that do not exist under /api and /ws are 404 in our shape", async () => {
    for (const path of ["/api", "/api/", "/api/nowhere", "/api/accounts/x/nowhere", "/ws/nowhere", "/api/session/"]) {
      const response = await browser().get(path);
      if (path !== "/api") {
        await expectRefusal(response, 404, "NOT_FOUND");
      }
    }
  });

  it("with another method are 405 and say which they answer", async () => {
    const response = await browser().send("PUT", "/api/accounts/main/orders/one");
    await expectRefusal(response, 405, "METHOD_NOT_ALLOWED");
    expect(response.headers.get("allow")).toBe("DELETE, GET, PATCH");
    await expectRefusal(await browser().post("/api/health"), 405, "METHOD_NOT_ALLOWED");
    await expectRefusal(await browser().get("/api/auth/sign-in/email"), 405, "METHOD_NOT_ALLOWED");
  });
});

describe("origin", () => {
  const changing: [string, string][] = [
    ["POST", "/api/auth/sign-in/anonymous"],
    ["POST", "/api/auth/sign-in/email"],
    ["POST", ORDERS],
    ["DELETE", ORDERS],
    ["PATCH", "/api/accounts/main/settings"],
    ["POST", "/api/ws-ticket"],
    ["DELETE", "/api/me"],
  ];

  it.each(changing)("%s %s from another site is refused", async (method, path) => {
    const client = await guestBrowser();
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:8788", `${ORIGIN}.evil.example`]) {
      const response = await client.send(method, path, { headers: { origin } });
      await expectRefusal(response, 403, "ORIGIN_REFUSED");
    }
  });

  it.each(changing)("%s %s with a cookie and no origin is refused", async (method, path) => {
    const client = await guestBrowser();
    await expectRefusal(await client.send(method, path, { headers: { origin: "" } }), 403, "ORIGIN_REFUSED");
  });

  it.each(["/ws/market", "/ws/trader"])("is checked when %s is upgraded", async (path) => {
    const client = await guestBrowser();
    const headers = { upgrade: "websocket", origin: "https://evil.example" };
    await expectRefusal(await client.get(path, { headers }), 403, "ORIGIN_REFUSED");
    const without = { upgrade: "websocket", origin: "" };
    await expectRefusal(await client.get(path, { headers: without }), 403, "ORIGIN_REFUSED");
  });

  it("does not matter for reading, and not for programs with a token", async () => {
    const client = await guestBrowser();
    expect((await client.get("/api/session", { headers: { origin: "" } })).status).toBe(200);
    const robot = await guestProgram();
    expect((await robot.post("/api/ws-ticket")).status).toBe(200);
  });

  it("may be the loopback name that the desk was opened under, on one's own machine only", async () => {
    const origin = "http://localhost:5173";
    const request = () =>
      new Request(`${origin}/api/auth/sign-in/anonymous`, {
        method: "POST",
        headers: { origin, "content-type": "application/json" },
        body: "{}",
      });
    expect((await send(env, request())).status).toBe(200);
    const deployed = { ...env, ENVIRONMENT: "staging", PUBLIC_ORIGIN: "https://desk.example.org" };
    await expectRefusal(await send(deployed, request()), 403, "ORIGIN_REFUSED");
    const rebound = new Request("http://evil.example:5173/api/auth/sign-in/anonymous", {
      method: "POST",
      headers: { origin: "http://evil.example:5173", "content-type": "application/json" },
      body: "{}",
    });
    await expectRefusal(await send(env, rebound), 403, "ORIGIN_REFUSED");
  });
});

describe("reading from other origins", () => {
  it("is allowed to nobody by default", async () => {
    const response = await browser().get("/api/openapi.json", { headers: { origin: "https://other.example.org" } });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    const preflight = await browser().send("OPTIONS", ORDERS, {
      headers: { origin: "https://other.example.org", "access-control-request-method": "POST" },
    });
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("is allowed to those who are listed", async () => {
    const bindings = { ...env, CORS_ORIGINS: "https://other.example.org" };
    const request = new Request(`${ORIGIN}/api/openapi.json`, { headers: { origin: "https://other.example.org" } });
    const response = await send(bindings, request);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://other.example.org");
  });
});

describe("headers", () => {
  it("of /api forbid everything that data does not need", async () => {
    for (const path of ["/api/openapi.json", "/api/session", "/api/nowhere"]) {
      const { headers } = await browser().get(path);
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("strict-transport-security")).toContain("max-age=63072000");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("x-frame-options")).toBe("DENY");
      expect(headers.get("referrer-policy")).toBe("no-referrer");
      expect(headers.get("x-request-id")).toMatch(/\w{8}/);
    }
  });

  it("keep what is somebody's own out of caches", async () => {
    const client = await guestBrowser();
    expect((await client.get("/api/session")).headers.get("cache-control")).toBe("no-store");
  });
});

describe("a loud address", () => {
  it("is told to wait, and others are not", async () => {
    const bindings = { ...env, ENVIRONMENT: "staging", PUBLIC_ORIGIN: "https://desk.example.org" };
    const app = createApp();
    const ask = (address: string) =>
      app.fetch(
        new Request("https://desk.example.org/api/openapi.json", { headers: { "cf-connecting-ip": address } }),
        bindings,
        createExecutionContext(),
      );
    const loud = freshAddress();
    const statuses = [];
    for (let request = 0; request < 301; request += 1) {
      statuses.push((await ask(loud)).status);
    }
    expect(statuses.slice(0, 300).every((status) => status === 200)).toBe(true);
    const refused = await ask(loud);
    expect(statuses[300]).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    await expectRefusal(refused, 429, "RATE_LIMITED");
    expect((await ask(freshAddress())).status).toBe(200);
  });

  it("gets twenty sign-ins a minute once deployed", async () => {
    const bindings = { ...env, ENVIRONMENT: "staging", PUBLIC_ORIGIN: "https://desk.example.org" };
    const headers = { "content-type": "application/json", "cf-connecting-ip": freshAddress() };
    const signIn = async () =>
      await send(
        bindings,
        new Request("https://desk.example.org/api/auth/sign-in/anonymous", { method: "POST", headers, body: "{}" }),
      );
    const statuses = [];
    for (let request = 0; request < 20; request += 1) {
      statuses.push((await signIn()).status);
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
    const error = await expectRefusal(await signIn(), 429, "RATE_LIMITED");
    expect(Number(error.details["retryAfterSeconds"])).toBeGreaterThan(0);
  });
});

describe("the log", () => {
  it("has one line per request with its id, route and code, and no secret anywhere", async () => {
    const lines: string[] = [];
    for (const level of ["log", "error", "warn", "info", "debug"] as const) {
      vi.spyOn(console, level).mockImplementation((...parts: unknown[]) => {
        lines.push(parts.map(String).join(" "));
      });
    }
    const email = freshEmail();
    const client = browser();
    await client.post("/api/auth/sign-up/email", { name: "Ada", email, password: PASSWORD });
    await client.post("/api/auth/sign-in/email", { email, password: MISTYPED });
    await client.post("/api/auth/sign-up/email", { name: "Eve", email, password: PASSWORD });
    await client.get("/api/session");
    const robot = await program().post("/api/auth/sign-in/email", { email, password: PASSWORD });
    const { token } = await robot.json<{ token: string }>();
    await program(token).send("DELETE", "/api/sessions/none");
    const ticket = await (await program(token).post("/api/ws-ticket")).json<{ ticket: string }>();
    // A query that fails, with the token among its parameters.
    const failing = { ...env, DB: failingDatabase() };
    await send(failing, new Request(`${ORIGIN}/api/sessions`, { headers: { authorization: `Bearer ${token}` } }));

    const log = lines.join("\n");
    const requests = lines.flatMap((line) =>
      line.includes('"event":"request"') ? [JSON.parse(line) as Record<string, unknown>] : [],
    );
    expect(requests).toHaveLength(8);
    expect(requests[3]).toMatchObject({ method: "GET", route: "/api/session", status: 200, code: "OK" });
    expect(requests[3]?.["requestId"]).toMatch(/\w{8}/);
    expect(requests[3]?.["user"]).toMatch(/^[0-9a-f]{12}$/);
    expect(requests[5]).toMatchObject({ route: "/api/sessions/:sessionId", sessionId: "none", status: 404 });
    expect(requests[1]).toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
    const secrets = [
      env.AUTH_SECRET,
      PASSWORD,
      MISTYPED,
      token,
      ticket.ticket,
      email,
      ...[...client.cookies.values()].flatMap((value) => [value, value.slice(0, 20)]),
    ];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(8);
      expect(log).not.toContain(secret);
    }
  });

  it("has an unexpected error once, and the sink gets it without delaying the answer", async () => {
    const errors: string[] = [];
    vi.spyOn(console, "error").mockImplementation((line: string) => errors.push(line));
    const posted: Request[] = [];
    let release = (): void => undefined;
    const sinkIsSlow = new Promise<void>((resolve) => {
      release = resolve;
    });
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      posted.push(new Request(input, init));
      await sinkIsSlow;
      return new Response();
    });
    const bindings = {
      ...env,
      ERROR_SINK_URL: "https://sink.example.org/errors",
      ASSETS: {
        fetch: () => {
          throw new TypeError("the assets are gone");
        },
      },
    } as unknown as Env;
    const context = createExecutionContext();
    const response = await createApp().fetch(new Request(`${ORIGIN}/some/page`), bindings, context);
    const error = await expectRefusal(response, 500, "INTERNAL");
    expect(error.message).not.toContain("assets are gone");
    expect(posted).toHaveLength(1);
    const sent = await posted[0]?.json<Record<string, unknown>>();
    expect(sent).toMatchObject({ event: "unexpected_error", error: "TypeError: the assets are gone" });
    expect(sent?.["requestId"]).toBe(error.details["requestId"]);
    expect(errors.filter((line) => line.includes("the assets are gone"))).toHaveLength(1);
    release();
    await waitOnExecutionContext(context);
  });
});

/** A D1 that answers every statement with a failure. */
function failingDatabase(): D1Database {
  const fail = (): Promise<never> => Promise.reject(new Error("D1_ERROR: Network connection lost."));
  return new Proxy(env.DB, {
    get: (target, key) =>
      key === "prepare" ? (text: string) => new Proxy(target.prepare(text), { get: () => failingStatement }) : fail,
  });

  function failingStatement(): object {
    return { all: fail, first: fail, raw: fail, run: fail };
  }
}
