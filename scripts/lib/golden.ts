import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const framesPerKind = 40;

/**
 * Keeps what a venue really sent, as files that may be shown to others: the first frames of each kind and the REST
 * answers. Public data holds nothing personal; the connection's number is removed all the same.
 */
export class Golden {
  readonly #frames: string[] = [];
  readonly #counts = new Map<string, number>();
  readonly #answers: string[] = [];

  frame(kind: string, text: string): void {
    const count = this.#counts.get(kind) ?? 0;
    if (count < framesPerKind) {
      this.#counts.set(kind, count + 1);
      this.#frames.push(redact(text));
    }
  }

  /** A fetch that also keeps the answer's text, untouched: number tokens lose zeros when they are parsed. */
  async fetch(url: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(url, init);
    const text = await response.text();
    this.#answers.push(JSON.stringify({ path: pathOf(url), status: response.status, body: text.slice(0, 400_000) }));
    return new Response(text, { status: response.status, headers: response.headers });
  }

  /**
   * As fetch, for private calls: what is kept shows shapes and words, and no amount, id or token of the account. What was sent
   * is not kept at all.
   */
  async privateFetch(url: string, init?: RequestInit): Promise<Response> {
    const response = await fetch(url, init);
    const text = await response.text();
    const body = redactPrivate(text).slice(0, 400_000);
    this.#answers.push(JSON.stringify({ path: pathOf(url), status: response.status, body }));
    return new Response(text, { status: response.status, headers: response.headers });
  }

  write(folder: string): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "frames.ndjson"), `${this.#frames.join("\n")}\n`);
    writeFileSync(join(folder, "rest.ndjson"), `${this.#answers.join("\n")}\n`);
  }
}

function redact(text: string): string {
  return text.replace(/"connection_id":\s*\d+/g, '"connection_id":0').replaceAll("\n", " ");
}

/** Digits become 0 and ids Xs; tokens and names of keys go. Words, field names and shapes stay. */
export function redactPrivate(text: string): string {
  return text
    .replace(/"(token|name|api_key|apiKey|key|iban|info)"\s*:\s*"[^"]*"/g, '"$1":"redacted"')
    .replace(/\b[OTLQ][A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{6}\b/g, "XXXXXX-XXXXX-XXXXXX")
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
    .replace(/(?<![A-Za-z_])\d/g, "0");
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
