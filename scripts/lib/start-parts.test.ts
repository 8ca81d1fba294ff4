import { chmodSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { findChromium } from "./chromium.ts";
import { lockState } from "./lock.ts";
import { freePort, requireFreePort } from "./ports.ts";
import { drawVaultSecret, dropPreviousVaultSecret, ensureSecrets, readSecrets } from "./secrets.ts";
import { readPlaywrightCounts, readVitestCounts, sum } from "./test-counts.ts";

function folder(): string {
  return mkdtempSync(join(tmpdir(), "tradewithai-"));
}

describe("ports", () => {
  it("names a busy port and how to choose another", async () => {
    const port = await freePort();
    const wish = { port, purpose: "the desk", flag: "--port", variable: "PORT" };
    await requireFreePort(wish);
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(port, "127.0.0.1", resolve);
    });
    await expect(requireFreePort(wish)).rejects.toThrow(new RegExp(`Port ${port}, .*--port NUMBER or PORT=NUMBER`));
    await new Promise((resolve) => {
      server.close(resolve);
    });
  });
});

describe("local secrets", () => {
  it("are drawn once, kept afterwards, and readable by their owner only", () => {
    const state = folder();
    const first = ensureSecrets(state);
    expect(first.values["AUTH_SECRET"]).toMatch(/^[\w-]{64}$/);
    expect(first.values["VAULT_SECRET"]).toMatch(/^[\w-]{64}$/);
    expect(first.values["VAULT_SECRET"]).not.toBe(first.values["AUTH_SECRET"]);
    expect(ensureSecrets(state)).toEqual(first);
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    expect(ensureSecrets(folder()).values).not.toEqual(first.values);
  });

  it("are completed without touching what the user wrote", () => {
    const state = folder();
    writeFileSync(join(state, "secrets.env"), "# mine\nOTHER=1\n");
    ensureSecrets(state);
    expect(readFileSync(join(state, "secrets.env"), "utf8")).toMatch(
      /^# mine\nOTHER=1\nAUTH_SECRET=[\w-]{64}\nVAULT_SECRET=[\w-]{64}\n$/,
    );
  });
});

describe("the master of the vault", () => {
  it("is drawn anew beside the old one, which goes when nothing needs it any more", () => {
    const state = folder();
    writeFileSync(join(state, "secrets.env"), "# mine\nOTHER=1\n");
    const { AUTH_SECRET: auth, VAULT_SECRET: old } = ensureSecrets(state).values;
    drawVaultSecret(ensureSecrets(state));
    const both = readSecrets(state);
    expect(both?.values).toMatchObject({ OTHER: "1", AUTH_SECRET: auth, VAULT_SECRET_PREVIOUS: old });
    expect(both?.values["VAULT_SECRET"]).toMatch(/^[\w-]{64}$/);
    expect(both?.values["VAULT_SECRET"]).not.toBe(old);
    expect(statSync(both?.file ?? "").mode & 0o777).toBe(0o600);
    dropPreviousVaultSecret(ensureSecrets(state));
    const { VAULT_SECRET_PREVIOUS: _, ...rest } = both?.values ?? {};
    expect(readSecrets(state)?.values).toEqual(rest);
    expect(readFileSync(both?.file ?? "", "utf8")).toMatch(/^# mine\n/);
  });
});

describe("a state folder", () => {
  it("belongs to one start at a time", () => {
    const state = folder();
    writeFileSync(join(state, "running.pid"), String(process.ppid));
    expect(() => lockState(state)).toThrow(`process ${process.ppid}`);
  });

  it("is free again when its owner is gone", () => {
    const state = folder();
    writeFileSync(join(state, "running.pid"), "999999999");
    const unlock = lockState(state);
    expect(readFileSync(join(state, "running.pid"), "utf8")).toBe(String(process.pid));
    unlock();
    expect(() => statSync(join(state, "running.pid"))).toThrow("ENOENT");
  });
});

describe("the browser of the tests", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("is the one that CHROMIUM_PATH names, if it can be run", () => {
    const path = join(folder(), "chromium");
    writeFileSync(path, "#!/bin/sh\n");
    vi.stubEnv("CHROMIUM_PATH", path);
    expect(findChromium()).toBeUndefined();
    chmodSync(path, 0o755);
    expect(findChromium()).toBe(path);
  });

  it("is found on the PATH otherwise", () => {
    const bin = folder();
    writeFileSync(join(bin, "chromium"), "#!/bin/sh\n", { mode: 0o755 });
    vi.stubEnv("CHROMIUM_PATH", "");
    vi.stubEnv("PATH", bin);
    expect(findChromium()).toBe(join(bin, "chromium"));
  });
});

describe("the sum of tests", () => {
  it("adds both reports, counts a flaky test as passed and a missing report as nothing", () => {
    const state = folder();
    const vitest = join(state, "vitest.json");
    const playwright = join(state, "playwright.json");
    writeFileSync(
      vitest,
      JSON.stringify({ numPassedTests: 10, numFailedTests: 1, numPendingTests: 2, numTodoTests: 0 }),
    );
    writeFileSync(playwright, JSON.stringify({ stats: { expected: 3, flaky: 1, unexpected: 2, skipped: 1 } }));
    expect(sum([readVitestCounts(vitest), readPlaywrightCounts(playwright)])).toEqual({
      passed: 14,
      failed: 3,
      skipped: 3,
    });
    expect(readVitestCounts(join(state, "none.json"))).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });
});
