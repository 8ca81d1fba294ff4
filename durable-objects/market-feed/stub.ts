/**
 * The generated type of an RPC stub rewrites tuples into arrays, so the stub of a feed does not match the port that its class
 * implements, although what crosses the wire is the same. The two are brought together here, once.
 */
import type { MarketFeedPort } from "./port.ts";

type FeedStub = MarketFeedPort & { fetch(request: Request): Promise<Response> };

/** The port of a market feed's stub. */
export function feedPort(stub: object): FeedStub {
  if (!isFeedStub(stub)) {
    throw new TypeError("not the stub of a market feed");
  }
  return stub;
}

function isFeedStub(stub: object): stub is FeedStub {
  return "fetch" in stub || "settle" in stub;
}
