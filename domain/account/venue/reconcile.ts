/** Belief against the exchange's balances (TRADING §6). */
import { absolute, compare, subtract, unitOf, ZERO, type Decimal } from "../../decimal.ts";
import type { Asset } from "../../market.ts";
import { holdingOf, totalOf } from "../holdings.ts";
import type { AccountState } from "../state.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import type { VenueCommand } from "./commands.ts";
import { listUnsettled } from "./unsettled.ts";

/** TRADING §6: a difference counts when two reads this far apart agree on it, with no row in between. */
const SECOND_LOOK_MS = 30_000;
/** A ledger row follows its execution within seconds. */
const ROWS_AWAITED_MS = 5 * 60_000;
/** The last reconciliation is recorded this often when it found nothing. */
const RECORD_EVERY_MS = 15 * 60_000;
/** PROTOCOL §7: ledger decimals where the pair does not tell. */
const USUAL_DECIMALS = 8;
const CURRENCY_DECIMALS = 4;

/**
 * Notes, confirms or clears what differs. Assets with executions whose rows are still to come are left for the next time, but
 * not for ever: a row that does not come within five minutes may never come, and then what differs has to be told.
 */
export function compareBalances(turn: Turn, command: Extract<VenueCommand, { type: "compare_balances" }>): void {
  const actual = new Map(command.balances.map(({ asset, total }) => [asset, total]));
  const assets = new Set([
    ...Object.keys(turn.state.holdings),
    ...Object.keys(turn.state.venue?.differences ?? {}),
    ...actual.keys(),
  ]);
  const expected = listUnsettled(turn.state.venue?.unsettled ?? {}).filter(
    ({ since }) => turn.context.now - since < ROWS_AWAITED_MS,
  );
  const moving = new Set(expected.flatMap(({ moves }) => Object.keys(moves)));
  for (const asset of [...assets].toSorted()) {
    if (!moving.has(asset)) {
      compareAsset(turn, asset, actual.get(asset) ?? ZERO, command.readAt);
    }
  }
  const last = turn.state.venue?.reconciledAt ?? null;
  if (last === null || turn.events.length > 0 || turn.context.now - last >= RECORD_EVERY_MS) {
    record(turn, { type: "reconciled", ...stamp(turn.context) });
  }
}

function compareAsset(turn: Turn, asset: Asset, actual: Decimal, readAt: number): void {
  const believed = totalOf(holdingOf(turn.state.holdings, asset));
  const known = turn.state.venue?.differences[asset];
  const difference = subtract(actual, believed);
  if (compare(absolute(difference), unitOf(ledgerDecimals(turn.state, asset))) <= 0) {
    if (known !== undefined) {
      record(turn, { type: "difference_cleared", ...stamp(turn.context), asset });
    }
    return;
  }
  if (known?.confirmed === true) {
    // Trades go on meanwhile; it stays confirmed until the two agree.
    if (known.believed !== believed || known.actual !== actual) {
      note(turn, asset, { ...known, believed, actual });
    }
    return;
  }
  const same = known !== undefined && known.believed === believed && known.actual === actual;
  if (!same) {
    note(turn, asset, { believed, actual, notedAt: readAt, confirmed: false });
    return;
  }
  if (readAt - known.notedAt >= SECOND_LOOK_MS) {
    note(turn, asset, { ...known, confirmed: true });
    raiseAlert(
      turn,
      "critical",
      `${asset} is not reconciled: the desk counts ${believed} and Kraken ${actual}. Orders that add to it wait; exits do not.`,
      null,
    );
  }
}

function note(turn: Turn, asset: Asset, difference: NonNullable<AccountState["venue"]>["differences"][string]): void {
  record(turn, { type: "difference_noted", ...stamp(turn.context), asset, difference });
}

function ledgerDecimals(state: AccountState, asset: Asset): number {
  if (asset === state.currency) {
    return CURRENCY_DECIMALS;
  }
  const instrument = Object.values(state.instruments).find(({ base }) => base === asset);
  return instrument?.baseDecimals ?? USUAL_DECIMALS;
}
