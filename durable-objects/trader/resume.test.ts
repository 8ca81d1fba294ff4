import { describe, expect, it } from "vitest";
import { planResume } from "./resume.ts";

const journal = { epoch: "e", seq: 1_000 };

describe("resuming a socket", () => {
  it("sends what was missed, up to 500 events", () => {
    expect(planResume({ epoch: "e", seq: 1_000 }, journal)).toEqual({ type: "events", after: 1_000 });
    expect(planResume({ epoch: "e", seq: 500 }, journal)).toEqual({ type: "events", after: 500 });
  });

  it("sends a snapshot to who is further behind, of another epoch, new, or ahead of the journal", () => {
    for (const client of [
      { epoch: "e", seq: 499 },
      { epoch: "other", seq: 1_000 },
      { epoch: null, seq: 0 },
      { epoch: "e", seq: 1_001 },
    ]) {
      expect(planResume(client, journal)).toEqual({ type: "snapshot" });
    }
  });
});
