/** Finds parts of secrets in texts. What is found is told by its place, never by its text. */
import { formsOf } from "./forms.ts";
import type { NotedSecret, SecretKind } from "./kinds.ts";

/** A part of this many characters cannot stand anywhere by chance. */
export const PART = 12;

export type Leak = { readonly what: SecretKind; readonly line: number };

const BASE = 1_000_003;
const BITS = 26;
/** What the oldest character of a window contributes. */
const OLDEST = Array.from({ length: PART - 1 }).reduce<number>((power) => Math.imul(power, BASE), 1);

export class SecretSearch {
  readonly #parts = new Map<string, SecretKind>();
  /** Which hashes occur: nearly every window of a log is passed over by one look. */
  readonly #hashes = new Uint8Array(2 ** (BITS - 3));

  constructor(secrets: readonly NotedSecret[]) {
    for (const { what, secret } of secrets) {
      for (const form of formsOf(secret)) {
        eachWindow(form, (hash, start) => {
          this.#parts.set(form.slice(start, start + PART), what);
          this.#hashes[hash >>> 3] = (this.#hashes[hash >>> 3] ?? 0) | (1 << (hash & 7));
        });
      }
    }
  }

  /** The number of distinct parts that are searched for. */
  get size(): number {
    return this.#parts.size;
  }

  /** The first place of each kind of secret in the text. */
  leaksIn(text: string): readonly Leak[] {
    const leaks = new Map<string, Leak>();
    eachWindow(text, (hash, start) => {
      if (((this.#hashes[hash >>> 3] ?? 0) & (1 << (hash & 7))) !== 0) {
        const what = this.#parts.get(text.slice(start, start + PART));
        if (what !== undefined && !leaks.has(what)) {
          leaks.set(what, { what, line: text.slice(0, start).split("\n").length });
        }
      }
    });
    return [...leaks.values()];
  }
}

/** Every stretch of PART characters, with a hash that is carried along. */
function eachWindow(text: string, visit: (hash: number, start: number) => void): void {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) {
    const leaving = index >= PART ? Math.imul(text.charCodeAt(index - PART), OLDEST) : 0;
    hash = (Math.imul(hash - leaving, BASE) + text.charCodeAt(index)) | 0;
    if (index >= PART - 1) {
      visit((hash ^ (hash >>> 15)) & (2 ** BITS - 1), index - PART + 1);
    }
  }
}
