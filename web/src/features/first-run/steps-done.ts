/** Which of the first steps were done: kept on this device, so that what was done once stays ticked. */
import { changePreferences, preferences } from "../../data/preferences.ts";

/** The step of asking belongs to the trader, the others to an account of theirs. */
export const ASKED = "ask";
const MOST_KEPT = 200;

/** Reactive. */
export function isStepDone(key: string): boolean {
  return preferences.firstStepsDone.includes(key);
}

/** As far as can be said before it is known which account is on screen. */
export function isStepDoneSomewhere(step: string): boolean {
  return preferences.firstStepsDone.some((key) => key.split(" ", 1)[0] === step);
}

export function tickSteps(keys: readonly string[]): void {
  const added = keys.filter((key) => !isStepDone(key));
  if (added.length > 0) {
    changePreferences({ firstStepsDone: [...preferences.firstStepsDone, ...added].slice(-MOST_KEPT) });
  }
}
