/** The upgrade of an authenticated socket: the worker has put who it is into a header that only it can set. */
import { ERROR_STATUS } from "../../contract/errors.ts";
import { refuse, type Problem, type Result } from "../../domain/problem.ts";
import { MAXIMUM_SOCKETS } from "../lib/hibernating-sockets.ts";
import { SOCKET_PRINCIPAL_HEADER, type Principal } from "../trader/port.ts";
import { readPrincipal } from "../trader/upgrade.ts";
import type { Parts } from "./parts.ts";

export async function acceptSocket(parts: Parts, request: Request): Promise<Response> {
  const principal = readPrincipal(request.headers.get(SOCKET_PRINCIPAL_HEADER));
  if (request.headers.get("upgrade") !== "websocket" || principal === null) {
    return refusal({ code: "BAD_REQUEST", message: "Only the desk's own sockets are served here.", details: {} });
  }
  const admitted = admitSocket(parts, principal);
  if (!admitted.ok) {
    return refusal(admitted.error);
  }
  parts.schedule.setNoLaterThan("sessions", "", principal.sessionExpiresAt);
  await parts.schedule.arm();
  return parts.sockets.accept(principal);
}

function admitSocket({ admission, sockets, now }: Parts, principal: Principal): Result<null> {
  if (principal.sessionExpiresAt <= now()) {
    return refuse("SESSION_EXPIRED", "The session has expired. Sign in again.");
  }
  if (sockets.count() >= MAXIMUM_SOCKETS) {
    return refuse("RATE_LIMITED", `More than ${MAXIMUM_SOCKETS} connections are open. Close some of them.`);
  }
  return admission.recognise(principal.userId);
}

function refusal(error: Problem): Response {
  return Response.json({ error }, { status: ERROR_STATUS[error.code] });
}
