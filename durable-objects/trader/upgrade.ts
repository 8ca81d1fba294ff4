/** The upgrade of an authenticated socket: the worker has put who it is into a header that only it can set. */
import { z } from "zod";
import { ERROR_STATUS } from "../../contract/errors.ts";
import { refuse, type Problem, type Result } from "../../domain/problem.ts";
import { ensureAccount } from "./accounts.ts";
import type { Parts } from "./parts.ts";
import { SOCKET_PRINCIPAL_HEADER, type Principal } from "./port.ts";
import { INTERNAL, knowsTime, TIMELESS } from "./requests.ts";
import { MAXIMUM_SOCKETS } from "./sockets.ts";

const socketPrincipal = z.object({
  userId: z.string().min(1),
  sessionId: z.string().min(1),
  sessionExpiresAt: z.number(),
  via: z.enum(["page", "api"]),
});

export async function acceptSocket(parts: Parts, request: Request): Promise<Response> {
  const principal = readPrincipal(request.headers.get(SOCKET_PRINCIPAL_HEADER));
  if (request.headers.get("upgrade") !== "websocket" || principal === null) {
    return refusal({ code: "BAD_REQUEST", message: "Only the desk's own sockets are served here.", details: {} });
  }
  const admitted = admitSocket(parts, principal);
  if (!admitted.ok) {
    return refusal(admitted.error);
  }
  try {
    if (!(await knowsTime(parts))) {
      return refusal(TIMELESS);
    }
    ensureAccount(parts);
    parts.schedule.setNoLaterThan("sessions", "", principal.sessionExpiresAt);
    await parts.schedule.arm();
    const response = parts.sockets.accept(principal);
    parts.kraken.wake();
    return response;
  } catch (error) {
    parts.unexpected("socket_failed", error, { session: principal.sessionId });
    return refusal(INTERNAL);
  }
}

function admitSocket({ admission, clock, sockets }: Parts, principal: Principal): Result<null> {
  if (principal.sessionExpiresAt <= clock.wall()) {
    return refuse("SESSION_EXPIRED", "The session has expired. Sign in again.");
  }
  if (sockets.count() >= MAXIMUM_SOCKETS) {
    return refuse("RATE_LIMITED", `More than ${MAXIMUM_SOCKETS} connections are open. Close some of them.`);
  }
  return admission.recognise(principal.userId);
}

/** Who the worker says it is; null when the header is none of ours. */
export function readPrincipal(header: string | null): Principal | null {
  if (header === null) {
    return null;
  }
  try {
    const parsed = socketPrincipal.safeParse(JSON.parse(header));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON, so not from our worker.
    return null;
  }
}

function refusal(error: Problem): Response {
  return Response.json({ error }, { status: ERROR_STATUS[error.code] });
}
