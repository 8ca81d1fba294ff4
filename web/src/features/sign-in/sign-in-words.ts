/** What sign-in answers, for people. */
import type { Problem } from "../../../../domain/problem.ts";
import { formatDuration } from "../../ui/format-time.ts";

/** A sentence for a refused sign-in, sign-up or change of password; field errors have their own place. */
export function signInSentence(problem: Problem): string {
  if (problem.code === "LOCKED_OUT") {
    const seconds = Number(problem.details["retryAfterSeconds"]);
    const wait = Number.isFinite(seconds) && seconds > 0 ? formatDuration(seconds * 1000) : "15 min";
    return `Too many failed attempts: signing in to this address is locked. Try again in ${wait}.`;
  }
  if (problem.code === "UNAUTHENTICATED") {
    return "E-mail address and password do not belong together.";
  }
  if (problem.code === "CONFLICT" && problem.details["reason"] === "email_taken") {
    return "This e-mail address has an account already. Sign in instead.";
  }
  return problem.message;
}

/** What a guest would lose by signing in to another account, or null when the problem is no such question. */
export function guestQuestion(problem: Problem | null): GuestStake | null {
  if (problem === null || problem.code !== "CONFLICT" || problem.details["reason"] !== "guest") {
    return null;
  }
  const { details } = problem;
  return {
    accounts: countOf(details["accounts"]),
    positions: countOf(details["positions"]),
  };
}

/** Null: the server could not say. */
export type GuestStake = { readonly accounts: number | null; readonly positions: number | null };

function countOf(text: string | undefined): number | null {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : null;
}

/** The error of one field of a BAD_REQUEST, as a sentence beside the field. */
export function fieldError(problem: Problem | null, field: string): string | null {
  const text = problem?.code === "BAD_REQUEST" ? problem.details[field] : undefined;
  if (text === undefined) {
    return null;
  }
  return /^(must|is|has) /.test(text) ? `It ${text.replace(/\.$/, "")}.` : text;
}
