/**
 * Whether an account still has to be sampled (TRADING §5). While something is held its worth moves. Of cash alone it does not, but a
 * halt needs two samples in a row: whoever realised the loss in one go has had one of them at most.
 */
import type { AccountState } from "../account/state.ts";
import { totalOf } from "../account/holdings.ts";
import { isZero, ZERO } from "../decimal.ts";
import { judgeSample, type EquitySample } from "./samples.ts";

/** Until the last sample counts all that has happened, and no limit is broken that has not halted the account. */
export function needsSamples(state: AccountState): boolean {
  const { watch } = state;
  return (
    hasPosition(state) ||
    !isZero(watch.flow) ||
    Object.keys(state.venue?.unvalued ?? {}).length > 0 ||
    watch.drawdownBreaches > 0 ||
    watch.dailyLossBreaches > 0 ||
    isOverLimit(state)
  );
}

/** Whether anything is held whose worth moves. */
export function hasPosition(state: AccountState): boolean {
  return Object.entries(state.holdings).some(
    ([asset, holding]) => asset !== state.currency && !isZero(totalOf(holding)),
  );
}

/** Of an account that holds cash alone: its worth needs no price. */
function isOverLimit({ holdings, currency, watch, day, limits, halts }: AccountState): boolean {
  const cash = holdings[currency];
  const sample: EquitySample = {
    time: watch.sampledAt + 1,
    managed: cash?.managed ?? ZERO,
    equity: cash === undefined ? ZERO : totalOf(cash),
  };
  const judged = judgeSample(watch, sample, day, limits, {
    drawdown: halts.some(({ kind }) => kind === "drawdown"),
    dailyLoss: halts.some(({ kind }) => kind === "daily_loss"),
  });
  return judged.watch.drawdownBreaches > 0 || judged.watch.dailyLossBreaches > 0;
}
