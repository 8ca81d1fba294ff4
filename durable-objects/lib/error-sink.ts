import { describeError, logUnexpected, type LogFields } from "./log.ts";

const TIMEOUT_MS = 5_000;

/** Logs an exception that nobody expected and sends it to the configured sink, if there is one; nothing waits for that. */
export function reportUnexpected(
  where: { readonly sinkUrl: string; readonly waitUntil: (promise: Promise<unknown>) => void },
  event: string,
  error: unknown,
  fields: LogFields,
): void {
  logUnexpected(event, error, fields);
  if (where.sinkUrl !== "") {
    where.waitUntil(send(where.sinkUrl, JSON.stringify({ event, ...fields, ...describeError(error) })));
  }
}

async function send(url: string, body: string): Promise<void> {
  try {
    const headers = { "content-type": "application/json" };
    await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    logUnexpected("error_sink_failed", error, {});
  }
}
