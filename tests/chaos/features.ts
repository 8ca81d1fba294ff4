/**
 * What came into the storm after it was first drawn. Each is in about half of all seeds (the rarer combinations find what the
 * full storm hides) and draws for itself: a seed in which a newer one is missing plays as it always did.
 */
import { createRandom } from "../../exchange-sim/random.ts";

export const FEATURES = [
  /** Orders of every kind: take-profits, limit forms, trailing stops, conditional closes, brackets. */
  "kinds",
  /** The feed watches targets and delivers the prints that reach them. */
  "targets",
  /** Prices jump, also through everything that rests. */
  "jumps",
  /** Pairs take only cancels, only limits, nothing. */
  "closures",
  /** Equity is sampled against tight limits; the trader presses Stop and resumes. */
  "halts",
  /** Limits of size are tight, orders are large, and amends make them larger. */
  "limits",
  /** Alarms are late, come twice, or not at all. */
  "alarms",
  /** The journal is copied to D1, which stalls. */
  "history",
  /** A browser follows the frames over a bad line. */
  "client",
  /** Orders and their executions go over the private socket, whose line drops, loses, doubles and reorders frames. */
  "socket",
  /** Entries that rest near the price and take their stop along: the exchange places one for each fill. */
  "carried",
  /** Sales rest beside the stop of the rest, and are changed to all that is held. */
  "enlarged",
] as const;

export type Feature = (typeof FEATURES)[number];

export function drawFeatures(seed: string): readonly Feature[] {
  return FEATURES.filter((feature) => createRandom(`${seed}/has ${feature}`).integer(2) === 0);
}

export function isFeature(text: string): text is Feature {
  return FEATURES.some((feature) => feature === text);
}
