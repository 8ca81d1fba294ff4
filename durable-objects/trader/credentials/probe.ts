/**
 * Finding out what a key may do: Kraken tells (GetApiKeyInfo), or else each permission is tried by a call that changes
 * nothing. Whether a key can withdraw is never tried.
 */
import { decimal } from "../../../domain/decimal.ts";
import type { Instrument, Milliseconds } from "../../../domain/market.ts";
import type { VenueFailure, VenueReply } from "../../../domain/venue/failure.ts";
import type { KeyFindings } from "../../../domain/venue/keys.ts";
import type { KeyPermission, VenueOrderWish, VenueUrgency } from "../../../domain/venue/wishes.ts";
import { NO_NAMES } from "../../../domain/venue/names.ts";
import type { KrakenRest, KrakenRestPorts, NonceStore, RestCredentials } from "../kraken/rest/api.ts";
import { krakenRest } from "../kraken/rest/client.ts";
import { RateKeeper } from "../kraken/rest/rate-keeper.ts";

/** A key that may not be stored yet. `credentials` decrypts anew for every call. */
export type KeyToProbe = {
  /** The client that calls with this key already, when there is one: calls of one key go through one queue. */
  readonly rest: KrakenRest | null;
  readonly credentials: () => Promise<RestCredentials | null>;
  readonly nonces: NonceStore;
  /** Ledger rows that the desk's account has seen at Kraken: the key of another Kraken account does not show them. */
  readonly knownLedgerIds: readonly string[];
};

/** Fails when the exchange does not answer, or refuses the key itself (class `suspended`). */
export type KrakenKeyProbe = (key: KeyToProbe) => Promise<VenueReply<KeyFindings>>;

export type ProbePorts = Pick<KrakenRestPorts, "base" | "transport" | "clock"> & {
  /** A random UUID. */
  readonly newId: () => string;
};

/** The probe over Kraken's REST API. A key that nothing calls with yet has used up nothing of its counters. */
export function restKeyProbe({ base, transport, clock, newId }: ProbePorts): KrakenKeyProbe {
  return async ({ rest, credentials, nonces, knownLedgerIds }) => {
    const now = (): Milliseconds => clock.now();
    const rates = new RateKeeper({ now, save: () => {}, saved: null });
    const own = { base, transport, clock, nonces, credentials, rates, names: () => NO_NAMES };
    // Nothing else calls with a new key yet, so nothing needs the reserve of its counters.
    if (rest !== null) {
      return findPermissions(rest, "ordinary", newId, now);
    }
    const client = krakenRest(own);
    const findings = await findPermissions(client, "protective", newId, now);
    const mayTell = findings.ok && findings.value.permissions["query-ledger"] === true && knownLedgerIds.length > 0;
    if (!mayTell) {
      return findings;
    }
    const shown = await client.queryLedgers(knownLedgerIds.slice(0, MOST_KNOWN), { urgency: "protective" });
    return shown.ok ? (shown.value.length > 0 ? findings : { ok: false, failure: OTHER_ACCOUNT }) : shown;
  };
}

const MOST_KNOWN = 20;
/** Two ledgers never share an id (PROTOCOL §2.6). */
const OTHER_ACCOUNT: VenueFailure = {
  class: "refused",
  text: "key of another account",
  message:
    "This key belongs to another Kraken account than the one that this desk account has been keeping. Orders and holdings of the two must not mix: use a key of the same Kraken account, or connect this one as another user of the desk.",
  retryAt: null,
};

const DENIED = /^EGeneral\s*:\s*Permission denied/i;
const UNKNOWN_METHOD = /^EGeneral\s*:\s*Unknown method/i;
/** Refusals that come after the permission was checked. */
const PERMITTED = /^(?:EOrder|EQuery|ETrade)\s*:|^EGeneral\s*:\s*Invalid arguments|^EService\s*:\s*Market in/i;
const TRIAL_DEADLINE_MS = 10_000;

/** Any listed pair would do: the order is only checked, and refused or not it tells the permission. */
const TRIAL_PAIR: Instrument = {
  symbol: "BTC/USD",
  restName: "XXBTZUSD",
  base: "BTC",
  quote: "USD",
  priceDecimals: 1,
  tickSize: decimal("0.1"),
  quantityDecimals: 8,
  baseDecimals: 10,
  quoteDecimals: 4,
  costDecimals: 5,
  minimumQuantity: decimal("0.00005"),
  minimumCost: decimal("0.5"),
  status: "online",
};

type Trials = Pick<
  KrakenRest,
  | "apiKeyInfo"
  | "balances"
  | "openOrders"
  | "closedOrders"
  | "ledgers"
  | "validateOrder"
  | "cancelOrder"
  | "webSocketsToken"
>;

/** What the key that the client signs with may do. `newId`: a random UUID. */
export async function findPermissions(
  rest: Trials,
  urgency: VenueUrgency,
  newId: () => string,
  now: () => Milliseconds,
): Promise<VenueReply<KeyFindings>> {
  const told = await rest.apiKeyInfo({ lane: "resolving", urgency: "protective" });
  if (told.ok) {
    const { name, permissions } = told.value;
    return found(name === "" ? null : name, "told", (permission) => permissions.includes(permission));
  }
  if (!UNKNOWN_METHOD.test(told.failure.text) && !DENIED.test(told.failure.text)) {
    return told;
  }
  const granted = new Map<KeyPermission, boolean>();
  for (const [permission, call] of trialsOf(rest, urgency, newId, now)) {
    const reply = await call();
    if (reply.ok || PERMITTED.test(reply.failure.text)) {
      granted.set(permission, true);
    } else if (DENIED.test(reply.failure.text)) {
      granted.set(permission, false);
    } else {
      return reply;
    }
  }
  return found(null, "tried", (permission) => granted.get(permission) ?? null);
}

type Trial = readonly [KeyPermission, () => Promise<VenueReply<unknown>>];

function trialsOf(rest: Trials, urgency: VenueUrgency, newId: () => string, now: () => Milliseconds): readonly Trial[] {
  const deadline = (): Milliseconds => now() + TRIAL_DEADLINE_MS;
  const options = { urgency };
  return [
    ["query-funds", () => rest.balances(options)],
    ["query-open-trades", () => rest.openOrders(null, options)],
    ["query-closed-trades", () => rest.closedOrders({}, options)],
    ["query-ledger", () => rest.ledgers({}, options)],
    ["modify-trades", () => rest.validateOrder(trialOrder(newId(), deadline()), options)],
    // An order that never was.
    [
      "close-trades",
      () =>
        rest.cancelOrder(
          { venueOrderId: null, clientOrderId: newId(), symbol: TRIAL_PAIR.symbol, deadline: deadline() },
          options,
        ),
    ],
    ["create-ws-token", () => rest.webSocketsToken(options)],
  ];
}

function trialOrder(clientOrderId: string, deadline: Milliseconds): VenueOrderWish {
  return {
    clientOrderId,
    instrument: TRIAL_PAIR,
    side: "buy",
    type: "limit",
    timeInForce: "gtc",
    postOnly: true,
    quantity: TRIAL_PAIR.minimumQuantity,
    limitPrice: decimal("10000"),
    triggerPrice: null,
    trailingPercent: null,
    expiresAt: null,
    conditionalClose: null,
    selfTrade: "cancel-newest",
    deadline,
  };
}

function found(
  name: string | null,
  source: KeyFindings["source"],
  granted: (permission: KeyPermission) => boolean | null,
): VenueReply<KeyFindings> {
  return {
    ok: true,
    value: {
      name,
      source,
      permissions: {
        "query-funds": granted("query-funds"),
        "query-open-trades": granted("query-open-trades"),
        "query-closed-trades": granted("query-closed-trades"),
        "query-ledger": granted("query-ledger"),
        "modify-trades": granted("modify-trades"),
        "close-trades": granted("close-trades"),
        "create-ws-token": granted("create-ws-token"),
        "withdraw-funds": granted("withdraw-funds"),
      },
    },
  };
}
