import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { visibleSoFar } from "../../../domain/assistant/visible.ts";
import { LiveRun } from "./live-run.ts";
import { MOST_WAITING, MOST_WAITING_OF_ONE, Slots } from "./slots.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function recorded(): { readonly live: LiveRun; readonly deltas: string[] } {
  const deltas: string[] = [];
  return { live: new LiveRun((channel, text) => deltas.push(`${channel}:${text}`)), deltas };
}

describe("a run under way", () => {
  it("sends the first of an answer at once and puts what follows together", () => {
    const { live, deltas } = recorded();
    expect(live.take({ type: "text", text: "One" })).toBe(true);
    expect(deltas).toEqual(["text:One"]);
    for (const text of [" two", " three", " four"]) {
      expect(live.take({ type: "text", text })).toBe(false);
    }
    expect(deltas).toHaveLength(1);
    vi.advanceTimersByTime(30);
    expect(deltas).toEqual(["text:One", "text: two three four"]);
  });

  it("takes its first reply back where nothing comes of the second, whole and shown again, and never once something has", () => {
    const { live, deltas } = recorded();
    expect(live.takeBack()).toBe(false);
    live.take({ type: "thinking", text: "Hm." });
    live.take({ type: "text", text: "First" });
    live.take({ type: "tool", call: 0, text: "{" });
    live.take({ type: "end", finish: "length" });
    const first = live.reply;
    live.restart();
    expect(live.reply).toEqual({ text: "", toolArguments: [], finish: "interrupted", refusal: null });
    deltas.length = 0;
    expect(live.takeBack()).toBe(true);
    expect(live.reply).toEqual(first);
    expect(deltas).toEqual(["thinking:Hm.", "text:First"]);
    live.restart();
    live.take({ type: "text", text: "Second" });
    expect(live.takeBack()).toBe(false);
    expect(live.raw).toBe("Second");
  });

  it("keeps thinking apart from the answer, and the decision out of what is shown", () => {
    const { live, deltas } = recorded();
    live.take({ type: "thinking", text: "Hm." });
    live.take({ type: "text", text: 'Buy.\n\n```json\n{"proposals": []}\n```' });
    live.flush();
    expect(deltas).toEqual(["thinking:Hm.", "text:Buy."]);
    expect(live.raw).toContain("proposals");
  });

  it("shows the same in the end however the stream was cut, and never takes anything back", () => {
    const text = 'The price is 64,250.\n\nI would wait.\n\n```json\n{"proposals": [{"action": "hold"}]}\n```';
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: text.length - 1 }), { maxLength: 20 }), (cuts) => {
        const { live, deltas } = recorded();
        const places = [0, ...[...new Set(cuts)].toSorted((left, right) => left - right), text.length];
        for (const [index, start] of places.slice(0, -1).entries()) {
          live.take({ type: "text", text: text.slice(start, places[index + 1]) });
          if (index % 2 === 0) {
            live.flush();
          }
        }
        live.flush();
        expect(deltas.map((delta) => delta.slice("text:".length)).join("")).toBe(visibleSoFar(text));
      }),
    );
  });
});

describe("places to wait for a provider", () => {
  it("are never more than four, and never more than three of one provider", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(8), fc.constantFrom("a", "b", "c"), fc.boolean())), (steps) => {
        const slots = new Slots();
        const held = new Map<string, string>();
        for (const [number, provider, takes] of steps) {
          const id = `${number}`;
          if (takes && !held.has(id)) {
            const ofOne = [...held.values()].filter((other) => other === provider).length;
            const free = held.size < MOST_WAITING && ofOne < MOST_WAITING_OF_ONE;
            expect(slots.take(id, provider)).toBe(free);
            if (free) {
              held.set(id, provider);
            }
          } else {
            expect(slots.free(id)).toBe(held.delete(id));
          }
        }
      }),
    );
  });
});
