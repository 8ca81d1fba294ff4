/**
 * Which permissions a key of the exchange must, may and must not have, and what each is for. A key that can send money away
 * is never taken: what cannot be stolen need not be guarded.
 */
import { ok, refuse, type Result } from "../problem.ts";
import { KEY_PERMISSIONS, type KeyPermission } from "./wishes.ts";

/** `trading` signs orders; the optional `history` key can only read and spares the trading key's counter. */
export const KEY_SLOTS = ["trading", "history"] as const;
export type KeySlot = (typeof KEY_SLOTS)[number];

/** What was found out about a key. A permission is null where the exchange does not tell and trying it would do harm. */
export type KeyFindings = {
  /** As the exchange knows it; null when it does not tell. */
  readonly name: string | null;
  /** `told` by the exchange, or `tried` by calls that change nothing. */
  readonly source: "told" | "tried";
  readonly permissions: Readonly<Record<KeyPermission, boolean | null>>;
};

export type KeyPermissionFacts = {
  /** As the exchange's settings call it. */
  readonly label: string;
  /** What the desk does with it: a phrase. */
  readonly purpose: string;
  readonly wanted: Readonly<Record<KeySlot, "needed" | "optional" | "forbidden">>;
};

/** PROTOCOL §1.4. */
export const KEY_PERMISSION_FACTS: Readonly<Record<KeyPermission, KeyPermissionFacts>> = {
  "query-funds": {
    label: "Query funds",
    purpose: "reading balances and fees",
    wanted: { trading: "needed", history: "optional" },
  },
  "query-open-trades": {
    label: "Query open orders & trades",
    purpose: "seeing open orders",
    wanted: { trading: "needed", history: "optional" },
  },
  "query-closed-trades": {
    label: "Query closed orders & trades",
    purpose: "seeing what became of orders and what was filled",
    wanted: { trading: "needed", history: "needed" },
  },
  "query-ledger": {
    label: "Query ledger entries",
    purpose: "reading deposits, withdrawals and fees",
    wanted: { trading: "needed", history: "needed" },
  },
  "modify-trades": {
    label: "Create & modify orders",
    purpose: "placing and changing orders",
    wanted: { trading: "needed", history: "forbidden" },
  },
  "close-trades": {
    label: "Cancel & close orders",
    purpose: "cancelling orders",
    wanted: { trading: "needed", history: "forbidden" },
  },
  "create-ws-token": {
    label: "WebSocket interface",
    purpose: "hearing of fills at once, over the private connection",
    wanted: { trading: "needed", history: "optional" },
  },
  "withdraw-funds": {
    label: "Withdraw funds",
    purpose: "sending money away from Kraken, which this desk never does",
    wanted: { trading: "forbidden", history: "forbidden" },
  },
};

/**
 * Whether a key may be used for the slot. Refused: KEY_CAN_WITHDRAW; KEY_CAN_TRADE (history only); KEY_LACKS_PERMISSION,
 * with one entry of details per missing permission; KEY_UNCONFIRMED when a forbidden permission cannot be ruled out and the
 * user has not confirmed that the key does not have it.
 */
export function judgeKey(slot: KeySlot, findings: KeyFindings, confirmedNoWithdrawal: boolean): Result<null> {
  const forbidden = permissionsOf(slot, "forbidden");
  const has = forbidden.filter((permission) => findings.permissions[permission] === true);
  if (has.includes("withdraw-funds")) {
    return refuse(
      "KEY_CAN_WITHDRAW",
      "This key can withdraw money, so it is not taken: whoever got hold of it could empty your account. " +
        `In Kraken's settings for API keys, untick “${KEY_PERMISSION_FACTS["withdraw-funds"].label}” for this key ` +
        "or make a new one without it, then connect again.",
      describe(has),
    );
  }
  if (has.length > 0) {
    return refuse(
      "KEY_CAN_TRADE",
      `A key for history only reads, and this one can trade. In Kraken's settings untick ${labels(has)} for it, or ` +
        "connect it as the trading key.",
      describe(has),
    );
  }
  const missing = permissionsOf(slot, "needed").filter((permission) => findings.permissions[permission] === false);
  if (missing.length > 0) {
    const prevented = missing.map((permission) => KEY_PERMISSION_FACTS[permission].purpose).join("; ");
    return refuse(
      "KEY_LACKS_PERMISSION",
      `This key lacks what the desk needs for: ${prevented}. In Kraken's settings for API keys tick ${labels(missing)} ` +
        "for it, then connect again.",
      describe(missing),
    );
  }
  const unknown = forbidden.filter((permission) => findings.permissions[permission] === null);
  if (unknown.length > 0 && !confirmedNoWithdrawal) {
    return refuse(
      "KEY_UNCONFIRMED",
      "Kraken does not tell here whether this key can withdraw money, and it cannot be tried without harm. Look at the key " +
        `in Kraken's settings: if “${KEY_PERMISSION_FACTS["withdraw-funds"].label}” is not ticked, confirm that and connect again.`,
      describe(unknown),
    );
  }
  return ok(null);
}

function permissionsOf(slot: KeySlot, wanted: "needed" | "forbidden"): readonly KeyPermission[] {
  return KEY_PERMISSIONS.filter((permission) => KEY_PERMISSION_FACTS[permission].wanted[slot] === wanted);
}

function labels(permissions: readonly KeyPermission[]): string {
  return permissions.map((permission) => `“${KEY_PERMISSION_FACTS[permission].label}”`).join(", ");
}

function describe(permissions: readonly KeyPermission[]): Readonly<Record<string, string>> {
  return Object.fromEntries(permissions.map((permission) => [permission, KEY_PERMISSION_FACTS[permission].purpose]));
}
