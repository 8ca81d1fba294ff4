/**
 * Every message of a private subscription is numbered, from 1 with the snapshot (PROTOCOL §6.1). Whatever does not continue
 * the count means that something was missed, or that the venue began anew without telling.
 */
import type { FrameKind } from "./execution-stream-rows.ts";

/**
 * next: continues the count. duplicate: the very frame was here before. gap: frames are missing, or a number came again with
 * other content. unordered: the count is lost already, only what stands for itself may be taken from the frame.
 */
export type SequenceVerdict = "next" | "duplicate" | "gap" | "unordered";

/** Frames that are recognised when they come again. */
const REMEMBERED = 100;

export class SequenceGate {
  #state: "lost" | "awaiting" | "counting" = "lost";
  #expected = 0;
  readonly #recent = new Map<number, string>();

  /** Whether all frames since a snapshot were seen. */
  get counting(): boolean {
    return this.#state === "counting";
  }

  /** A subscription was asked for: its snapshot starts the count anew. */
  expectSnapshot(): void {
    this.#state = "awaiting";
    this.#recent.clear();
  }

  /** The count can not be trusted until the next snapshot that was asked for. */
  lose(): void {
    this.#state = "lost";
    this.#recent.clear();
  }

  /** Judges a frame; `text` is what tells a repeated frame from another one with the same number. */
  judge(kind: FrameKind, sequence: number, text: string): SequenceVerdict {
    if (this.#state === "awaiting" && kind === "snapshot") {
      this.#state = "counting";
      this.#expected = sequence;
    }
    if (this.#state !== "counting") {
      return "unordered";
    }
    if (sequence < this.#expected && this.#recent.get(sequence) === text) {
      return "duplicate";
    }
    if (sequence !== this.#expected) {
      this.lose();
      return "gap";
    }
    this.#expected += 1;
    this.#recent.set(sequence, text);
    this.#recent.delete(sequence - REMEMBERED);
    return "next";
  }
}
