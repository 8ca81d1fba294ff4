import { createHash, createHmac } from "node:crypto";
import ccxt from "ccxt";
import { decimal } from "../../domain/decimal.ts";
import { BTC_USD } from "../../domain/testing/instruments.ts";
import { nextNonce } from "../../domain/venue/nonce.ts";
import type { VenueOrderWish } from "../../domain/venue/wishes.ts";
import { deadlineParam, formBody, orderParams } from "../../durable-objects/trader/kraken/rest/encode.ts";
import { decodeSecret, signCall } from "../../durable-objects/trader/kraken/rest/sign.ts";
import type { Section } from "../lib/report.ts";
import { ratio } from "../lib/statistics.ts";

const CALLS = 3_000;
const ROUNDS = 7;
const PATH = "/0/private/AddOrder";
const SECRET = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==";

const wish: VenueOrderWish = {
  clientOrderId: "6d1b345e-2821-40e2-ad83-4ecb18a06876",
  instrument: BTC_USD,
  side: "buy",
  type: "limit",
  timeInForce: "gtc",
  postOnly: true,
  quantity: decimal("0.12345678"),
  limitPrice: decimal("64250.1"),
  triggerPrice: null,
  trailingPercent: null,
  expiresAt: null,
  conditionalClose: { type: "stop-loss", triggerPrice: decimal("61000"), limitPrice: null },
  selfTrade: "cancel-newest",
  deadline: 1_790_000_005_000,
};

/** Signing and encoding of one order, against ccxt doing the same and against the bare cryptography. */
export function benchSigning(): Section {
  const client = new ccxt.kraken({ apiKey: "key", secret: SECRET });
  const params = Object.fromEntries([...orderParams(wish), deadlineParam(wish.deadline)]);
  // Rounds alternate, so that a slow moment of the machine hits all.
  const best = {
    ours: Number.POSITIVE_INFINITY,
    encoding: Number.POSITIVE_INFINITY,
    theirs: Number.POSITIVE_INFINITY,
    bare: Number.POSITIVE_INFINITY,
  };
  for (let round = 0; round < ROUNDS; round += 1) {
    best.ours = Math.min(best.ours, time(signOurs));
    best.encoding = Math.min(best.encoding, time(encodeOurs));
    best.theirs = Math.min(
      best.theirs,
      time(() => {
        client.sign("AddOrder", "private", "POST", params);
      }),
    );
    best.bare = Math.min(best.bare, time(signBare));
  }
  const against = (theirs: number, what: string): string =>
    `${what} ${theirs.toFixed(1)} µs: ${ratio(best.ours, theirs)}`;
  return {
    title: "Signing and encoding one order",
    method: `AddOrder with a conditional close, ${CALLS} calls, best of ${ROUNDS} alternating rounds, one process. Ours reads the secret, encodes and signs anew for every call, because secrets are not kept.`,
    rows: [
      {
        what: "encoded and signed",
        figure: `${best.ours.toFixed(1)} µs`,
        against: against(best.theirs, "ccxt's sign, the same parameters,"),
      },
      { what: "", figure: "", against: against(best.bare, "node:crypto over the finished text,") },
      { what: "of which encoding", figure: `${best.encoding.toFixed(1)} µs`, against: "" },
    ],
  };
}

let nonce: string | null = null;

function encodeOurs(): string {
  nonce = nextNonce(nonce, Date.now());
  return formBody([["nonce", nonce], ...orderParams(wish), deadlineParam(wish.deadline)]);
}

function signOurs(): void {
  const body = encodeOurs();
  const secret = decodeSecret(SECRET);
  if (secret === null) {
    throw new Error("the secret is no base64");
  }
  signCall(secret, PATH, nonce ?? "", body);
  secret.fill(0);
}

const finished = encodeOurs();
const secretBytes = Buffer.from(SECRET, "base64");

function signBare(): void {
  const digest = createHash("sha256").update(finished).digest();
  createHmac("sha512", secretBytes).update(PATH).update(digest).digest("base64");
}

/** Microseconds of one call. */
function time(run: () => void): number {
  const begun = performance.now();
  for (let call = 0; call < CALLS; call += 1) {
    run();
  }
  return ((performance.now() - begun) * 1_000) / CALLS;
}
