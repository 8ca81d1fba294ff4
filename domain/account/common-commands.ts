/** Commands that mean the same on paper and at an exchange: samples of equity, halts, Stop, price alerts. */
import { PRICE_ALERT_COMMANDS, type PriceAlertCommand } from "../alerts/commands.ts";
import { removePriceAlert, setPriceAlert, tellAlertAnswer } from "../alerts/decide.ts";
import { HALT_COMMANDS, type HaltCommand } from "../risk/halts-commands.ts";
import { resumeTrading, sampleEquity } from "../risk/halts-decide.ts";
import type { Command } from "./commands.ts";
import { marketProblem } from "./place.ts";
import { stopTrading } from "./stop.ts";
import type { Outcome, Turn } from "./turn.ts";

export type CommonCommand = HaltCommand | PriceAlertCommand;

const COMMON: ReadonlySet<string> = new Set([...HALT_COMMANDS, ...PRICE_ALERT_COMMANDS]);

export function isCommon(command: Command): command is CommonCommand {
  return COMMON.has(command.type);
}

export function decideCommon(turn: Turn, command: CommonCommand): Outcome {
  switch (command.type) {
    case "sample_equity": {
      const problem = marketProblem(turn.state, turn.context);
      if (problem !== null) {
        return { problem, events: [] };
      }
      sampleEquity(turn, command.samples);
      return null;
    }
    case "resume_trading":
      return resumeTrading(turn, command);
    case "stop_trading":
      stopTrading(turn, command);
      return null;
    case "set_price_alert":
      return setPriceAlert(turn, command);
    case "remove_price_alert":
      return removePriceAlert(turn, command);
    case "tell_alert_answer":
      return tellAlertAnswer(turn, command);
  }
}
