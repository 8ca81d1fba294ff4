/**
 * The generated type of an RPC stub does not match the port that its class implements, although what crosses the wire is the
 * same (worker/objects.ts). The two are brought together here, once.
 */
import type { TraderPort } from "../trader/port.ts";

/** The port of a trader's stub. */
export function traderStub(stub: object): TraderPort {
  if (!isTraderStub(stub)) {
    throw new TypeError("not the stub of a trader");
  }
  return stub;
}

function isTraderStub(stub: object): stub is TraderPort {
  return "fetch" in stub || "executeProposal" in stub;
}
