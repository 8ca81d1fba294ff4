import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { credentialUsePage } from "../../../contract/credentials.ts";
import type { KeySlot } from "../../../domain/venue/keys.ts";
import { Secret } from "../../../durable-objects/lib/secret.ts";
import { Vault } from "../../../durable-objects/lib/vault.ts";
import { KeyConnector } from "../../../durable-objects/trader/credentials/connector.ts";
import { NO_HOOKS } from "../../../durable-objects/trader/credentials/hooks.ts";
import { d1KeyClaims, type KeyClaims } from "../../../durable-objects/trader/credentials/key-claims.ts";
import { Keyring } from "../../../durable-objects/trader/credentials/keyring.ts";
import { restKeyProbe } from "../../../durable-objects/trader/credentials/probe.ts";
import { sealKey, sealSecret } from "../../../durable-objects/trader/credentials/seals.ts";
import { krakenRest } from "../../../durable-objects/trader/kraken/rest/client.ts";
import { RateKeeper } from "../../../durable-objects/trader/kraken/rest/rate-keeper.ts";
import { fetchTransport } from "../../../durable-objects/trader/kraken/rest/transport.ts";
import { NO_NAMES } from "../../../domain/venue/names.ts";
import { guestBrowser, type Client } from "../api/client.ts";
import { ScriptedFeed } from "../trader/scripted-feed.ts";
import {
  claimsOf,
  connect,
  fault,
  PATH,
  piecesOf,
  stateOf,
  storageOf,
  traderOf,
  useKeyExchange,
  type VenueKey,
  venueKeyOf,
} from "./support.ts";

let uninstall: () => void;

beforeEach(async () => {
  await useKeyExchange();
  uninstall = new ScriptedFeed().install();
});
afterEach(() => {
  uninstall();
  vi.restoreAllMocks();
});

type Bench = {
  readonly keyring: Keyring;
  readonly connector: KeyConnector;
  readonly vault: Vault;
  readonly owner: string;
  readonly planned: (number | null)[];
  readonly unexpected: string[];
};

/** The parts over the storage of the trader of that name, as the trader itself has them. */
async function withParts(
  owner: string,
  work: (bench: Bench) => Promise<void>,
  claims: KeyClaims = d1KeyClaims(env.DB),
): Promise<void> {
  await runInDurableObject(env.TRADER.getByName(owner), async (_instance, state) => {
    const vault = new Vault(new Secret(env.VAULT_SECRET), null);
    const now = (): number => Date.now();
    const keyring = new Keyring({ storage: state.storage, vault, owner, now, refusal: null });
    const planned: (number | null)[] = [];
    const unexpected: string[] = [];
    const connector = new KeyConnector({
      keyring,
      vault,
      owner,
      now,
      refusal: null,
      claims,
      probe: restKeyProbe({ base: env.KRAKEN_REST_URL, transport: fetchTransport(), clock: { now, after }, newId }),
      planTidy: (inMs) => planned.push(inMs),
      unexpected: (event) => unexpected.push(event),
    });
    await work({ keyring, connector, vault, owner, planned, unexpected });
  });
}

function newId(): string {
  return crypto.randomUUID();
}

function after(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => {
    clearTimeout(timer);
  };
}

async function submissionOf({ vault, owner }: Bench, { key, secret }: VenueKey, slot: KeySlot = "trading") {
  return {
    slot,
    sealedKey: await sealKey(vault, owner, slot, key),
    sealedSecret: await sealSecret(vault, owner, slot, secret),
    confirmedNoWithdrawal: false,
  };
}

describe("a stored key", () => {
  it("is opened for one call at a time, and each time is written down", async () => {
    const client = await guestBrowser();
    const key = await venueKeyOf();
    await connect(client, key);
    await withParts(await traderOf(client), async ({ keyring }) => {
      expect(keyring.has("trading")).toBe(true);
      expect(keyring.has("history")).toBe(false);
      const opened = await keyring.openSecret("trading", "sign AddOrder");
      const bytes = Uint8Array.from(atob(key.secret), (character) => character.charCodeAt(0));
      expect(opened).toEqual({ ok: true, value: { key: key.key, secretBytes: bytes } });
      await keyring.openSecret("trading", "sign AddOrder");
      await keyring.openSecret("trading", "sign CancelOrder");
      expect(await keyring.openSecret("history", "sign Ledgers")).toMatchObject({
        ok: false,
        error: { code: "NOT_FOUND" },
      });
    });
    const { rows } = credentialUsePage.parse(await (await client.get(`${PATH}/audit`)).json());
    const uses = new Map<string, number>();
    for (const row of rows) {
      uses.set(row.purpose, (uses.get(row.purpose) ?? 0) + row.count);
    }
    expect(Object.fromEntries(uses)).toEqual({ "check the key": 1, "sign AddOrder": 2, "sign CancelOrder": 1 });
    const { trading } = await stateOf(client);
    // To a minute: the runtime's clock stands still between two inputs.
    expect(Math.abs((trading?.lastUsedAt ?? 0) - (trading?.connectedAt ?? 0))).toBeLessThan(60_000);
  });

  it("signs with the one client, and its nonces go on from where the check left off", async () => {
    const client = await guestBrowser();
    const key = await venueKeyOf();
    await connect(client, key);
    await withParts(await traderOf(client), async ({ keyring }) => {
      const nonces = keyring.nonces("trading");
      const first = BigInt(nonces.last() ?? "0");
      expect(first).toBeGreaterThan(BigInt(Date.now() - 60_000) * 1_000n);
      const rest = krakenRest({
        base: env.KRAKEN_REST_URL,
        transport: fetchTransport(),
        clock: { now: () => Date.now(), after },
        nonces,
        names: () => NO_NAMES,
        rates: new RateKeeper({ now: () => Date.now(), save: () => {}, saved: null }),
        credentials: async (method) => {
          const opened = await keyring.openSecret("trading", `sign ${method}`);
          return opened.ok ? opened.value : null;
        },
      });
      expect(await rest.balances()).toMatchObject({ ok: true });
      expect(BigInt(nonces.last() ?? "0")).toBeGreaterThan(first);
    });
  });

  it("that was spoiled in storage is never taken for another, and says so", async () => {
    const [ada, eve] = [await guestBrowser(), await guestBrowser()];
    await connect(ada, await venueKeyOf());
    await connect(eve, await venueKeyOf());
    const [adas, eves] = [await traderOf(ada), await traderOf(eve)];
    const stolen = await runInDurableObject(env.TRADER.getByName(eves), (_instance, state) =>
      state.storage.sql
        .exec<{ key: string; secret: string }>("SELECT sealed_key AS key, sealed_secret AS secret FROM credentials")
        .one(),
    );
    await runInDurableObject(env.TRADER.getByName(adas), (_instance, state) => {
      state.storage.sql.exec("UPDATE credentials SET sealed_key = ?, sealed_secret = ?", stolen.key, stolen.secret);
    });
    await withParts(adas, async ({ keyring }) => {
      expect(await keyring.openSecret("trading", "sign AddOrder")).toMatchObject({
        ok: false,
        error: { code: "KEY_UNREADABLE", details: { reason: "spoiled" } },
      });
    });
    expect((await stateOf(ada)).trading?.lastError?.message).toContain("Enter the key again");
    const test = await ada.post(`${PATH}/test`);
    expect(await test.json()).toMatchObject({ problem: { code: "KEY_UNREADABLE" } });
  });
});

describe("whoever trades with the key", () => {
  it("hears of it when it is connected, confirmed and removed", async () => {
    const owner = await traderOf(await guestBrowser());
    await withParts(owner, async (bench) => {
      const { connector, unexpected } = bench;
      const told: string[] = [];
      connector.attach({
        onConnected: async (slot) => {
          told.push(`connected ${slot}`);
        },
        onRemoved: async (slot) => {
          told.push(`removed ${slot}`);
        },
      });
      const key = await venueKeyOf();
      expect(await connector.connect(await submissionOf(bench, await venueKeyOf({ withdraw: true })))).toMatchObject({
        ok: false,
      });
      expect(told).toEqual([]);
      await connector.connect(await submissionOf(bench, key));
      await connector.test("trading");
      await connector.remove("trading", false);
      await connector.remove("trading", false);
      expect(told).toEqual(["connected trading", "connected trading", "removed trading"]);
      connector.attach({
        onConnected: async () => {
          throw new Error("no");
        },
      });
      expect(await connector.connect(await submissionOf(bench, key))).toMatchObject({ ok: true });
      expect(unexpected).toEqual(["credential_hook_failed"]);
      await connector.remove("trading", false);
    });
  });

  it("keeps the key from being removed under live orders, unless that is forced", async () => {
    const owner = await traderOf(await guestBrowser());
    await withParts(owner, async (bench) => {
      const { connector, keyring } = bench;
      await connector.connect(await submissionOf(bench, await venueKeyOf()));
      connector.attach({ liveOrders: () => 2 });
      const refused = await connector.remove("trading", false);
      expect(refused).toMatchObject({
        ok: false,
        error: { code: "KEY_HAS_LIVE_ORDERS", details: { liveOrders: "2" } },
      });
      expect(keyring.has("trading")).toBe(true);
      expect(await connector.remove("trading", true)).toMatchObject({ ok: true });
      expect(keyring.has("trading")).toBe(false);
    });
  });

  it("is asked to test with its own client, whose queue and counters are those of the key", async () => {
    const owner = await traderOf(await guestBrowser());
    await withParts(owner, async (bench) => {
      await bench.connector.connect(await submissionOf(bench, await venueKeyOf()));
      const asked: KeySlot[] = [];
      bench.connector.attach({
        restOf: (slot) => {
          asked.push(slot);
          return NO_HOOKS.restOf(slot);
        },
      });
      expect(await bench.connector.test("trading")).toMatchObject({ ok: true, value: { problem: null } });
      expect(asked).toEqual(["trading"]);
    });
  });
});

describe("while the database fails", () => {
  const failing: KeyClaims = {
    claim: async () => Promise.reject(new Error("D1_ERROR: Network connection lost.")),
    keepOnly: async () => Promise.reject(new Error("D1_ERROR: Network connection lost.")),
  };

  it("no key is taken", async () => {
    await withParts(
      await traderOf(await guestBrowser()),
      async (bench) => {
        const taken = await bench.connector.connect(await submissionOf(bench, await venueKeyOf()));
        expect(taken).toMatchObject({ ok: false, error: { code: "TEMPORARILY_UNAVAILABLE" } });
        expect(bench.keyring.has("trading")).toBe(false);
      },
      failing,
    );
  });

  it("a key is removed all the same, and its claim later", async () => {
    const client = await guestBrowser();
    await connect(client, await venueKeyOf());
    const owner = await traderOf(client);
    await withParts(
      owner,
      async ({ connector, keyring, planned }) => {
        expect(await connector.remove("trading", false)).toMatchObject({ ok: true });
        expect(keyring.has("trading")).toBe(false);
        expect(planned.at(-1)).toBeGreaterThan(0);
      },
      failing,
    );
    expect(await claimsOf(owner)).toHaveLength(1);
    await withParts(owner, async ({ connector, planned }) => {
      await connector.tidy();
      expect(planned.at(-1)).toBeNull();
    });
    expect(await claimsOf(owner)).toEqual([]);
  });
});

describe("no part of a key", () => {
  it("is in any answer, log line or stored row, whatever is done with it", async () => {
    const lines: string[] = [];
    for (const method of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, method).mockImplementation((...values: unknown[]) => {
        lines.push(values.map(String).join(" "));
      });
    }
    const answers: string[] = [];
    const client = await guestBrowser();
    const thief = await guestBrowser();
    async function ask(who: Client, method: string, path: string, body?: unknown): Promise<void> {
      answers.push(await (await who.send(method, path, body === undefined ? {} : { body })).text());
    }
    const [first, second, broken] = [await venueKeyOf(), await venueKeyOf(), await venueKeyOf({ withdraw: true })];
    const owner = await traderOf(client);
    const pair = ({ key, secret }: VenueKey) => ({ key, secret });
    const endFault = await fault({ kind: "error", target: "GetApiKeyInfo", text: "EGeneral:Internal error", times: 1 });
    await ask(client, "POST", PATH, pair(first));
    await endFault();
    await ask(client, "POST", PATH, { key: first.secret, secret: first.key });
    await ask(client, "POST", PATH, { ...pair(first), otp: first.secret });
    await ask(client, "POST", PATH, pair(broken));
    await ask(client, "POST", PATH, { key: first.key, secret: second.secret });
    await ask(client, "POST", PATH, pair(first));
    await ask(thief, "POST", PATH, pair(first));
    await ask(client, "PUT", PATH, pair(second));
    await ask(client, "POST", `${PATH}/test`, {});
    await ask(client, "GET", PATH);
    await ask(client, "GET", `${PATH}/audit`);
    await ask(client, "GET", "/api/me/export");
    await ask(client, "GET", `${PATH}?key=${encodeURIComponent(first.key)}`);
    const stored = await storageOf(owner);
    expect(stored).toContain("v1.");
    const claims = JSON.stringify(await claimsOf(owner));
    await ask(client, "DELETE", PATH);
    vi.restoreAllMocks();
    expect(answers.join("")).toContain("KEY_CAN_WITHDRAW");
    expect(answers.join("")).toContain("KEY_IN_USE");
    expect(lines.join("\n")).toContain("connect_kraken");
    const places = { answers: answers.join("\n"), log: lines.join("\n"), stored, claims };
    for (const [place, text] of Object.entries(places)) {
      for (const piece of [first, second, broken].flatMap(piecesOf)) {
        expect(text.includes(piece), `${place} contains a part of a key`).toBe(false);
      }
    }
  });
});
