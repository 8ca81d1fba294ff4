import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import type { Section } from "../lib/report.ts";
import { thousands } from "../lib/statistics.ts";

const figures = z.object({
  feed: z.number(),
  books: z.number(),
  triggers: z.array(z.object({ levels: z.number(), bytes: z.number(), nanoseconds: z.number() })),
});

/** Heap of the feed's books and trigger levels, and the cost of a print by levels that it does not cross. */
export function benchMemory(): Section {
  const script = join(import.meta.dirname, "measure.ts");
  const output = execFileSync(process.execPath, ["--expose-gc", script], { encoding: "utf8" });
  const { feed, books, triggers } = figures.parse(
    JSON.parse(output.split("\n").find((line) => line.startsWith('{"feed":')) ?? "{}"),
  );
  const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  return {
    title: "Feed memory and triggers",
    method:
      "Heap after garbage collection in a process of its own; prints that reach no level, best of 20 rounds of 1,000.",
    rows: [
      {
        what: "a feed of 50 symbols, books at depth 100, tapes full",
        figure: megabytes(feed),
        against: "budget 64 MB, candles and rows in SQLite not counted",
      },
      { what: "50 books of depth 100 alone", figure: megabytes(books), against: "" },
      ...triggers.flatMap(({ levels, bytes, nanoseconds }) => [
        {
          what: `${thousands(levels)} trigger levels`,
          figure: megabytes(bytes),
          against: levels === 100_000 ? "budget 40 MB" : "",
        },
        {
          what: `a print that crosses none of ${thousands(levels)}`,
          figure: `${nanoseconds.toFixed(0)} ns`,
          against: "must not grow with the levels",
        },
      ]),
    ],
  };
}
