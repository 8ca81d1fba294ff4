import type { EquitySample } from "./samples.ts";
import type { StopMode } from "./halts-stop.ts";

export type HaltCommand =
  /** What the account was worth at these moments, oldest first. */
  | { readonly type: "sample_equity"; readonly samples: readonly EquitySample[] }
  /** `now`: what it is worth at this moment; null while that is not known. */
  | { readonly type: "resume_trading"; readonly how: "baseline" | "wait"; readonly now: EquitySample | null }
  /** `alert`: this account tells of it, with what the user's `others` did; one alert for one press of the button. */
  | {
      readonly type: "stop_trading";
      readonly mode: StopMode;
      readonly alert: boolean;
      readonly others: readonly string[];
    };

export const HALT_COMMANDS = [
  "sample_equity",
  "resume_trading",
  "stop_trading",
] as const satisfies readonly HaltCommand["type"][];
