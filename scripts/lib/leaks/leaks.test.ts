import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { root } from "../paths.ts";
import { searchNotedLogs } from "./logs.ts";
import { LOGS_VARIABLE, noteLog, noteSecrets, SECRETS_VARIABLE } from "./noted.ts";
import { PART, SecretSearch } from "./search.ts";
import { SECRET_KINDS, type NotedSecret } from "./kinds.ts";

const SECRET = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==";
const noted: NotedSecret = { what: "secret of the exchange", secret: SECRET };

function contains(text: string): boolean {
  return new SecretSearch([noted]).leaksIn(text).length > 0;
}

describe("a part of a secret", () => {
  it("is found wherever it is cut out, in whatever it stands", () => {
    fc.assert(
      fc.property(fc.nat(SECRET.length - PART), fc.string(), fc.string(), (start, before, after) => {
        expect(contains(`${before}${SECRET.slice(start, start + PART)}${after}`)).toBe(true);
      }),
    );
  });

  it("is found in every way of writing it", () => {
    const bytes = Buffer.from(SECRET, "base64");
    const whole = `${Buffer.from(`key:${SECRET}`).toString("base64")} and more`;
    const ways = [
      SECRET,
      encodeURIComponent(SECRET),
      encodeURIComponent(SECRET).toLowerCase(),
      Buffer.from(SECRET).toString("base64"),
      Buffer.from(SECRET).toString("base64url"),
      Buffer.from(SECRET).toString("hex"),
      bytes.toString("hex"),
      bytes.toString("hex").toUpperCase(),
      bytes.toString("base64url"),
      JSON.stringify({ secret: SECRET }),
      whole,
      Buffer.from(`a${SECRET}`).toString("base64"),
      Buffer.from(`an${SECRET}`).toString("base64"),
    ];
    for (const way of ways) {
      const middle = Math.floor(way.length / 2) - 15;
      expect(contains(`{"event":"x","value":"${way.slice(middle, middle + 30)}"}`), way).toBe(true);
    }
  });

  it("is told by its line and kind, not by its text", () => {
    const [leak] = new SecretSearch([noted]).leaksIn(`one\ntwo\nkey ${SECRET.slice(5, 30)}\n`);
    expect(leak).toEqual({ what: "secret of the exchange", line: 3 });
  });

  it("that is shorter, or other text, is not found", () => {
    expect(contains(SECRET.slice(0, PART - 1))).toBe(false);
    expect(contains(SECRET.split("").toReversed().join(""))).toBe(false);
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => !contains(text)));
  });
});

describe("the stage of npm test that searches the logs", () => {
  const folders: string[] = [];

  afterEach(() => {
    vi.unstubAllEnvs();
    folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true }));
  });

  function newFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), "tradewithai-leaks-"));
    folders.push(folder);
    mkdirSync(join(folder, "logs"));
    return folder;
  }

  function runStage(logs: Readonly<Record<string, string>>, secrets: readonly object[] = [noted]) {
    const folder = newFolder();
    for (const [name, text] of Object.entries(logs)) {
      writeFileSync(join(folder, "logs", name), text);
    }
    const file = join(folder, "secrets.jsonl");
    writeFileSync(file, secrets.map((each) => `${JSON.stringify(each)}\n`).join(""));
    const { status, stdout } = spawnSync(process.execPath, ["scripts/test.ts", "--only", "secrets"], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, [SECRETS_VARIABLE]: file, [LOGS_VARIABLE]: join(folder, "logs") },
    });
    return { status, stdout };
  }

  it("passes logs without one", () => {
    const { status, stdout } = runStage({ "worker.log": "all is well\n" });
    expect(stdout).toContain("1 logs with 12 characters hold no part of 1 secrets.");
    expect(status).toBe(0);
  });

  it("fails when one log holds a part of one, and does not print it", () => {
    const { status, stdout } = runStage({
      "unit.log": "all is well\n",
      "worker.log": `one\n{"event":"request","key":"${SECRET.slice(20, 20 + PART)}"}\n`,
    });
    expect(status).toBe(1);
    expect(stdout).toContain("worker.log:2 contains a part of a secret (secret of the exchange)");
    expect(stdout).not.toContain(SECRET.slice(20, 20 + PART));
  });

  it("fails when a kind of secret that the tests use was not noted, or too short to be found", () => {
    const folder = newFolder();
    vi.stubEnv(SECRETS_VARIABLE, join(folder, "secrets.jsonl"));
    vi.stubEnv(LOGS_VARIABLE, join(folder, "logs"));
    noteLog("worker", "all is well\n");
    noteSecrets(
      SECRET_KINDS.map((what): NotedSecret => ({ what, secret: what === "session" ? "short" : `${what} ${SECRET}` })),
    );
    expect(searchNotedLogs([], ["secret of the exchange"])).toBeUndefined();
    expect(searchNotedLogs([], SECRET_KINDS)).toBe("of these kinds no secret was noted: session");
  });

  it("fails when there was nothing to look for or nothing to look at", () => {
    expect(runStage({}).status).toBe(1);
    expect(runStage({ "worker.log": "all is well\n" }, []).status).toBe(1);
  });
});
