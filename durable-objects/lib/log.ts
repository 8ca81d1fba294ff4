/**
 * One structured line per request, command and socket event. The platform indexes JSON lines, so fields have one spelling
 * everywhere: ids, `code` (an error code or "OK") and `ms`. Only plain values are taken: there is no way to log an object
 * that happens to contain a key.
 */
export type LogValue = string | number | boolean | null;
export type LogFields = Readonly<Record<string, LogValue>>;

export function log(event: string, fields: LogFields): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/** Logs an exception that nobody expected, once, with the ids of what was being done. */
export function logUnexpected(event: string, error: unknown, fields: LogFields): void {
  console.error(JSON.stringify({ event, ...fields, ...describeError(error) }));
}

/** Name, message and stack of anything thrown. */
export function describeError(error: unknown): { readonly error: string; readonly stack: string } {
  if (error instanceof Error) {
    return { error: `${error.name}: ${error.message}`, stack: error.stack ?? "" };
  }
  return { error: String(error), stack: "" };
}
