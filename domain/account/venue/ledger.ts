/** Rows of the exchange's ledger, each booked once by its id (TRADING §6 "Ledgers"). */
import {
  isNegative,
  isPositive,
  isZero,
  multiply,
  negate,
  round,
  smallest,
  subtract,
  ZERO,
  type Decimal,
} from "../../decimal.ts";
import { conversionRate, USUAL_COST_DECIMALS } from "../../orders/conversion.ts";
import type { VenueLedgerRow } from "../../venue/reports.ts";
import type { FillLeg } from "../events.ts";
import { holdingOf } from "../holdings.ts";
import { record, stamp, type Turn } from "../turn.ts";
import { raiseAlert } from "./alerts.ts";
import type { VenueCommand } from "./commands.ts";
import type { LedgerSettled } from "./events.ts";
import { outgoing } from "./fill.ts";
import { shrinkSales } from "./shrink.ts";
import { findUnsettled, unsettledId } from "./unsettled.ts";

/** Balances count these only (domain/venue/names isSpendable): what is staked or bonded is owned, but not to be traded. */
const SPENDABLE_WALLETS: ReadonlySet<string> = new Set(["spot", "flex", "main"]);
/** Between wallets of the same account, in whatever words: nothing came or went, and nothing was sold. */
const INTERNAL_TRANSFER = /spot|staking|earn|auto/u;

/** Money that came from outside or went there: it moves the baseline, never profit (TRADING §1 "Baseline"). */
const FLOWS: ReadonlySet<string> = new Set(["deposit", "withdrawal", "transfer", "receive", "spend", "adjustment"]);

/**
 * Books what is new of the rows. A trade's row settles its execution to the last digit; one whose execution is not booked yet
 * is left for the next read.
 */
export function bookLedger(turn: Turn, command: Extract<VenueCommand, { type: "book_ledger" }>): void {
  const seen = new Set<string>(turn.context.booked);
  const settled: LedgerSettled["rows"][number][] = [];
  const unsettled = turn.state.venue?.unsettled ?? {};
  const expected = new Map<string, Record<string, Decimal>>();
  for (const row of command.rows.toSorted((left, right) => left.time - right.time)) {
    if (seen.has(row.ledgerId)) {
      continue;
    }
    const quantity = subtract(row.amount, row.fee);
    if (row.type !== "trade") {
      seen.add(row.ledgerId);
      bookRow(turn, row, SPENDABLE_WALLETS.has(row.wallet) ? quantity : ZERO);
      continue;
    }
    const executionId =
      findUnsettled(unsettled, row.referenceId) === null
        ? (unsettledId(unsettled, row.referenceId) ?? row.referenceId)
        : row.referenceId;
    const moves = expected.get(executionId) ?? { ...findUnsettled(unsettled, executionId)?.moves };
    const move = moves[row.asset];
    if (move !== undefined) {
      seen.add(row.ledgerId);
      expected.set(executionId, moves);
      delete moves[row.asset];
      const { ledgerId, asset } = row;
      settled.push({ ledgerId, executionId, asset, difference: subtract(quantity, move) });
    }
  }
  if (settled.length > 0) {
    record(turn, { type: "ledger_settled", ...stamp(turn.context), rows: settled });
  }
}

function bookRow(turn: Turn, row: VenueLedgerRow, quantity: Decimal): void {
  const { asset } = row;
  // Moved to earn and back it stays what it was: only the sum of the account's own wallets may change, and that is external.
  const split = isInternal(row) ? { managed: null, external: quantity } : splitRow(turn, asset, quantity);
  const internalCash = isInternal(row) && asset === turn.state.currency;
  const flow = flowOf(turn, row, quantity);
  const counted = flow === null && split.managed !== null ? { managedFlow: split.managed.cost ?? ZERO } : {};
  record(turn, {
    type: "ledger_booked",
    ...stamp(turn.context),
    ledgerId: row.ledgerId,
    asset,
    kind: row.subtype === "" ? row.type : `${row.type} ${row.subtype}`,
    quantity,
    managed: internalCash ? { asset, quantity, cost: null, realisedProfit: null } : split.managed,
    external: internalCash ? ZERO : split.external,
    flow,
    ...counted,
    bookedAt: row.time,
  });
  const taken = split.managed;
  if (taken !== null && asset !== turn.state.currency && isNegative(taken.quantity)) {
    raiseAlert(
      turn,
      "warning",
      `A ${row.type} took ${negate(taken.quantity)} ${asset} of this desk's position: the account had no other ${asset}.`,
      null,
    );
    shrinkSales(turn, asset);
  }
}

/** Cash is cash; an asset comes as external and goes from external first. */
function splitRow(
  turn: Turn,
  asset: string,
  quantity: Decimal,
): { readonly managed: FillLeg | null; readonly external: Decimal } {
  const { state } = turn;
  if (asset === state.currency) {
    return { managed: { asset, quantity, cost: null, realisedProfit: null }, external: ZERO };
  }
  if (!isNegative(quantity)) {
    return { managed: null, external: quantity };
  }
  const wanted = negate(quantity);
  const holding = holdingOf(state.holdings, asset);
  const fromExternal = smallest(wanted, isPositive(holding.external) ? holding.external : ZERO);
  const fromManaged = smallest(subtract(wanted, fromExternal), isPositive(holding.managed) ? holding.managed : ZERO);
  const external = negate(subtract(wanted, fromManaged));
  if (isZero(fromManaged)) {
    return { managed: null, external };
  }
  // Withdrawn, not sold: its cost leaves with it and nothing is realised.
  const leg = outgoing(state, asset, fromManaged, ZERO, USUAL_COST_DECIMALS);
  return { managed: { ...leg, realisedProfit: null }, external };
}

function flowOf(turn: Turn, row: VenueLedgerRow, quantity: Decimal): Decimal | null {
  const { state, context } = turn;
  // Both ends of an internal move are flows: between wallets that count they cancel out, and what is bonded is no loss.
  if (!FLOWS.has(row.type) && !isInternal(row)) {
    return ZERO;
  }
  const rate = conversionRate(row.asset, state.currency, context.markets);
  return rate === null ? null : round(multiply(quantity, rate.rate), USUAL_COST_DECIMALS, "half-even");
}

function isInternal({ type, subtype }: VenueLedgerRow): boolean {
  return type === "earn"
    ? subtype !== "reward" && subtype !== ""
    : type === "transfer" && INTERNAL_TRANSFER.test(subtype) && !subtype.includes("futures");
}
