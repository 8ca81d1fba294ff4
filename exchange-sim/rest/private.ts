import type { CallCounters } from "../engine/rate-counters.ts";
import type { ApiKey } from "../keys.ts";
import { accountEndpoints } from "./account-endpoints.ts";
import { failed, type Answer } from "./envelope.ts";
import { historyEndpoints } from "./history-endpoints.ts";
import type { PrivateContext, PrivateEndpoint } from "./private-context.ts";
import { readPrivateRequest } from "./private-request.ts";
import type { RestRequest } from "./server.ts";
import { tradingEndpoints } from "./trading-endpoints.ts";

const endpoints: Readonly<Record<string, PrivateEndpoint>> = {
  ...accountEndpoints,
  ...historyEndpoints,
  ...tradingEndpoints,
};

/** Endpoints that need only one of their permissions. */
const eitherPermission = ["QueryOrders"];

/** What a call that was let in will do when its turn comes. */
export type Admitted = () => Answer;

/** Lets `POST /0/private/<name>` in, by signature, nonce, permission and rate, or refuses it. */
export function admitPrivate(
  context: PrivateContext,
  counters: CallCounters,
  name: string,
  request: RestRequest,
): Admitted | Answer {
  const read = readPrivateRequest(request.headers["content-type"], request.body);
  if (read === undefined || request.method !== "POST") {
    return failed("EAPI:Bad request");
  }
  const now = context.engine.clock.wall();
  const authenticated = context.keys.authenticate({
    key: header(request, "api-key"),
    sign: header(request, "api-sign"),
    path: request.path,
    body: request.body,
    nonce: read.params.get("nonce"),
    now,
  });
  if ("error" in authenticated) {
    return failed(authenticated.error);
  }
  const { key } = authenticated;
  const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  const account = context.book.accounts.get(key.account);
  if (endpoint === undefined || account === undefined) {
    return failed("EGeneral:Unknown method");
  }
  if (!isPermitted(key, endpoint, eitherPermission.includes(name))) {
    return failed("EGeneral:Permission denied");
  }
  const cost = typeof endpoint.cost === "number" ? endpoint.cost : endpoint.cost(context);
  if (!counters.take(key.key, account.tier, cost, now)) {
    return failed("EAPI:Rate limit exceeded");
  }
  return () => endpoint.answer({ context, account, key, request: read });
}

function isPermitted(key: ApiKey, endpoint: PrivateEndpoint, either: boolean): boolean {
  const has = (permission: ApiKey["permissions"][number]): boolean => key.permissions.includes(permission);
  return either ? endpoint.permissions.some(has) : endpoint.permissions.every(has);
}

function header(request: RestRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
