/** The routes of signing in, one's sessions and one's data (docs/protocol.md §2). */
import {
  DELETE_CONFIRMATION,
  dataExport,
  done,
  endedSessions,
  historyState,
  rebuiltHistory,
  sessionList,
  signedIn,
  type HistoryStateView,
  type SessionEntry,
} from "../../../contract/auth.ts";
import { sessionAnswer, type SessionView } from "../../../contract/session.ts";
import { ok, type Result } from "../../../domain/problem.ts";
import type { z } from "zod";
import { request } from "./http.ts";

/** Who is signed in; null: nobody. */
export async function fetchSession(): Promise<Result<SessionView | null>> {
  const answer = await request("/api/session", sessionAnswer);
  return answer.ok ? ok(answer.value.session) : answer;
}

export function signInAsGuest(): Promise<Result<SessionView>> {
  return request("/api/auth/sign-in/anonymous", signedIn, { method: "POST", body: {} });
}

/** A guest who signs up keeps everything. */
export function signUp(wish: {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}): Promise<Result<SessionView>> {
  return request("/api/auth/sign-up/email", signedIn, { method: "POST", body: wish });
}

export function signIn(wish: {
  readonly email: string;
  readonly password: string;
  readonly discardGuest?: boolean;
}): Promise<Result<SessionView>> {
  return request("/api/auth/sign-in/email", signedIn, { method: "POST", body: wish });
}

export function signOut(): Promise<Result<unknown>> {
  return request("/api/auth/sign-out", done, { method: "POST", body: {} });
}

export function changePassword(wish: {
  readonly currentPassword: string;
  readonly newPassword: string;
}): Promise<Result<SessionView>> {
  return request("/api/auth/change-password", signedIn, { method: "POST", body: wish });
}

export function changeName(name: string): Promise<Result<SessionView>> {
  return request("/api/auth/update-user", signedIn, { method: "POST", body: { name } });
}

export function fetchSessions(): Promise<Result<{ sessions: SessionEntry[] }>> {
  return request("/api/sessions", sessionList);
}

export function endSession(id: string): Promise<Result<{ ended: number }>> {
  return request(`/api/sessions/${encodeURIComponent(id)}`, endedSessions, { method: "DELETE" });
}

/** All sessions, this one included unless `keepCurrent`. */
export function endAllSessions(keepCurrent: boolean): Promise<Result<{ ended: number }>> {
  return request("/api/sessions", endedSessions, {
    method: "DELETE",
    query: keepCurrent ? { keep: "current" } : {},
  });
}

export function exportMyData(): Promise<Result<z.output<typeof dataExport>>> {
  return request("/api/me/export", dataExport);
}

/** Whether something of mine could not be copied to the history. */
export function fetchHistoryState(): Promise<Result<HistoryStateView>> {
  return request("/api/me/history", historyState);
}

/** Copies everything to the history again; repeating it changes nothing. */
export function rebuildHistory(): Promise<Result<{ queued: number }>> {
  return request("/api/me/rebuild-history", rebuiltHistory, { method: "POST", body: {} });
}

export function deleteMyData(password: string): Promise<Result<unknown>> {
  return request("/api/me", done, {
    method: "DELETE",
    body: { confirmation: DELETE_CONFIRMATION, ...(password === "" ? {} : { password }) },
  });
}
