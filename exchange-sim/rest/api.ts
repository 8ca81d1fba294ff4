import type { FaultBoard } from "../admin/faults.ts";
import type { Venue } from "../venue.ts";
import { envelope, failed, type Answer } from "./envelope.ts";
import { admitPrivate, type Admitted } from "./private.ts";
import { answerPublic } from "./public.ts";
import type { PublicLimits } from "./public-limits.ts";
import { jsonReply, type RestReply, type RestRequest } from "./server.ts";

const page520: RestReply = {
  status: 520,
  contentType: "text/html; charset=UTF-8",
  body: "<!DOCTYPE html><html><head><title>api.kraken.com | 520: Web server is returning an unknown error</title></head><body>Error 520</body></html>",
};
const page429: RestReply = {
  status: 429,
  contentType: "text/html; charset=UTF-8",
  body: "<!DOCTYPE html><html><head><title>Access denied</title></head><body>Error 1015: You are being rate limited</body></html>",
};

/** Serves `/0/public/*` and `/0/private/*`, with whatever faults are armed. */
export async function serveApi(
  venue: Venue,
  faults: FaultBoard,
  limits: PublicLimits,
  request: RestRequest,
): Promise<RestReply | undefined> {
  const match = /^\/0\/(public|private)\/([A-Za-z]+)$/.exec(request.path);
  const [, area, name = ""] = match ?? [];
  if (faults.take("dropRequest", name) !== undefined) {
    return undefined;
  }
  if (faults.take("tooManyRequests", name) !== undefined) {
    return page429;
  }
  const { engine } = venue;
  // Key, nonce and rate are judged on arrival; what happens to the call after that may be late.
  const admitted = engine.turn(() => admit(venue, faults, limits, area, name, request));
  const late = faults.take("delay", name);
  if (late !== undefined) {
    await sleep(late.milliseconds ?? 0);
  }
  const broken = faults.take("html520", name);
  const wrong = faults.take("error", name);
  const refusal = wrong === undefined ? undefined : failed(wrong.text ?? "EService:Unavailable");
  const isExecuted = (broken?.executed ?? true) && (wrong?.executed ?? wrong === undefined);
  const answer = typeof admitted !== "function" ? admitted : isExecuted ? engine.turn(admitted) : undefined;
  if (faults.take("dropAnswer", name) !== undefined) {
    return undefined;
  }
  const slow = faults.take("delayAnswer", name);
  if (slow !== undefined) {
    await sleep(slow.milliseconds ?? 0);
  }
  const shown = refusal ?? answer;
  return broken !== undefined || shown === undefined ? page520 : jsonReply(envelope(shown));
}

function admit(
  venue: Venue,
  faults: FaultBoard,
  limits: PublicLimits,
  area: string | undefined,
  name: string,
  request: RestRequest,
): Admitted | Answer {
  const { engine, switches } = venue;
  if (area === "public") {
    const params = new Map([...request.query, ...new URLSearchParams(request.body)]);
    const pair = params.get("pair") ?? "";
    const isLimited =
      switches.value("publicLimits") && !limits.allows(request.remoteAddress, name, pair, engine.clock.wall());
    return isLimited ? failed("EGeneral:Too many requests") : () => answerPublic(venue, name, params);
  }
  if (area !== "private") {
    return failed("EGeneral:Unknown method");
  }
  if (faults.take("invalidNonce", name) !== undefined) {
    return failed("EAPI:Invalid nonce");
  }
  const readLag = (): number => (faults.active("readsLag", name)?.milliseconds ?? 0) * 1_000;
  return admitPrivate({ ...venue, readLag }, venue.callCounters, name, request);
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
