import type { AccountEvent } from "../../../domain/account/events.ts";
import { tradeKeyOf } from "../../../domain/venue/reports.ts";

/**
 * The exchange's ids of executions and ledger rows that an event books, and the trades of the executions: each of them counts once
 * (TRADING §6 "Fills").
 */
export function venueIdsOf(event: AccountEvent): readonly string[] {
  switch (event.type) {
    case "fill_booked":
      return event.executionId === null ? [] : [event.executionId, tradeKeyOf(event) ?? []].flat();
    case "external_fill_booked":
      return [event.executionId, tradeKeyOf(event) ?? []].flat();
    case "execution_also_named":
      return [event.executionId];
    case "ledger_booked":
      return [event.ledgerId];
    case "ledger_settled":
      return event.rows.map(({ ledgerId }) => ledgerId);
    default:
      return [];
  }
}
