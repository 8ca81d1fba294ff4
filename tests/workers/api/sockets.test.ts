import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { accountList } from "../../../contract/accounts.ts";
import { CLOSE_CODES } from "../../../contract/close-codes.ts";
import { socketTicket } from "../../../contract/session.ts";
import { traderServerFrame, type TraderServerFrame } from "../../../contract/trader-socket.ts";
import { SOCKET_PRINCIPAL_HEADER } from "../../../durable-objects/trader/port.ts";
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
  program,
} from "./client.ts";

const UPGRADE = { upgrade: "websocket" };

let uninstall: () => void;

beforeEach(() => {
  uninstall = new ScriptedFeed().install();
});
afterEach(() => {
  uninstall();
});

type Socket = {
  readonly frames: TraderServerFrame[];
  readonly closed: Promise<number>;
  readonly socket: WebSocket;
  waitFor(type: TraderServerFrame["type"]): Promise<TraderServerFrame>;
};

function open(response: Response): Socket {
  const socket = response.webSocket;
  expect(response.status).toBe(101);
  if (socket === null) {
    throw new Error("the upgrade was refused");
  }
  const frames: TraderServerFrame[] = [];
  let notify = (): void => undefined;
  socket.addEventListener("message", (event) => {
    if (event.data !== "pong") {
      frames.push(traderServerFrame.parse(JSON.parse(String(event.data))));
      notify();
    }
  });
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener("close", (event) => {
      resolve(event.code);
    });
  });
  socket.accept();
  return {
    frames,
    closed,
    socket,
    async waitFor(type) {
      for (;;) {
        const found = frames.find((frame) => frame.type === type);
        if (found !== undefined) {
          return found;
        }
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
    },
  };
}

async function connect(client: Client, headers: Record<string, string> = {}): Promise<Socket> {
  const socket = open(await client.get("/ws/trader", { headers: { ...UPGRADE, ...headers } }));
  socket.socket.send(JSON.stringify({ type: "resume", epoch: null, seq: 0 }));
  return socket;
}

async function ticketOf(client: Client): Promise<string> {
  const response = await client.post("/api/ws-ticket");
  const { ticket, expiresAt } = socketTicket.parse(await response.json());
  expect(expiresAt - Date.now()).toBeLessThanOrEqual(30_000);
  return ticket;
}

describe("/ws/trader", () => {
  it("opens for a page with its cookie and shows its own accounts", async () => {
    const client = await guestBrowser();
    const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
    const socket = await connect(client);
    const snapshot = await socket.waitFor("snapshot");
    expect(snapshot).toMatchObject({ accounts: [{ account: { id: accounts[0]?.id } }] });
    socket.socket.close(1000);
  });

  it("opens for a program with its bearer token", async () => {
    const socket = await connect(await guestProgram());
    expect(await socket.waitFor("hello")).toMatchObject({ protocol: 1 });
    socket.socket.close(1000);
  });

  it("opens once with a ticket, in a header or as a sub-protocol", async () => {
    const owner = await guestProgram();
    const inHeader = await ticketOf(owner);
    const socket = await connect(program(), { authorization: `Ticket ${inHeader}` });
    await socket.waitFor("snapshot");
    const again = await program().get("/ws/trader", { headers: { ...UPGRADE, authorization: `Ticket ${inHeader}` } });
    await expectRefusal(again, 401, "UNAUTHENTICATED");

    const inProtocol = await ticketOf(owner);
    const headers = { ...UPGRADE, "sec-websocket-protocol": `trade-ticket, ${inProtocol}` };
    const response = await program().get("/ws/trader", { headers });
    expect(response.headers.get("sec-websocket-protocol")).toBe("trade-ticket");
    open(response).socket.close(1000);
    await expectRefusal(await program().get("/ws/trader", { headers }), 401, "UNAUTHENTICATED");
    socket.socket.close(1000);
  });

  it("gives a ticket to exactly one of two takers", async () => {
    const ticket = await ticketOf(await guestProgram());
    const responses = await Promise.all(
      Array.from({ length: 5 }, () =>
        program().get("/ws/trader", { headers: { ...UPGRADE, authorization: `Ticket ${ticket}` } }),
      ),
    );
    expect(responses.map((response) => response.status).toSorted((left, right) => left - right)).toEqual([
      101, 401, 401, 401, 401,
    ]);
    responses.forEach((response) => {
      response.webSocket?.accept();
      response.webSocket?.close(1000);
    });
  });

  it("refuses tickets that are too old, whose session has ended, or that never were", async () => {
    const owner = await guestProgram();
    const old = await ticketOf(owner);
    await env.DB.prepare("UPDATE socket_tickets SET expires_at = ?")
      .bind(Date.now() - 1)
      .run();
    const orphan = await ticketOf(owner);
    const asOld = await program().get("/ws/trader", { headers: { ...UPGRADE, authorization: `Ticket ${old}` } });
    await expectRefusal(asOld, 401, "UNAUTHENTICATED");
    await owner.post("/api/auth/sign-out");
    for (const ticket of [orphan, "0".repeat(64), "x"]) {
      const response = await program().get("/ws/trader", {
        headers: { ...UPGRADE, authorization: `Ticket ${ticket}` },
      });
      await expectRefusal(response, 401, "UNAUTHENTICATED");
    }
  });

  it("stores no ticket that could be read back", async () => {
    const ticket = await ticketOf(await guestProgram());
    const rows = await env.DB.prepare("SELECT hash FROM socket_tickets").all<{ hash: string }>();
    expect(rows.results.length).toBeGreaterThan(0);
    expect(rows.results.every((row) => row.hash !== ticket && /^[0-9a-f]{64}$/.test(row.hash))).toBe(true);
  });

  it("refuses nobody, and whoever names a principal himself", async () => {
    await expectRefusal(await browser().get("/ws/trader", { headers: UPGRADE }), 401, "UNAUTHENTICATED");
    const forged = JSON.stringify({ userId: "x", sessionId: "y", sessionExpiresAt: Date.now() + 1e6, via: "page" });
    const headers = { ...UPGRADE, [SOCKET_PRINCIPAL_HEADER]: forged };
    await expectRefusal(await browser().get("/ws/trader", { headers }), 401, "UNAUTHENTICATED");

    const client = await guestBrowser();
    const socket = await connect(client, { [SOCKET_PRINCIPAL_HEADER]: forged });
    const snapshot = await socket.waitFor("snapshot");
    const { accounts } = accountList.parse(await (await client.get("/api/accounts")).json());
    expect(snapshot).toMatchObject({ accounts: [{ account: { id: accounts[0]?.id } }] });
    socket.socket.close(1000);
  });

  it("is no page", async () => {
    await expectRefusal(await browser().get("/ws/trader"), 400, "BAD_REQUEST");
    await expectRefusal(await browser().get("/ws/market"), 400, "BAD_REQUEST");
    await expectRefusal(await browser().post("/ws/trader"), 405, "METHOD_NOT_ALLOWED");
  });

  it("closes with 4401 when the session is ended from elsewhere, and the other stays", async () => {
    const email = freshEmail();
    const here = await namedBrowser(email);
    const there = browser();
    await there.post("/api/auth/sign-in/email", { email, password: PASSWORD });
    const mine = await connect(here);
    const other = await connect(there);
    await Promise.all([mine.waitFor("snapshot"), other.waitFor("snapshot")]);
    await here.send("DELETE", "/api/sessions?keep=current");
    expect(await other.closed).toBe(CLOSE_CODES.sessionEnded);
    mine.socket.send("ping");
    const order = { symbol: "BTC/USD", side: "buy", type: "limit", quantity: "1", limitPrice: "90" };
    const { accounts } = accountList.parse(await (await here.get("/api/accounts")).json());
    await here.write("POST", `/api/accounts/${accounts[0]?.id}/orders`, order);
    await mine.waitFor("event");
    await here.send("DELETE", "/api/sessions");
    expect(await mine.closed).toBe(CLOSE_CODES.sessionEnded);
  });

  it("closes with 4401 at sign-out and when a guest signs up, whose new session opens it again", async () => {
    const client = await guestBrowser();
    const asGuest = await connect(client);
    const before = await asGuest.waitFor("snapshot");
    const sign = { name: "Ada", email: freshEmail(), password: PASSWORD };
    expect((await client.post("/api/auth/sign-up/email", sign)).status).toBe(200);
    expect(await asGuest.closed).toBe(CLOSE_CODES.sessionEnded);
    const named = await connect(client);
    const after = await named.waitFor("snapshot");
    expect(after.type === "snapshot" && before.type === "snapshot" && after.epoch === before.epoch).toBe(true);
    await client.post("/api/auth/sign-out");
    expect(await named.closed).toBe(CLOSE_CODES.sessionEnded);
  });
});
