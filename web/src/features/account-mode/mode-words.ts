/** Paper or Kraken, in words: said wherever money can move. Pure. */
import type { AccountView } from "../../../../contract/accounts.ts";
import type { BadgeTone } from "../../ui/badge.tsx";

export type ModeOwner = Pick<AccountView, "kind" | "market">;

/** Whether orders of the account leave this desk. */
export function isKraken(account: ModeOwner | null): boolean {
  return account?.kind === "kraken";
}

export function modeWord(account: ModeOwner): "PAPER" | "KRAKEN" {
  return isKraken(account) ? "KRAKEN" : "PAPER";
}

export function modeTone(account: ModeOwner): BadgeTone {
  return isKraken(account) ? "money" : "accent";
}

/** What an order of the account moves: "real money on Kraken". On the simulator the truth is another. */
export function moneyWords(account: ModeOwner): string {
  if (!isKraken(account)) {
    return "paper money";
  }
  return account.market === "live" ? "real money on Kraken" : "made-up money on the simulated Kraken";
}

/** One sentence for a tooltip. */
export function modeSentence(account: ModeOwner): string {
  if (!isKraken(account)) {
    return "Paper money: orders never leave this desk";
  }
  return account.market === "live"
    ? "Real money: orders go to your account at Kraken"
    : "A Kraken account on the simulated exchange: the money is made up, every step is the real one";
}
