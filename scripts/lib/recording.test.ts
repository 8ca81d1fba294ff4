import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { finestTimeframe } from "./recording.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "recording-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function recordingOf(...minutes: readonly number[]): string {
  const file = join(folder, "recording.csv");
  writeFileSync(file, minutes.map((minute) => `${1_577_836_800 + minute * 60},1,1,1,1,1,1\n`).join(""));
  return file;
}

describe("a recording", () => {
  it("tells apart what its closest rows do, though intervals without trades are left out", () => {
    expect(finestTimeframe(recordingOf(0, 120, 180, 300))).toBe("1h");
    expect(finestTimeframe(recordingOf(0, 3, 4))).toBe("1m");
    expect(finestTimeframe(recordingOf(0, 1_440, 2_880))).toBe("1d");
  });

  it("is taken for the next longer timeframe when the desk has none of its own, and for minutes when it tells nothing", () => {
    expect(finestTimeframe(recordingOf(0, 30, 60))).toBe("1h");
    expect(finestTimeframe(recordingOf(0, 10_080))).toBe("1d");
    expect(finestTimeframe(recordingOf(0))).toBe("1m");
    expect(finestTimeframe(recordingOf())).toBe("1m");
  });
});
