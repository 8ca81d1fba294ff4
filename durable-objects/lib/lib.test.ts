import { describe, expect, it } from "vitest";
import { answerableCode, closeQuietly } from "./close-quietly.ts";
import { DeadlineExceeded, withDeadline } from "./deadline.ts";

describe("closing a socket", () => {
  it("answers reserved and impossible codes with 1000", () => {
    expect([1000, 1001, 1005, 1006, 1015, 999, 4401, 5000].map(answerableCode)).toEqual([
      1000, 1001, 1000, 1000, 1000, 1000, 4401, 1000,
    ]);
  });

  it("does not mind that it is closed", () => {
    const closed = {
      close: () => {
        throw new TypeError("closed");
      },
    };
    expect(closeQuietly(closed, 1000, "")).toBe(false);
    expect(closeQuietly({ close: () => {} }, 4401, "x".repeat(200))).toBe(true);
  });
});

describe("a deadline", () => {
  it("passes on what comes in time and rejects what does not", async () => {
    expect(await withDeadline(Promise.resolve(1), 1_000, "one")).toBe(1);
    await expect(withDeadline(Promise.reject(new Error("no")), 1_000, "one")).rejects.toThrow("no");
    const late = withDeadline(new Promise(() => {}), 5, "the feed");
    await expect(late).rejects.toThrow(DeadlineExceeded);
    await expect(late).rejects.toThrow("the feed took longer than 5 ms");
  });
});
