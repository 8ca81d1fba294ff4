import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readMode } from "./modes.ts";

function recording(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "recording-")), "XBTUSD_60.csv");
  writeFileSync(file, text);
  return file;
}

describe("the command line of npm start", () => {
  beforeEach(() => {
    for (const name of ["PORT", "SIM_PORT", "TRADEWITHAI_STATE"]) {
      vi.stubEnv(name, undefined);
    }
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("starts the simulated market on the usual ports when nothing is said", () => {
    const mode = readMode([]);
    expect(mode).toMatchObject({ market: "sim", development: false, desk: { port: 8787 }, simulator: { port: 8790 } });
    expect(mode?.stateFolder).toMatch(/\.state.sim$/);
  });

  it("starts no simulator for the live market", () => {
    expect(readMode(["--live"])).toMatchObject({ market: "live", simulator: undefined });
  });

  it("takes keys of the real Kraken only when it is told to, and says that money is real then", () => {
    const keysOf = (...line: string[]) => readMode(line)?.krakenKeys;
    expect([keysOf(), keysOf("--live"), keysOf("--replay", recording("1"))]).toEqual(["allowed", "refused", "refused"]);
    expect(keysOf("--live", "--allow-kraken-key")).toBe("allowed");
    expect(readMode(["--live", "--allow-kraken-key"])?.title).toContain("real money");
    expect(readMode(["--live"])?.title).not.toContain("real money");
  });

  it("gives every mode and every recording a state folder of its own", () => {
    const first = recording("1,2,3");
    const second = recording("1,2,4");
    const folders = [[], ["--live"], ["--dev"], ["--replay", first], ["--replay", second]].map(
      (line) => readMode(line)?.stateFolder,
    );
    expect(new Set(folders).size).toBe(5);
  });

  it("finds the same state for the same recording under another name", () => {
    expect(readMode(["--replay", recording("1,2,3")])?.stateFolder).toBe(
      readMode(["--replay", recording("1,2,3")])?.stateFolder,
    );
  });

  it("takes a flag before an environment variable", () => {
    vi.stubEnv("PORT", "4000");
    expect(readMode([])?.desk.port).toBe(4000);
    expect(readMode(["--port", "5000"])?.desk.port).toBe(5000);
  });

  it.each([
    [["--port", "0"], "--port / PORT must be a port from 1 to 65535"],
    [["--port", "80a"], "--port / PORT must be a port from 1 to 65535"],
    [["--sim-port", "70000"], "--sim-port / SIM_PORT must be a port from 1 to 65535"],
    [["--replay", "no-such-file.csv"], "There is no file"],
    [["--speed", "5"], "--speed belongs to --replay"],
    [["--from", "2020-03-11"], "--from belongs to --replay"],
    [["--live", "--replay", recording("1")], "exclude each other"],
    [["--allow-kraken-key"], "--allow-kraken-key belongs to npm run start:live"],
    [["--replay", recording("1"), "--speed", "0"], "--speed must be a whole number"],
    [["--nonsense"], "--nonsense"],
  ])("refuses %j with a sentence", (line, sentence) => {
    expect(() => readMode(line)).toThrow(sentence);
  });

  it("answers --help with the usage, by returning nothing to run", () => {
    expect(readMode(["--help"])).toBeUndefined();
  });
});
