import { appendFileSync } from "node:fs";

/**
 * Adds a secret of the exchange to the file that TRADE_NOTED_SECRETS names, if it names one: a run of the tests searches its logs for
 * every secret that was drawn.
 */
export function noteSecret(what: string, secret: string): void {
  const file = process.env["TRADE_NOTED_SECRETS"] ?? "";
  if (file !== "") {
    appendFileSync(file, `${JSON.stringify({ what, secret })}\n`, { mode: 0o600 });
  }
}
