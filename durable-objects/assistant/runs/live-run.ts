/**
 * A run while it is under way: what has come of its answer, what of that was sent. Deltas are put together for a moment, so that a
 * fast model is one frame and one row per interval and not one per token.
 */
import { visibleSoFar } from "../../../domain/assistant/visible.ts";
import type { FinishReason } from "../../../domain/assistant/outcome.ts";
import type { RawReply } from "../storage/run-table.ts";
import type { ModelEvent, Tokens } from "../wire/call.ts";

export type DeltaChannel = "text" | "thinking";

/** Longest wait of a delta; the first is sent at once. */
const COALESCE_MS = 30;
/** No answer of use is longer; a model that runs wild is cut off here. */
export const LONGEST_ANSWER = 400_000;

type Kept = { readonly reply: RawReply; readonly thinking: string };

export class LiveRun {
  /** Aborts the call at the provider; the reason says who did. */
  readonly controller = new AbortController();
  raw = "";
  tokens: Tokens | null = null;
  finish: FinishReason = "interrupted";
  readonly #sent: Record<DeltaChannel, string> = { text: "", thinking: "" };
  #thinking = "";
  #refusal = "";
  #length = 0;
  readonly #tools = new Map<number, string>();
  /** The reply before this one, of a run that was asked again. */
  #before: Kept | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #onDelta: (channel: DeltaChannel, text: string) => void;

  constructor(onDelta: (channel: DeltaChannel, text: string) => void) {
    this.#onDelta = onDelta;
  }

  /** Whether anything of the answer has come: from then on nothing is tried again. */
  get hasBegun(): boolean {
    return this.raw !== "" || this.#thinking !== "" || this.#refusal !== "" || this.#tools.size > 0;
  }

  /** What it handed in by our tool, as far as it has come. */
  get toolArguments(): readonly string[] {
    return [...this.#tools.values()];
  }

  get refusal(): string | null {
    return this.#refusal === "" ? null : this.#refusal;
  }

  /** How much has come, shown or not. */
  get length(): number {
    return this.#length;
  }

  /** As it came so far. */
  get reply(): RawReply {
    const { raw, toolArguments, finish, refusal } = this;
    return { text: raw, toolArguments: [...toolArguments], finish, refusal };
  }

  /** What the trader sees of the answer. */
  get text(): string {
    return visibleSoFar(this.raw);
  }

  get thinking(): string {
    return this.#thinking;
  }

  /** Takes what the stream brought. True when it is the first of the answer. */
  take(event: ModelEvent): boolean {
    const first = !this.hasBegun;
    this.#length += "text" in event ? event.text.length : 0;
    switch (event.type) {
      case "headers":
        return false;
      case "text":
        this.raw += event.text;
        break;
      case "thinking":
        this.#thinking += event.text;
        break;
      case "tool":
        this.#tools.set(event.call, (this.#tools.get(event.call) ?? "") + event.text);
        return first;
      case "refusal":
        this.#refusal += event.text;
        return first;
      case "usage":
        this.tokens = event.tokens;
        return false;
      case "end":
        this.finish = event.finish;
        return false;
    }
    if (first) {
      this.flush();
    } else {
      this.#timer ??= setTimeout(() => {
        this.flush();
      }, COALESCE_MS);
    }
    return first;
  }

  /** Sends what has come since the last time. */
  flush(): void {
    if (this.#timer !== null) {
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    for (const [channel, all] of [
      ["thinking", this.#thinking],
      ["text", this.text],
    ] as const) {
      const sent = this.#sent[channel];
      if (all.length > sent.length && all.startsWith(sent)) {
        this.#sent[channel] = all;
        this.#onDelta(channel, all.slice(sent.length));
      }
    }
  }

  /** Begins anew, for a reply that is asked again. */
  restart(): void {
    this.flush();
    this.#before = { reply: this.reply, thinking: this.#thinking };
    this.#clear();
  }

  /** The reply before this one, of which nothing came. True when there is one. */
  takeBack(): boolean {
    if (this.#before === null || this.hasBegun) {
      return false;
    }
    const { reply, thinking } = this.#before;
    this.#before = null;
    this.raw = reply.text;
    this.#thinking = thinking;
    this.#refusal = reply.refusal ?? "";
    for (const [call, text] of reply.toolArguments.entries()) {
      this.#tools.set(call, text);
    }
    this.finish = reply.finish;
    this.flush();
    return true;
  }

  #clear(): void {
    this.raw = "";
    this.#thinking = "";
    this.#sent.text = "";
    this.#sent.thinking = "";
    this.#refusal = "";
    this.#length = 0;
    this.#tools.clear();
    this.tokens = null;
    this.finish = "interrupted";
  }
}
