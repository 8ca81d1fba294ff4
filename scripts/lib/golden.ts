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

  write(folder: string): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "frames.ndjson"), `${this.#frames.join("\n")}\n`);
    writeFileSync(join(folder, "rest.ndjson"), `${this.#answers.join("\n")}\n`);
  }
}

function redact(text: string): string {
  return text.replace(/"connection_id":\s*\d+/g, '"connection_id":0').replaceAll("\n", " ");
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
