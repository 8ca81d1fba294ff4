import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { sessionList, signedIn } from "../../../contract/auth.ts";
import { sessionAnswer, type SessionView } from "../../../contract/session.ts";
import {
  browser,
  expectRefusal,
  freshEmail,
  guestBrowser,
  guestProgram,
  namedBrowser,
  PASSWORD,
  WRONG_PASSWORD,
  program,
} from "./client.ts";
import { testSecret } from "../../support/secrets.ts";

describe("a guest", () => {
  it("is made with one request and is signed in from then on", async () => {
    const client = await guestBrowser();
    const response = await client.get("/api/session");
    expect(response.status).toBe(200);
    const view = sessionOf(await response.json());
    expect(view.user).toMatchObject({ name: "Guest", email: null, guest: true });
    expect(view.expiresAt).toBeGreaterThan(Date.now() + 29 * 24 * 3600_000);
  });

  it("gets HttpOnly, strict cookies and no token where a browser asks", async () => {
    const response = await browser().post("/api/auth/sign-in/anonymous");
    const body = signedIn.parse(await response.json());
    expect(body.token).toBeUndefined();
    expect(response.headers.get("set-auth-token")).toBeNull();
    const cookies = response.headers.getSetCookie();
    expect(cookies.length).toBeGreaterThanOrEqual(2);
    for (const cookie of cookies) {
      expect(cookie).toMatch(/HttpOnly/i);
      expect(cookie).toMatch(/SameSite=Strict/i);
      // Plain loopback: a Secure cookie would not be stored.
      expect(cookie).not.toMatch(/Secure/);
    }
  });

  it("gets a token where a program asks, and no cookie", async () => {
    const response = await program().post("/api/auth/sign-in/anonymous");
    expect(response.headers.getSetCookie()).toEqual([]);
    const { token } = signedIn.parse(await response.json());
    const view = await program(token).get("/api/session");
    expect(view.status).toBe(200);
  });

  it("is not made twice", async () => {
    const client = await guestBrowser();
    const error = await expectRefusal(await client.post("/api/auth/sign-in/anonymous"), 409, "CONFLICT");
    expect(error.details["reason"]).toBe("signed_in");
  });
});

describe("signing up", () => {
  it("makes a named user", async () => {
    const email = freshEmail();
    const client = await namedBrowser(email.toUpperCase());
    const view = sessionOf(await (await client.get("/api/session")).json());
    expect(view.user).toMatchObject({ name: "Ada", email, guest: false });
  });

  it("keeps user and trader of a guest and ends the guest's session", async () => {
    const client = await guestBrowser();
    const before = await userOf(client);
    const oldCookies = new Map(client.cookies);
    const email = freshEmail();
    const response = await client.post("/api/auth/sign-up/email", { name: "Ada", email, password: PASSWORD });
    expect(response.status).toBe(200);
    const after = await userOf(client);
    expect(after).toMatchObject({ id: before.id, trader_id: before.trader_id, email, is_anonymous: 0, name: "Ada" });

    const thief = browser();
    oldCookies.forEach((value, name) => thief.cookies.set(name, value));
    await expectRefusal(await thief.get("/api/session"), 401, "SESSION_EXPIRED");

    const elsewhere = browser();
    const again = await elsewhere.post("/api/auth/sign-in/email", { email, password: PASSWORD });
    expect(again.status).toBe(200);
    expect((await userOf(elsewhere)).id).toBe(before.id);
  });

  it("gives a guest who asks twice at once one password", async () => {
    const client = await guestBrowser();
    const request = { name: "Ada", email: freshEmail(), password: PASSWORD };
    const responses = await Promise.all([1, 2].map(() => client.post("/api/auth/sign-up/email", request)));
    expect(responses.map((response) => response.status).toSorted((left, right) => left - right)).toEqual([200, 409]);
    const count = await env.DB.prepare(
      "SELECT COUNT(*) AS count FROM credentials c JOIN users u ON u.id = c.user_id WHERE u.email = ?",
    )
      .bind(request.email)
      .first<number>("count");
    expect(count).toBe(1);
  });

  it("refuses an address that is taken, for guests too, and the guest stays a guest", async () => {
    const email = freshEmail();
    await namedBrowser(email);
    const stranger = await browser().post("/api/auth/sign-up/email", { name: "Eve", email, password: PASSWORD });
    expect((await expectRefusal(stranger, 409, "CONFLICT")).details["reason"]).toBe("email_taken");
    const guest = await guestBrowser();
    const asGuest = await guest.post("/api/auth/sign-up/email", { name: "Eve", email, password: PASSWORD });
    expect((await expectRefusal(asGuest, 409, "CONFLICT")).details["reason"]).toBe("email_taken");
    expect((await userOf(guest)).is_anonymous).toBe(1);
  });

  it.each([
    ["short", "elevenchars"],
    ["long", "x9k2".repeat(33)],
    ["common", "password1234"],
  ])("refuses a %s password and says so", async (_kind, password) => {
    const response = await browser().post("/api/auth/sign-up/email", { name: "Ada", email: freshEmail(), password });
    const error = await expectRefusal(response, 400, "BAD_REQUEST");
    expect(error.message).toContain("password");
    expect(error.details["password"]).toBeTypeOf("string");
  });

  it("refuses what is not an e-mail address and fields it does not know", async () => {
    const wrong = await browser().post("/api/auth/sign-up/email", { name: "Ada", email: "ada", password: PASSWORD });
    expect((await expectRefusal(wrong, 400, "BAD_REQUEST")).details["email"]).toContain("must be an e-mail address");
    const extra = { name: "Ada", email: freshEmail(), password: PASSWORD, traderId: "another" };
    const error = await expectRefusal(await browser().post("/api/auth/sign-up/email", extra), 400, "BAD_REQUEST");
    expect(error.details["traderId"]).toBe("is not a known field");
  });

  it("stores no password that could be read back", async () => {
    const email = freshEmail();
    await namedBrowser(email);
    const row = await env.DB.prepare(
      "SELECT c.password FROM credentials c JOIN users u ON u.id = c.user_id WHERE u.email = ?",
    )
      .bind(email)
      .first<{ password: string }>();
    expect(row?.password).toMatch(/^scrypt\$16384\$8\$5\$[0-9a-f]{32}\$[0-9a-f]{64}$/);
  });
});

describe("signing in", () => {
  it("says the same for a wrong password and an unknown address", async () => {
    const email = freshEmail();
    await namedBrowser(email);
    const wrong = await browser().post("/api/auth/sign-in/email", { email, password: WRONG_PASSWORD });
    const unknown = await browser().post("/api/auth/sign-in/email", {
      email: freshEmail(),
      password: WRONG_PASSWORD,
    });
    const first = await expectRefusal(wrong, 401, "UNAUTHENTICATED");
    expect(await expectRefusal(unknown, 401, "UNAUTHENTICATED")).toEqual(first);
  });

  it("asks a guest first, and erases the guest's desk only after a right password and a yes", async () => {
    const email = freshEmail();
    await namedBrowser(email);
    const client = await guestBrowser();
    const guest = await userOf(client);
    const asked = await client.post("/api/auth/sign-in/email", { email, password: PASSWORD });
    expect((await expectRefusal(asked, 409, "CONFLICT")).details["reason"]).toBe("guest");
    const wrong = await client.post("/api/auth/sign-in/email", { email, password: "wrong", discardGuest: true });
    await expectRefusal(wrong, 401, "UNAUTHENTICATED");
    expect((await userOf(client)).id).toBe(guest.id);

    const confirmed = await client.post("/api/auth/sign-in/email", { email, password: PASSWORD, discardGuest: true });
    expect(confirmed.status).toBe(200);
    expect((await userOf(client)).email).toBe(email);
    expect(await env.DB.prepare("SELECT 1 FROM users WHERE id = ?").bind(guest.id).first()).toBeNull();
  });

  it("locks an address after ten failures for fifteen minutes, right password or not", async () => {
    const email = freshEmail();
    await namedBrowser(email);
    for (let failure = 0; failure < 10; failure += 1) {
      const response = await browser().post("/api/auth/sign-in/email", { email, password: WRONG_PASSWORD });
      await expectRefusal(response, 401, "UNAUTHENTICATED");
    }
    const response = await browser().post("/api/auth/sign-in/email", { email, password: PASSWORD });
    const error = await expectRefusal(response, 429, "LOCKED_OUT");
    expect(Number(error.details["retryAfterSeconds"])).toBeGreaterThan(14 * 60);
    expect(response.headers.get("retry-after")).toBe(error.details["retryAfterSeconds"]);
    expect(error.message).toContain("15 minutes");

    // As if it had happened a quarter of an hour ago.
    await env.DB.prepare(
      "UPDATE sign_in_failures SET locked_until = locked_until - 900001 WHERE locked_until > 0",
    ).run();
    const later = await browser().post("/api/auth/sign-in/email", { email, password: PASSWORD });
    expect(later.status).toBe(200);
  });

  it("locks unknown addresses alike", async () => {
    const email = freshEmail();
    const codes = new Map<number, number>();
    for (let failure = 0; failure < 12; failure += 1) {
      const response = await browser().post("/api/auth/sign-in/email", { email, password: WRONG_PASSWORD });
      codes.set(response.status, (codes.get(response.status) ?? 0) + 1);
    }
    expect(codes).toEqual(
      new Map([
        [401, 10],
        [429, 2],
      ]),
    );
  });

  it("lets no burst of parallel guesses have more than ten", async () => {
    const email = freshEmail();
    const responses = await Promise.all(
      Array.from({ length: 16 }, () => browser().post("/api/auth/sign-in/email", { email, password: WRONG_PASSWORD })),
    );
    expect(responses.filter((response) => response.status === 401)).toHaveLength(10);
    expect(responses.filter((response) => response.status === 429)).toHaveLength(6);
  });

  it("counts from the start again after a success", async () => {
    const email = freshEmail();
    await namedBrowser(email);
    for (let round = 0; round < 2; round += 1) {
      for (let failure = 0; failure < 6; failure += 1) {
        await browser().post("/api/auth/sign-in/email", { email, password: WRONG_PASSWORD });
      }
      const response = await browser().post("/api/auth/sign-in/email", { email, password: PASSWORD });
      expect(response.status).toBe(200);
    }
  });
});

describe("sessions", () => {
  it("are listed without their tokens and ended one by one", async () => {
    const email = freshEmail();
    const here = await namedBrowser(email);
    const there = browser();
    await there.post(
      "/api/auth/sign-in/email",
      { email, password: PASSWORD },
      { headers: { "user-agent": "Elsewhere/1" } },
    );
    const response = await here.get("/api/sessions");
    const text = await response.text();
    const { sessions } = sessionList.parse(JSON.parse(text));
    expect(sessions.map((entry) => entry.current)).toEqual([false, true]);
    expect(sessions[0]).toMatchObject({ userAgent: "Elsewhere/1", address: there.address });
    const [token = ""] = (there.cookies.get("trade.session_token") ?? "").split(".");
    expect(token.length).toBeGreaterThan(20);
    expect(text).not.toContain(token);

    const other = sessions.find((entry) => !entry.current);
    const ended = await here.send("DELETE", `/api/sessions/${other?.id}`);
    expect(await ended.json()).toEqual({ ended: 1 });
    await expectRefusal(await there.get("/api/session"), 401, "SESSION_EXPIRED");
    expect((await here.get("/api/session")).status).toBe(200);
  });

  it("of somebody else cannot be ended", async () => {
    const mine = await namedBrowser();
    const theirs = await namedBrowser();
    const { sessions } = sessionList.parse(await (await theirs.get("/api/sessions")).json());
    await expectRefusal(await mine.send("DELETE", `/api/sessions/${sessions[0]?.id}`), 404, "NOT_FOUND");
    expect((await theirs.get("/api/session")).status).toBe(200);
  });

  it("end everywhere at once", async () => {
    const email = freshEmail();
    const here = await namedBrowser(email);
    const there = browser();
    await there.post("/api/auth/sign-in/email", { email, password: PASSWORD });
    const response = await here.send("DELETE", "/api/sessions");
    expect(await response.json()).toEqual({ ended: 2 });
    expect([...here.cookies.keys()]).toEqual([]);
    expect(await (await here.get("/api/session")).json()).toEqual({ session: null });
    await expectRefusal(await there.get("/api/session"), 401, "SESSION_EXPIRED");
  });

  it("end everywhere else where that is asked", async () => {
    const email = freshEmail();
    const here = await namedBrowser(email);
    const there = browser();
    await there.post("/api/auth/sign-in/email", { email, password: PASSWORD });
    expect(await (await here.send("DELETE", "/api/sessions?keep=current")).json()).toEqual({ ended: 1 });
    expect((await here.get("/api/session")).status).toBe(200);
    await expectRefusal(await there.get("/api/session"), 401, "SESSION_EXPIRED");
  });

  it("end with signing out, for cookies and tokens", async () => {
    const client = await guestBrowser();
    const kept = new Map(client.cookies);
    expect(await (await client.post("/api/auth/sign-out")).json()).toEqual({ done: true });
    expect(client.cookies.size).toBe(0);
    const thief = browser();
    kept.forEach((value, name) => thief.cookies.set(name, value));
    await expectRefusal(await thief.get("/api/session"), 401, "SESSION_EXPIRED");

    const robot = await guestProgram();
    expect((await robot.post("/api/auth/sign-out")).status).toBe(200);
    await expectRefusal(await robot.get("/api/session"), 401, "SESSION_EXPIRED");
  });

  it("that expired are told from none at all", async () => {
    expect(await (await browser().get("/api/session")).json()).toEqual({ session: null });
    await expectRefusal(await program("no-such-token").get("/api/session"), 401, "SESSION_EXPIRED");
    const robot = await guestProgram();
    await env.DB.prepare("UPDATE sessions SET expires_at = ?")
      .bind(Date.now() - 1000)
      .run();
    await expectRefusal(await robot.get("/api/sessions"), 401, "SESSION_EXPIRED");
  });

  it("cannot be forged", async () => {
    const client = await guestBrowser();
    const value = client.cookies.get("trade.session_token") ?? "";
    client.cookies.set("trade.session_token", `${value.slice(0, -4)}AAA%3D`);
    client.cookies.delete("trade.session_data");
    await expectRefusal(await client.get("/api/session"), 401, "SESSION_EXPIRED");
  });
});

const NEW_PASSWORD = testSecret("password", "purple-turnip-99");

describe("changing the password", () => {
  it("needs the current one, refuses a common one, and signs out everywhere else", async () => {
    const email = freshEmail();
    const here = await namedBrowser(email);
    const there = browser();
    await there.post("/api/auth/sign-in/email", { email, password: PASSWORD });

    const wrong = { currentPassword: WRONG_PASSWORD, newPassword: NEW_PASSWORD };
    const refused = await expectRefusal(await here.post("/api/auth/change-password", wrong), 400, "BAD_REQUEST");
    expect(refused.details).toEqual({ currentPassword: "is wrong" });
    const weak = { currentPassword: PASSWORD, newPassword: testSecret("password", "qwertyuiop12") };
    expect(
      (await expectRefusal(await here.post("/api/auth/change-password", weak), 400, "BAD_REQUEST")).details,
    ).toHaveProperty("newPassword");

    const good = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    expect((await here.post("/api/auth/change-password", good)).status).toBe(200);
    expect((await here.get("/api/session")).status).toBe(200);
    await expectRefusal(await there.get("/api/session"), 401, "SESSION_EXPIRED");
    await expectRefusal(
      await browser().post("/api/auth/sign-in/email", { email, password: PASSWORD }),
      401,
      "UNAUTHENTICATED",
    );
    expect((await browser().post("/api/auth/sign-in/email", { email, password: NEW_PASSWORD })).status).toBe(200);
  });

  it("is nothing for guests", async () => {
    const client = await guestBrowser();
    const request = { currentPassword: "x", newPassword: NEW_PASSWORD };
    await expectRefusal(await client.post("/api/auth/change-password", request), 403, "FORBIDDEN");
  });
});

describe("the name", () => {
  it("can be changed and is shown at once", async () => {
    const client = await namedBrowser();
    expect((await client.post("/api/auth/update-user", { name: "  Grace  " })).status).toBe(200);
    const view = sessionOf(await (await client.get("/api/session")).json());
    expect(view.user.name).toBe("Grace");
  });
});

describe("paths of better-auth that the desk does not offer", () => {
  it.each(["/get-session", "/list-sessions", "/ok", "/error", "/delete-user"])("%s does not exist", async (path) => {
    const client = await guestBrowser();
    await expectRefusal(await client.get(`/api/auth${path}`), 404, "NOT_FOUND");
  });
});

type UserRow = { id: string; trader_id: string; email: string; is_anonymous: number; name: string };

async function userOf(client: { get(path: string): Promise<Response> }): Promise<UserRow> {
  const view = sessionOf(await (await client.get("/api/session")).json());
  const row = await env.DB.prepare("SELECT id, trader_id, email, is_anonymous, name FROM users WHERE id = ?")
    .bind(view.user.id)
    .first<UserRow>();
  if (row === null) {
    throw new Error("no such user");
  }
  return row;
}

function sessionOf(body: unknown): SessionView {
  const { session } = sessionAnswer.parse(body);
  if (session === null) {
    throw new Error("nobody is signed in");
  }
  return session;
}
