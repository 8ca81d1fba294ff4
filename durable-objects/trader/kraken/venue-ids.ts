import type { AccountEvent } from "../../../domain/account/events.ts";

/** The exchange's ids of executions and ledger rows that an event books: each of them counts once (TRADING §6 "Fills"). */
export function venueIdsOf(event: AccountEvent): readonly string[] {
  switch (event.type) {
    case "fill_booked":
      return event.executionId === null ? [] : [event.executionId];
    case "external_fill_booked":
      return [event.executionId];
    case "ledger_booked":
      return [event.ledgerId];
    case "ledger_settled":
      return event.rows.map(({ ledgerId }) => ledgerId);
    default:
      return [];
  }
}
