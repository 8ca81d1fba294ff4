/** What is said about keys: problems as lists, permissions in words. Pure. */
import type { CredentialSlot, KeyPermissionState } from "../../../../contract/credentials.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { KEY_PERMISSION_FACTS } from "../../../../domain/venue/keys.ts";
import { KEY_PERMISSIONS } from "../../../../domain/venue/wishes.ts";

export type PermissionLine = { readonly label: string; readonly purpose: string };

/** Permissions that a key of the slot needs, may have or must not have, as Kraken's settings call them. */
export function permissionLines(
  slot: CredentialSlot,
  wanted: "needed" | "optional" | "forbidden",
): readonly PermissionLine[] {
  return KEY_PERMISSIONS.map((permission) => KEY_PERMISSION_FACTS[permission])
    .filter((facts) => facts.wanted[slot] === wanted)
    .map(({ label, purpose }) => ({ label, purpose }));
}

/** The permissions that a refusal names, each with what it prevents or allows. */
export function refusedPermissions(problem: Problem): readonly PermissionLine[] {
  return KEY_PERMISSIONS.filter((permission) => permission in problem.details).map((permission) => ({
    label: KEY_PERMISSION_FACTS[permission].label,
    purpose: problem.details[permission] ?? "",
  }));
}

export type PermissionMark = { readonly mark: string; readonly word: string; readonly isGood: boolean };

/** Has it, lacks it, or nobody told; and whether that is as it should be. */
export function permissionMark({ granted, wanted }: KeyPermissionState): PermissionMark {
  if (granted === null) {
    return { mark: "?", word: wanted === "forbidden" ? "confirmed by you as not granted" : "not told", isGood: true };
  }
  if (wanted === "forbidden") {
    return granted
      ? { mark: "!", word: "granted, and must not be", isGood: false }
      : { mark: "✓", word: "not granted, as it should be", isGood: true };
  }
  if (granted) {
    return { mark: "✓", word: "granted", isGood: true };
  }
  return wanted === "needed"
    ? { mark: "✗", word: "missing", isGood: false }
    : { mark: "–", word: "not granted, not needed", isGood: true };
}

export function slotWord(slot: CredentialSlot): string {
  return slot === "trading" ? "Trading key" : "History key";
}
