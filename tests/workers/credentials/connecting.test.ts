import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  credentialUsePage,
  krakenCredentials,
  krakenTest,
  type KrakenCredentialsView,
} from "../../../contract/credentials.ts";
import { DELETE_CONFIRMATION } from "../../../contract/auth.ts";
import { expectRefusal, guestBrowser, guestProgram } from "../api/client.ts";
import { ScriptedFeed } from "../trader/scripted-feed.ts";
import {
  ALL_TRADING,
  claimsOf,
  connect,
  fault,
  PATH,
  stateOf,
  traderOf,
  useKeyExchange,
  venueKeyOf,
  withoutKeyInfo,
} from "./support.ts";
import { testSecret } from "../../support/secrets.ts";

const READING = ["query-closed-trades", "query-ledger", "query-funds", "query-open-trades"];

let uninstall: () => void;
let endFault: (() => Promise<void>) | null = null;

beforeEach(async () => {
  await useKeyExchange();
  uninstall = new ScriptedFeed().install();
});
afterEach(async () => {
  uninstall();
  await endFault?.();
  endFault = null;
  vi.restoreAllMocks();
});

describe("connecting a Kraken key", () => {
  it("asks Kraken at once and tells what the key may do, never the key", async () => {
    const client = await guestBrowser();
    expect(await stateOf(client)).toEqual({ refusal: null, trading: null, history: null });
    const key = await venueKeyOf();
    const response = await connect(client, key);
    expect(response.status).toBe(200);
    const { trading, history } = krakenCredentials.parse(await response.json());
    expect(history).toBeNull();
    expect(trading).toMatchObject({ slot: "trading", name: "desk", permissionsSource: "told", lastError: null });
    expect(trading?.fingerprint).toMatch(/^[0-9a-f]{8}$/);
    const granted = trading?.permissions.filter((each) => each.granted === true).map((each) => each.permission);
    expect(granted).toEqual(ALL_TRADING);
    expect(trading?.permissions.at(-1)).toMatchObject({
      permission: "withdraw-funds",
      granted: false,
      wanted: "forbidden",
    });
    // The account behind it has begun to use the key.
    const later = await stateOf(client);
    expect({ ...later.trading, lastUsedAt: null }).toEqual({ ...trading, lastUsedAt: null });
    expect(await claimsOf(await traderOf(client))).toHaveLength(1);
  });

  it("twice with the same key changes nothing", async () => {
    const client = await guestBrowser();
    const key = await venueKeyOf();
    await connect(client, key);
    const before = await stateOf(client);
    expect((await connect(client, key)).status).toBe(200);
    const after = await stateOf(client);
    expect(after.trading?.fingerprint).toBe(before.trading?.fingerprint);
    expect(after.trading?.connectedAt).toBe(before.trading?.connectedAt);
    expect(await claimsOf(await traderOf(client))).toHaveLength(1);
  });

  it("with a key that can withdraw is refused, with the reason and the way to mend it", async () => {
    const client = await guestBrowser();
    const error = await expectRefusal(
      await connect(client, await venueKeyOf({ withdraw: true })),
      422,
      "KEY_CAN_WITHDRAW",
    );
    expect(error.message).toMatch(/can withdraw money.*untick “Withdraw funds”/);
    expect((await stateOf(client)).trading).toBeNull();
    expect(await claimsOf(await traderOf(client))).toEqual([]);
  });

  it("with a key that lacks permissions names each of them and what it prevents", async () => {
    const client = await guestBrowser();
    const key = await venueKeyOf({ permissions: ["query-funds", "query-open-trades", "query-closed-trades"] });
    const error = await expectRefusal(await connect(client, key), 422, "KEY_LACKS_PERMISSION");
    expect(error.details).toEqual({
      "query-ledger": "reading deposits, withdrawals and fees",
      "modify-trades": "placing and changing orders",
      "close-trades": "cancelling orders",
      "create-ws-token": "hearing of fills at once, over the private connection",
    });
    expect((await stateOf(client)).trading).toBeNull();
  });

  it("with a key that Kraken does not know, or a secret that does not fit, is refused", async () => {
    const client = await guestBrowser();
    const key = await venueKeyOf();
    const other = await venueKeyOf();
    const wrong = await expectRefusal(await connect(client, { ...key, secret: other.secret }), 422, "KEY_REFUSED");
    expect(wrong.details["kraken"]).toBe("EAPI:Invalid signature");
    const unknown = { ...key, key: key.key.split("").toReversed().join("") };
    expect((await expectRefusal(await connect(client, unknown), 422, "KEY_REFUSED")).details["kraken"]).toBe(
      "EAPI:Invalid key",
    );
    expect((await stateOf(client)).trading).toBeNull();
    expect(await claimsOf(await traderOf(client))).toEqual([]);
    // Nothing of a refused attempt is left to be in somebody else's way.
    expect((await connect(await guestBrowser(), key)).status).toBe(200);
  });

  it("while Kraken does not answer stores nothing and says so", async () => {
    const client = await guestBrowser();
    endFault = await fault({ kind: "html520", target: "GetApiKeyInfo" });
    const key = await venueKeyOf();
    const error = await expectRefusal(await connect(client, key), 503, "TEMPORARILY_UNAVAILABLE");
    expect(error.message).toContain("Kraken could not be asked about this key");
    expect((await stateOf(client)).trading).toBeNull();
    await endFault();
    endFault = null;
    expect((await connect(client, key)).status).toBe(200);
  });

  it("with something that is no key says which field is wrong and does not repeat it", async () => {
    const client = await guestBrowser();
    const { key, secret } = await venueKeyOf();
    for (const [body, field] of [
      [{ key: secret, secret }, "key"],
      [{ key, secret: key }, "secret"],
      [{ key: "too-short", secret }, "key"],
      [{ key, secret: testSecret("secret of the exchange", `${secret.slice(0, -1)}!`) }, "secret"],
      [{ key }, "secret"],
      [{ key, secret, slot: "other" }, "slot"],
      [{ key, secret, otp: "123" }, "otp"],
    ] as const) {
      const response = await client.post(PATH, body);
      const text = await response.clone().text();
      const error = await expectRefusal(response, 400, "BAD_REQUEST");
      expect(Object.keys(error.details), JSON.stringify(body)).toEqual([field]);
      expect(text).not.toContain(secret.slice(0, 12));
      expect(text).not.toContain(key.slice(0, 12));
    }
  });

  it("of another user is refused, until that user lets it go", async () => {
    const [ada, eve] = [await guestBrowser(), await guestBrowser()];
    const key = await venueKeyOf();
    expect((await connect(ada, key)).status).toBe(200);
    const error = await expectRefusal(await connect(eve, key), 409, "KEY_IN_USE");
    expect(error.message).toContain("in use by another user");
    expect((await stateOf(eve)).trading).toBeNull();
    expect((await stateOf(ada)).trading).not.toBeNull();
    expect((await ada.send("DELETE", PATH)).status).toBe(200);
    expect(await claimsOf(await traderOf(ada))).toEqual([]);
    expect((await connect(eve, key)).status).toBe(200);
  });

  it("of two users at once lets exactly one have it", async () => {
    const clients = await Promise.all([guestBrowser(), guestBrowser(), guestBrowser()]);
    const key = await venueKeyOf();
    const answers = await Promise.all(clients.map((client) => connect(client, key)));
    expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 409, 409]);
  });

  it("is free again when its user is deleted", async () => {
    const [ada, eve] = [await guestBrowser(), await guestBrowser()];
    const key = await venueKeyOf();
    await connect(ada, key);
    const traderId = await traderOf(ada);
    const gone = await ada.send("DELETE", "/api/me", { body: { confirmation: DELETE_CONFIRMATION } });
    expect(gone.status).toBe(200);
    expect(await claimsOf(traderId)).toEqual([]);
    expect((await connect(eve, key)).status).toBe(200);
  });

  it("needs a session, and one that was not ended elsewhere", async () => {
    const nobody = await guestProgram();
    expect((await connect(nobody, await venueKeyOf())).status).toBe(200);
    await nobody.post("/api/auth/sign-out");
    await expectRefusal(await connect(nobody, await venueKeyOf()), 401, "SESSION_EXPIRED");
  });
});

describe("where Kraken does not tell what a key may do", () => {
  beforeEach(async () => {
    endFault = await withoutKeyInfo();
  });

  it("its permissions are tried by calls that change nothing, and the user says that it cannot withdraw", async () => {
    const client = await guestBrowser();
    const key = await venueKeyOf();
    const error = await expectRefusal(await connect(client, key), 422, "KEY_UNCONFIRMED");
    expect(error.message).toContain("Withdraw funds");
    expect((await stateOf(client)).trading).toBeNull();
    const response = await connect(client, key, { confirmedNoWithdrawal: true });
    expect(response.status).toBe(200);
    const { trading } = krakenCredentials.parse(await response.json());
    expect(trading).toMatchObject({ name: null, permissionsSource: "tried" });
    expect(trading?.permissions.map((each) => each.granted)).toEqual([...ALL_TRADING.map(() => true), null]);
  });

  it.each(ALL_TRADING)("the lack of %s is found", async (missing) => {
    const client = await guestBrowser();
    const key = await venueKeyOf({ permissions: ALL_TRADING.filter((each) => each !== missing) });
    const refused = await connect(client, key, { confirmedNoWithdrawal: true });
    const error = await expectRefusal(refused, 422, "KEY_LACKS_PERMISSION");
    expect(Object.keys(error.details)).toEqual([missing]);
  });
});

describe("a key for history", () => {
  it("only reads, and stands beside the trading key", async () => {
    const client = await guestBrowser();
    const trading = await venueKeyOf();
    const history = await venueKeyOf({ permissions: READING });
    await connect(client, trading);
    const twice = await expectRefusal(await connect(client, trading, { slot: "history" }), 409, "CONFLICT");
    expect(twice.message).toContain("connected already, for trading");
    const can = await expectRefusal(
      await connect(client, await venueKeyOf(), { slot: "history" }),
      422,
      "KEY_CAN_TRADE",
    );
    expect(Object.keys(can.details)).toEqual(["modify-trades", "close-trades"]);
    expect((await connect(client, history, { slot: "history" })).status).toBe(200);
    const state = await stateOf(client);
    expect([state.trading?.slot, state.history?.slot]).toEqual(["trading", "history"]);
    expect(await claimsOf(await traderOf(client))).toHaveLength(2);
    expect((await client.send("DELETE", `${PATH}?slot=history`)).status).toBe(200);
    expect((await stateOf(client)).trading).toEqual(state.trading);
    expect(await claimsOf(await traderOf(client))).toHaveLength(1);
  });
});

/** Without when the keys last signed: the account behind the trading key uses it all the time. */
function unused({ trading, history }: KrakenCredentialsView): readonly unknown[] {
  return [trading, history].map((each) => (each === null ? null : { ...each, lastUsedAt: null }));
}

describe("replacing a key", () => {
  it("leaves what is blank unchanged", async () => {
    const client = await guestBrowser();
    const key = await venueKeyOf();
    await connect(client, key);
    const before = await stateOf(client);
    for (const body of [{}, { key: "", secret: "" }, { key: "  " }]) {
      expect((await client.send("PUT", PATH, { body })).status).toBe(200);
      expect(unused(await stateOf(client))).toEqual(unused(before));
    }
    // The secret alone: with it and the stored key Kraken is asked again.
    expect((await client.send("PUT", PATH, { body: { key: "", secret: key.secret } })).status).toBe(200);
    const after = await stateOf(client);
    expect(after.trading?.fingerprint).toBe(before.trading?.fingerprint);
    expect(after.trading?.connectedAt).toBe(before.trading?.connectedAt);
    const other = await venueKeyOf();
    const refused = await client.send("PUT", PATH, { body: { secret: other.secret } });
    await expectRefusal(refused, 422, "KEY_REFUSED");
    const tested = krakenTest.parse(await (await client.post(`${PATH}/test`)).json());
    expect(tested.problem?.message ?? null).toBeNull();
  });

  it("takes the new one only when it is good, and lets the old one go", async () => {
    const [client, other] = [await guestBrowser(), await guestBrowser()];
    const [first, second] = [await venueKeyOf(), await venueKeyOf()];
    await expectRefusal(await client.send("PUT", PATH, { body: first }), 400, "BAD_REQUEST");
    const { key, secret } = first;
    await expectRefusal(await client.send("PUT", PATH, { body: { key, secret } }), 404, "NOT_FOUND");
    await connect(client, first);
    const before = await stateOf(client);
    await expectRefusal(await connect(client, second), 409, "CONFLICT");
    const bad = await venueKeyOf({ withdraw: true });
    const refused = await client.send("PUT", PATH, { body: { key: bad.key, secret: bad.secret } });
    await expectRefusal(refused, 422, "KEY_CAN_WITHDRAW");
    expect(unused(await stateOf(client))).toEqual(unused(before));
    const replaced = await client.send("PUT", PATH, { body: { key: second.key, secret: second.secret } });
    expect(replaced.status).toBe(200);
    expect((await stateOf(client)).trading?.fingerprint).not.toBe(before.trading?.fingerprint);
    expect((await connect(other, first)).status).toBe(200);
    await expectRefusal(await connect(await guestBrowser(), second), 409, "KEY_IN_USE");
  });
});

describe("testing the connection", () => {
  it("tells what is wrong now and keeps it as the last error until it works again", async () => {
    const client = await guestBrowser();
    await expectRefusal(await client.post(`${PATH}/test`), 404, "NOT_FOUND");
    await connect(client, await venueKeyOf());
    endFault = await fault({ kind: "error", target: "GetApiKeyInfo", text: "EAPI:Invalid key" });
    const failed = krakenTest.parse(await (await client.post(`${PATH}/test`)).json());
    expect(failed.problem).toMatchObject({ code: "KEY_REFUSED", details: { kraken: "EAPI:Invalid key" } });
    expect(failed.credential.lastError?.message).toBe(failed.problem?.message);
    expect((await stateOf(client)).trading?.lastError).toEqual(failed.credential.lastError);
    await endFault();
    endFault = null;
    const good = krakenTest.parse(await (await client.post(`${PATH}/test`)).json());
    expect(good).toMatchObject({ problem: null, credential: { lastError: null } });
  });
});

describe("the log of decryptions", () => {
  it("has every use with its purpose, newest first, and its owner alone reads it", async () => {
    const client = await guestBrowser();
    const empty = credentialUsePage.parse(await (await client.get(`${PATH}/audit`)).json());
    expect(empty).toEqual({ rows: [], next: null });
    await connect(client, await venueKeyOf());
    await client.post(`${PATH}/test`);
    await connect(client, await venueKeyOf({ permissions: READING }), { slot: "history" });
    const { trading, history } = await stateOf(client);
    const { rows, next } = credentialUsePage.parse(await (await client.get(`${PATH}/audit`)).json());
    expect(next).toBeNull();
    // The account that trades with the key asks with its own client, once it lives; its reads are in the log too.
    const checks = rows.filter(({ purpose }) => ["check the key", "sign GetApiKeyInfo"].includes(purpose));
    const total = (slot: string): number =>
      checks.filter((row) => row.slot === slot).reduce((sum, row) => sum + row.count, 0);
    expect([total("trading"), total("history")]).toEqual([2, 1]);
    expect(rows.find(({ slot }) => slot === "history")).toMatchObject({
      purpose: "check the key",
      fingerprint: history?.fingerprint,
    });
    expect(rows.at(-1)).toMatchObject({ slot: "trading", fingerprint: trading?.fingerprint });
    const first = credentialUsePage.parse(await (await client.get(`${PATH}/audit?limit=1`)).json());
    expect(first.rows).toHaveLength(1);
    const rest = credentialUsePage.parse(await (await client.get(`${PATH}/audit?cursor=${first.next}`)).json());
    const paged = [...first.rows, ...rest.rows].map(({ id }) => Number(id));
    expect(paged).toEqual(paged.toSorted((left, right) => right - left));
    expect(paged).toEqual(expect.arrayContaining(rows.map(({ id }) => Number(id))));
    await expectRefusal(await client.get(`${PATH}/audit?cursor=nonsense`), 400, "BAD_REQUEST");
    expect((await stateOf(await guestBrowser())).trading).toBeNull();
    const foreign = credentialUsePage.parse(await (await (await guestBrowser()).get(`${PATH}/audit`)).json());
    expect(foreign.rows).toEqual([]);
  });
});

describe("removing a key", () => {
  it("forgets it, and can be repeated", async () => {
    const client = await guestBrowser();
    await connect(client, await venueKeyOf());
    for (const _ of [1, 2]) {
      const response = await client.send("DELETE", PATH);
      expect(krakenCredentials.parse(await response.json())).toEqual({ refusal: null, trading: null, history: null });
    }
    await expectRefusal(await client.send("DELETE", `${PATH}?force=perhaps`), 400, "BAD_REQUEST");
  });
});

describe("a desk that takes no keys", () => {
  it("says why and how to change it, uses none that it has, and still lets it be removed", async () => {
    const client = await guestBrowser();
    await connect(client, await venueKeyOf());
    const trader = env.TRADER.getByName(await traderOf(client));
    Object.assign(env, { KRAKEN_KEYS: "refused" });
    await evictDurableObject(trader);
    try {
      const state = await stateOf(client);
      expect(state.refusal).toContain("npm run start:live -- --allow-kraken-key");
      expect(state.trading).not.toBeNull();
      const key = await venueKeyOf();
      for (const response of [
        await connect(client, key),
        await client.send("PUT", PATH, { body: { key: key.key, secret: key.secret } }),
        await client.post(`${PATH}/test`),
      ]) {
        expect((await expectRefusal(response, 403, "KEYS_NOT_ACCEPTED")).message).toBe(state.refusal);
      }
      expect(krakenCredentials.parse(await (await client.send("DELETE", PATH)).json()).trading).toBeNull();
    } finally {
      Object.assign(env, { KRAKEN_KEYS: "allowed" });
    }
  });
});
