import { valuationSymbol } from "../../orders/conversion.ts";
import type { Symbol } from "../../market.ts";
import type { AccountState } from "../state.ts";
import type { VenueCommand } from "./commands.ts";

/** Symbols whose prices a command of the exchange can use: they value what came in. Without them it is booked all the same. */
export function venueSymbols(state: AccountState, command: VenueCommand): readonly Symbol[] {
  const assets = assetsOf(command).filter((asset) => asset !== state.currency);
  return [...new Set(assets.map((asset) => valuationSymbol(asset, state.currency)))];
}

function assetsOf(command: VenueCommand): readonly string[] {
  switch (command.type) {
    case "find_holdings":
      return command.balances.map(({ asset }) => asset);
    case "adopt_holding":
      return [command.asset];
    case "book_ledger":
      // What a trade moved is priced by its execution; only what came from outside has to be valued.
      return command.rows.filter(({ type }) => type !== "trade").map(({ asset }) => asset);
    case "book_executions":
      return command.executions.flatMap(({ symbol, fees }) => [
        ...symbol.split("/").slice(1),
        ...fees.map(({ asset }) => asset),
      ]);
    default:
      return [];
  }
}
