/**
 * The front door of the sockets. Who may come in is decided here, where a refusal costs no object; the object gets the
 * principal in a header that is always overwritten, and never sees cookies or tokens.
 */
import type { Hono } from "hono";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { SOCKET_PRINCIPAL_HEADER } from "../../durable-objects/trader/port.ts";
import { takeTicket } from "../auth/tickets.ts";
import { findVisitor, principalOf, type Visitor } from "../auth/visitor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import type { Config } from "../env.ts";
import { clientAddress } from "../http/address.ts";
import { isUpgrade } from "../http/origin.ts";
import { refusal, refuseWith } from "../http/problem.ts";
import { assistantObject, marketSocketObject, traderObject, type Upgradable } from "../objects.ts";
import { reportUnexpected } from "../telemetry.ts";

/** Sub-protocol under which a browser of another origin hands over a ticket: ["trade-ticket", ticket]. */
export const TICKET_PROTOCOL = "trade-ticket";

const ticketHeader = /^ticket\s+(\S+)$/i;
const PRIVATE_HEADERS = ["cookie", "authorization", "sec-websocket-protocol", SOCKET_PRINCIPAL_HEADER];

export function addSocketRoutes(app: Hono<AppEnv>): void {
  app.get("/ws/market", async (c) => {
    if (!isUpgrade(c.req.raw)) {
      return notASocket(c);
    }
    const address = clientAddress(c.req.raw.headers);
    return await upgrade(c, marketSocketObject(c.env, c.var.config, address), stripped(c));
  });

  app.get("/ws/trader", (c) => ownSocket(c, traderObject));
  app.get("/ws/assistant", (c) => ownSocket(c, assistantObject));
}

type OwnObject = (env: Env, config: Config, traderId: string) => Upgradable;

/** A socket of an object of the visitor's own. */
async function ownSocket(c: AppContext, own: OwnObject): Promise<Response> {
  if (!isUpgrade(c.req.raw)) {
    return notASocket(c);
  }
  const found = await socketVisitor(c);
  if (!found.ok) {
    return refusal(c, found.error);
  }
  const visitor = found.value;
  c.set("visitor", visitor);
  const headers = stripped(c);
  headers.set(SOCKET_PRINCIPAL_HEADER, JSON.stringify(principalOf(visitor)));
  return await upgrade(c, own(c.env, c.var.config, visitor.traderId), headers);
}

async function socketVisitor(c: AppContext): Promise<Result<Visitor>> {
  const ticket = ticketOf(c);
  if (ticket === null) {
    return await findVisitor(c);
  }
  const visitor = await takeTicket(c.env, ticket, Date.now());
  return visitor === null
    ? refuse("UNAUTHENTICATED", "The ticket is used, too old or unknown. Ask for a new one.")
    : ok(visitor);
}

function ticketOf(c: AppContext): string | null {
  const [protocol, ticket] = (c.req.header("sec-websocket-protocol") ?? "").split(",").map((part) => part.trim());
  if (protocol === TICKET_PROTOCOL && ticket !== undefined) {
    return ticket;
  }
  return ticketHeader.exec(c.req.header("authorization") ?? "")?.[1] ?? null;
}

async function upgrade(c: AppContext, target: Upgradable, headers: Headers): Promise<Response> {
  let response: Response;
  try {
    response = await target.fetch(new Request(c.req.raw, { headers }));
  } catch (error) {
    reportUnexpected(c, error);
    return refuseWith(
      c,
      "TEMPORARILY_UNAVAILABLE",
      "The desk cannot be reached right now. Try again in a few seconds.",
    );
  }
  if (response.webSocket === null || ticketProtocol(c) === null) {
    return response;
  }
  // A browser that offered a sub-protocol drops the connection unless one of them is chosen.
  return new Response(null, {
    status: 101,
    webSocket: response.webSocket,
    headers: { "sec-websocket-protocol": TICKET_PROTOCOL },
  });
}

function ticketProtocol(c: AppContext): string | null {
  return c.req.header("sec-websocket-protocol")?.startsWith(TICKET_PROTOCOL) === true ? TICKET_PROTOCOL : null;
}

function stripped(c: AppContext): Headers {
  const headers = new Headers(c.req.raw.headers);
  for (const name of PRIVATE_HEADERS) {
    headers.delete(name);
  }
  return headers;
}

function notASocket(c: AppContext): Response {
  return refuseWith(c, "BAD_REQUEST", "This address is a WebSocket: connect with the upgrade header.");
}
