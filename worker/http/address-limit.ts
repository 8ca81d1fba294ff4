/**
 * Requests per client address and minute: a shield against one loud client, not an account of fairness. It is counted in
 * the isolate's memory, so at the edge the real bound is this many per isolate; what must be exact (a user's rate, failed
 * sign-ins) is counted in the Trader and in D1. Chosen over the platform's rate-limit binding, which is just as approximate
 * and would have to be bound and paid for in every environment.
 */
import type { Next } from "hono";
import type { AppContext } from "../context.ts";
import { clientAddress } from "./address.ts";
import { refuseWith } from "./problem.ts";

const WINDOW_MS = 60_000;
const MAXIMUM_ADDRESSES = 20_000;
/** On one's own machine every client is 127.0.0.1: tests and benches included. */
const LOCAL_FACTOR = 100;

type Window = { readonly startedAt: number; requests: number };

/** A middleware with a counter of its own that allows `perMinute` requests per address. */
export function limitPerAddress(perMinute: number): (c: AppContext, next: Next) => Promise<Response | void> {
  const windows = new Map<string, Window>();
  return async function limit(c, next) {
    const allowed = c.var.config.environment === "local" ? perMinute * LOCAL_FACTOR : perMinute;
    const now = Date.now();
    const window = currentWindow(windows, clientAddress(c.req.raw.headers), now);
    window.requests += 1;
    if (window.requests <= allowed) {
      return await next();
    }
    const seconds = Math.max(1, Math.ceil((window.startedAt + WINDOW_MS - now) / 1000));
    return refuseWith(
      c,
      "RATE_LIMITED",
      `More than ${allowed} requests in a minute came from your address. Wait ${seconds} s.`,
      { limit: String(allowed), retryAfterSeconds: String(seconds) },
    );
  };
}

function currentWindow(windows: Map<string, Window>, address: string, now: number): Window {
  const known = windows.get(address);
  if (known !== undefined && now - known.startedAt < WINDOW_MS) {
    return known;
  }
  if (windows.size >= MAXIMUM_ADDRESSES) {
    windows.clear();
  }
  const fresh = { startedAt: now, requests: 0 };
  windows.set(address, fresh);
  return fresh;
}
