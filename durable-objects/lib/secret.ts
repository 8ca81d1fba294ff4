/**
 * Text that must not be shown. Printing, logging or serialising it gives "[redacted]"; only `reveal` gives the text, so
 * that a search for `reveal(` finds every place where a secret is used.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return "[redacted]";
  }

  toJSON(): string {
    return "[redacted]";
  }

  /** What console.log prints in Workers and Node alike. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[redacted]";
  }
}
