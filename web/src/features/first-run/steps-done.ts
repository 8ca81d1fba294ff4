/** Which of the first steps were done: kept on this device, so that what was done once stays ticked. */
import { changePreferences, preferences } from "../../data/preferences.ts";

/** The step of asking belongs to the trader, the others to an account of theirs. */
export const ASKED = "ask";
const MOST_KEPT = 200;

/** Reactive. */
export function isStepDone(key: string): boolean {
  return preferences.firstStepsDone.includes(key);
}

export function tickSteps(keys: readonly string[]): void {
  const added = keys.filter((key) => !isStepDone(key));
  if (added.length > 0) {
    changePreferences({ firstStepsDone: [...preferences.firstStepsDone, ...added].slice(-MOST_KEPT) });
  }
}
