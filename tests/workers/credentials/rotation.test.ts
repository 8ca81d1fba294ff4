import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { krakenTest } from "../../../contract/credentials.ts";
import { resealAnswer } from "../../../contract/operator.ts";
import { makeOperatorProof, OPERATOR_PROOF_HEADER } from "../../../durable-objects/lib/operator-proof.ts";
import { Secret } from "../../../durable-objects/lib/secret.ts";
import { Vault } from "../../../durable-objects/lib/vault.ts";
import { resealEverything } from "../../../scripts/lib/reseal.ts";
import { createApp } from "../../../worker/app.ts";
import { type Client, expectRefusal, guestBrowser, ORIGIN } from "../api/client.ts";
import { ScriptedFeed } from "../trader/scripted-feed.ts";
import { claimsOf, connect, PATH, stateOf, storageOf, traderOf, useKeyExchange, venueKeyOf } from "./support.ts";

const OLD = env.VAULT_SECRET;
const NEW = "another-vault-secret-for-tests-9876543210";

let uninstall: () => void;

beforeEach(async () => {
  await useKeyExchange();
  uninstall = new ScriptedFeed().install();
});
afterEach(() => {
  uninstall();
  Object.assign(env, { VAULT_SECRET: OLD, VAULT_SECRET_PREVIOUS: "" });
  vi.restoreAllMocks();
});

/** Restarts the desk with these masters: the worker, and the objects of these traders. */
async function restart(masters: Partial<Env>, traderIds: readonly string[]) {
  Object.assign(env, masters);
  for (const traderId of traderIds) {
    // An account that reads with its key may be waiting for room in the counters: it is killed, not waited for.
    await kill(traderId);
  }
  const bindings = { ...env, ...masters };
  const app = createApp();
  return async (request: Request): Promise<Response> => {
    const context = createExecutionContext();
    const response = await app.fetch(request, bindings, context);
    await waitOnExecutionContext(context);
    return response;
  };
}

async function kill(traderId: string): Promise<void> {
  await runInDurableObject(env.TRADER.getByName(traderId), (_trader, state) => {
    state.abort("killed by the test");
  }).catch(() => {});
}

/** The same browser at the restarted desk. */
async function browserAt(fetch: (request: Request) => Promise<Response>, session: Client): Promise<Client> {
  const client = await guestBrowser(fetch);
  client.cookies.clear();
  session.cookies.forEach((value, name) => client.cookies.set(name, value));
  return client;
}

async function rotate(fetch: (request: Request) => Promise<Response>, secret = NEW) {
  return await resealEverything(
    ORIGIN,
    secret,
    () => {},
    async (url, init) => fetch(new Request(url, init)),
  );
}

describe("rotating the vault's master", () => {
  it("encrypts every key anew, after which the old secret can be dropped", { timeout: 120_000 }, async () => {
    const [ada, eve] = [await guestBrowser(), await guestBrowser()];
    const keys = [await venueKeyOf(), await venueKeyOf()] as const;
    await connect(ada, keys[0]);
    await connect(ada, await venueKeyOf({ permissions: ["query-closed-trades", "query-ledger"] }), { slot: "history" });
    await connect(eve, keys[1]);
    const traders = [await traderOf(ada), await traderOf(eve)] as const;
    const oldVersion = await new Vault(new Secret(OLD), null).version();
    const newVersion = await new Vault(new Secret(NEW), null).version();
    const claims = await claimsOf(traders[0]);
    const before = await stateOf(ada);
    expect(await storageOf(traders[0])).toContain(`v1.${oldVersion}.`);

    // Both side by side: everything goes on, and a key is still nobody else's.
    const both = await restart({ VAULT_SECRET: NEW, VAULT_SECRET_PREVIOUS: OLD }, traders);
    const adaThen = await browserAt(both, ada);
    const test = krakenTest.parse(await (await adaThen.post(`${PATH}/test`)).json());
    expect(test.problem).toBeNull();
    const thief = await guestBrowser(both);
    await expectRefusal(await connect(thief, keys[1]), 409, "KEY_IN_USE");

    expect(await rotate(both)).toMatchObject({ resealed: 3, current: 0, unreadable: 0, failed: 0 });
    expect(await rotate(both)).toMatchObject({ resealed: 0, current: 3, unreadable: 0, failed: 0 });
    const after = await claimsOf(traders[0]);
    expect(after).toHaveLength(2);
    expect(after.filter((mark) => claims.includes(mark))).toEqual([]);
    await expectRefusal(await connect(thief, keys[1]), 409, "KEY_IN_USE");

    // The old one is gone.
    const alone = await restart({ VAULT_SECRET: NEW, VAULT_SECRET_PREVIOUS: "" }, traders);
    for (const [index, session] of [ada, eve].entries()) {
      const client = await browserAt(alone, session);
      const tested = krakenTest.parse(await (await client.post(`${PATH}/test`)).json());
      expect(tested.problem).toBeNull();
      const stored = await storageOf(traders[index] ?? "");
      expect(stored).toContain(`v1.${newVersion}.`);
      expect(stored).not.toContain(oldVersion);
    }
    const now = await stateOf(await browserAt(alone, ada));
    expect(now.trading?.fingerprint).toBe(before.trading?.fingerprint);
    expect(now.trading?.connectedAt).toBe(before.trading?.connectedAt);
    await expectRefusal(await connect(await guestBrowser(alone), keys[1]), 409, "KEY_IN_USE");
  });

  it("dropped too early leaves keys unread, says so, and is mended by bringing the old secret back", async () => {
    const ada = await guestBrowser();
    const key = await venueKeyOf();
    await connect(ada, key);
    const traders = [await traderOf(ada)];
    const early = await restart({ VAULT_SECRET: NEW, VAULT_SECRET_PREVIOUS: "" }, traders);
    const client = await browserAt(early, ada);
    const lost = krakenTest.parse(await (await client.post(`${PATH}/test`)).json());
    expect(lost.problem).toMatchObject({ code: "KEY_UNREADABLE", details: { reason: "version" } });
    expect(await rotate(early)).toMatchObject({ resealed: 0, failed: 0 });
    expect((await rotate(early)).unreadable).toBeGreaterThan(0);

    const both = await restart({ VAULT_SECRET: NEW, VAULT_SECRET_PREVIOUS: OLD }, traders);
    expect((await rotate(both)).unreadable).toBe(0);
    const found = await (await browserAt(both, ada)).post(`${PATH}/test`);
    expect(krakenTest.parse(await found.json()).problem).toBeNull();
  });

  it("goes page by page, and can be taken up again", async () => {
    const both = await restart({ VAULT_SECRET: NEW, VAULT_SECRET_PREVIOUS: OLD }, []);
    const vault = new Vault(new Secret(NEW), null);
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const body: string = JSON.stringify({ cursor, limit: 2 });
      const headers = {
        "content-type": "application/json",
        [OPERATOR_PROOF_HEADER]: await makeOperatorProof(vault, Date.now(), body),
      };
      const request = new Request(`${ORIGIN}/api/operator/vault/reseal`, { method: "POST", headers, body });
      const page = resealAnswer.parse(await (await both(request)).json());
      seen.push(page.traders);
      cursor = page.next;
    } while (cursor !== null);
    const users = await env.DB.prepare("SELECT COUNT(*) AS count FROM users").first<number>("count");
    expect(seen.reduce((sum, traders) => sum + traders, 0)).toBe(users);
    expect(seen.length).toBeGreaterThan(1);
  });

  it("is done for nobody who does not know the current secret, or knew it once", async () => {
    const both = await restart({ VAULT_SECRET: NEW, VAULT_SECRET_PREVIOUS: OLD }, []);
    await expect(rotate(both, OLD)).rejects.toThrow("does not run with this VAULT_SECRET");
    const body = JSON.stringify({ cursor: null });
    const vault = new Vault(new Secret(NEW), null);
    const good = await makeOperatorProof(vault, Date.now(), body);
    const proofs: (string | null)[] = [
      null,
      "",
      "nonsense",
      good.replace(/.$/, (last) => (last === "0" ? "1" : "0")),
      await makeOperatorProof(vault, Date.now() - 6 * 60_000, body),
      await makeOperatorProof(vault, Date.now(), `${body} `),
      good.replace(/^\d+/, String(Date.now() + 1)),
    ];
    for (const proof of proofs) {
      const headers = new Headers({ "content-type": "application/json" });
      if (proof !== null) {
        headers.set(OPERATOR_PROOF_HEADER, proof);
      }
      const request = new Request(`${ORIGIN}/api/operator/vault/reseal`, { method: "POST", headers, body });
      await expectRefusal(await both(request), 403, "FORBIDDEN");
    }
  });
});
