/** Who is signed in on this page, and the one place where the end of a session is handled. */
import { createSignal, untrack, type Accessor } from "solid-js";
import type { SessionView } from "../../../contract/session.ts";
import type { Problem, Result } from "../../../domain/problem.ts";
import { handleSessionLost } from "./http.ts";
import * as sessionApi from "./session-api.ts";

export type SessionState =
  | { readonly type: "loading" }
  | { readonly type: "signed-out" }
  | { readonly type: "signed-in"; readonly session: SessionView }
  /** It ended while the page was open: sign in again, nothing on screen is lost. */
  | { readonly type: "expired"; readonly session: SessionView }
  | { readonly type: "unreachable"; readonly problem: Problem };

export type SessionStore = {
  readonly state: Accessor<SessionState>;
  /** The signed-in user, also while the session has to be renewed. */
  readonly user: Accessor<SessionView["user"] | null>;
  /** Asks the server once. True: somebody is signed in. */
  readonly refresh: () => Promise<boolean>;
  /** Takes the session that a sign-in, sign-up or change of password answered. */
  readonly take: (session: SessionView) => void;
  readonly continueAsGuest: () => Promise<Result<SessionView>>;
  readonly signOut: () => Promise<Result<unknown>>;
  readonly signOutEverywhere: () => Promise<Result<{ ended: number }>>;
  /** After everything was deleted, or a guest gave up an expired desk. */
  readonly forget: () => void;
};

export function createSessionStore(): SessionStore {
  const [state, setState] = createSignal<SessionState>({ type: "loading" });
  // Signing out ends the session on purpose; the sockets' close must not be taken for an expiry.
  let isLeaving = false;

  function take(session: SessionView): void {
    setState({ type: "signed-in", session });
  }

  function forget(): void {
    setState({ type: "signed-out" });
  }

  /** A 401 after being signed in: the page stays, a dialog asks. Before, it only means that nobody is. */
  function lose(): void {
    const current = untrack(state);
    if (isLeaving) {
      return;
    }
    if (current.type === "signed-in") {
      setState({ type: "expired", session: current.session });
    } else if (current.type !== "expired") {
      forget();
    }
  }

  async function refresh(): Promise<boolean> {
    const answer = await sessionApi.fetchSession();
    if (answer.ok) {
      if (answer.value === null) {
        lose();
        return false;
      }
      take(answer.value);
      return true;
    }
    if (answer.error.code !== "UNAUTHENTICATED" && answer.error.code !== "SESSION_EXPIRED") {
      // The desk is down, which says nothing about the session: keep what is there and let the sockets try again.
      const current = state();
      if (current.type === "signed-in") {
        return true;
      }
      setState({ type: "unreachable", problem: answer.error });
    }
    return false;
  }

  async function leave<T>(end: () => Promise<Result<T>>): Promise<Result<T>> {
    isLeaving = true;
    const answer = await end();
    isLeaving = false;
    if (answer.ok) {
      forget();
    }
    return answer;
  }

  handleSessionLost(lose);

  return {
    state,
    user: () => {
      const current = state();
      return current.type === "signed-in" || current.type === "expired" ? current.session.user : null;
    },
    refresh,
    take,
    forget,
    async continueAsGuest() {
      const answer = await sessionApi.signInAsGuest();
      if (answer.ok) {
        take(answer.value);
      } else if (answer.error.code === "CONFLICT") {
        await refresh(); // Signed in already, in another tab.
      }
      return answer;
    },
    signOut: () => leave(sessionApi.signOut),
    signOutEverywhere: () => leave(() => sessionApi.endAllSessions(false)),
  };
}
