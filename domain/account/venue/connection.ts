/**
 * Whether the account may trade at its exchange. A read that works shows that the key is known again; that it may trade, which was
 * refused by its permissions or by a lock of the account, a read does not show (PROTOCOL §4 class X).
 */
import { refusesTrading } from "../../venue/errors.ts";
import type { VenueFailure } from "../../venue/failure.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import type { VenueCommand } from "./commands.ts";
import type { VenueAction } from "./events.ts";
import type { Connection } from "./state.ts";

const UNTIL_TESTED =
  "Nothing is opened until the key passes a test under Settings → Kraken, is replaced, or Kraken takes an order by it.";

/** Takes over what the shell has found out about the key. */
export function changeConnection(turn: Turn, command: Extract<VenueCommand, { type: "change_connection" }>): void {
  const { status, reason, retryAt, mayTradeAgain = null } = command;
  const before = turn.state.venue?.connection;
  if (before === undefined) {
    return;
  }
  if (status === "trading" && before.refused !== undefined && before.status === "suspended" && mayTradeAgain === null) {
    const refused = before.reason ?? UNTIL_TESTED;
    change(turn, before, { ...before, reason: refused, retryAt: null });
    return;
  }
  // Nothing is traded before the holdings are known.
  const allowed = status === "trading" && turn.state.venue?.foundAt === null ? "connecting" : status;
  const tried = mayTradeAgain === "on_trial" ? before.reason : null;
  change(turn, before, {
    status: allowed,
    reason,
    retryAt,
    // A test of the key, another one or none begins anew.
    ...(status === "suspended" && before.refused !== undefined ? { refused: before.refused } : {}),
    ...(tried === null ? {} : { tried }),
  });
}

/** The key or the account was refused for `action`. True where that was told just now, for `order` too where it is an exit. */
export function suspend(turn: Turn, failure: VenueFailure, action: VenueAction, exit: string | null): boolean {
  const before = turn.state.venue?.connection;
  if (before === undefined || before.status === "disconnected") {
    return false;
  }
  const refused = refusesTrading(failure.text) ? action : before.refused;
  const reason = refused === undefined ? failure.message : `${failure.message} ${UNTIL_TESTED}`;
  change(turn, before, {
    status: "suspended",
    reason,
    retryAt: failure.retryAt,
    ...(refused === undefined ? {} : { refused }),
  });
  if (before.status === "suspended") {
    return false;
  }
  if (before.tried === reason) {
    return true; // What was told already has not ended yet.
  }
  const unsold = exit === null ? "" : ` An exit was not executed (${exit}).`;
  raiseAlert(turn, "critical", `Kraken refuses this key: ${reason} Orders cannot be sent or cancelled.${unsold}`, null);
  return true;
}

/** Kraken has taken an action: what was refused of that kind works again. */
export function proveTrading(turn: Turn, action: VenueAction): void {
  const before = turn.state.venue?.connection;
  if (before === undefined || (before.refused === undefined && before.tried === undefined)) {
    return;
  }
  const isOfKind = before.refused === undefined || (before.refused === "cancel") === (action === "cancel");
  if (isOfKind && (before.status === "suspended" || before.status === "trading")) {
    change(turn, before, { status: "trading", reason: null, retryAt: null });
  }
}

function change(turn: Turn, before: Connection, connection: Connection): void {
  const same =
    before.status === connection.status &&
    before.reason === connection.reason &&
    before.retryAt === connection.retryAt &&
    before.refused === connection.refused &&
    before.tried === connection.tried;
  if (!same) {
    record(turn, { type: "connection_changed", ...stamp(turn.context), connection });
  }
}
