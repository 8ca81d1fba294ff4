/** Losses in a row (TRADING §5 "4 losses in a row → 60 min"): an order that sold is one close, whatever its fills were. */
import { add, isNegative, ZERO, type Decimal } from "../decimal.ts";

export type Streak = {
  /** Losing closes since the last one that was none. */
  readonly losses: number;
  /** Realised so far, net, by orders that are still live. */
  readonly closing: Readonly<Record<string, Decimal>>;
};

export const NO_STREAK: Streak = { losses: 0, closing: {} };

/** A fill of a live order realised something. */
export function withRealised(streak: Streak, orderId: string, realised: Decimal): Streak {
  const closing = { ...streak.closing, [orderId]: add(streak.closing[orderId] ?? ZERO, realised) };
  return { ...streak, closing };
}

/** Orders that are over are counted: a loss, or the end of the losses. The same object when none is. */
export function concluded(streak: Streak, isLive: (orderId: string) => boolean): Streak {
  const over = Object.keys(streak.closing).filter((orderId) => !isLive(orderId));
  if (over.length === 0) {
    return streak;
  }
  let { losses } = streak;
  const closing = { ...streak.closing };
  for (const orderId of over) {
    losses = isNegative(closing[orderId] ?? ZERO) ? losses + 1 : 0;
    delete closing[orderId];
  }
  return { losses, closing };
}
