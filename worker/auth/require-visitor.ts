/** Route middlewares: nobody passes without a session. */
import type { Next } from "hono";
import type { AppContext } from "../context.ts";
import { refusal } from "../http/problem.ts";
import { findVisitor, type Visitor } from "./visitor.ts";

/** For everything that the trader decides: accepts the signed cookie while D1 is down. */
export async function requireVisitor(c: AppContext, next: Next): Promise<Response | void> {
  return await admit(c, next, "usual");
}

/** For what a session that was just ended elsewhere must not do: tickets, exports, deletion, other sessions. */
export async function requireCheckedVisitor(c: AppContext, next: Next): Promise<Response | void> {
  return await admit(c, next, "authoritative");
}

/** The visitor that a middleware of the route has let in. */
export function visitorOf(c: AppContext): Visitor {
  const visitor = c.var.visitor;
  if (visitor === undefined) {
    throw new Error("the route has no requireVisitor");
  }
  return visitor;
}

async function admit(c: AppContext, next: Next, how: "usual" | "authoritative"): Promise<Response | void> {
  const found = await findVisitor(c, how);
  if (!found.ok) {
    return refusal(c, found.error);
  }
  c.set("visitor", found.value);
  return await next();
}
