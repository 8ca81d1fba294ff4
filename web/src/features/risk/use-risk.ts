/** How the account on screen stands against its rules: asked when something happened to it, and again while it is looked at. */
import { createEffect, createSignal, on, onCleanup, type Accessor } from "solid-js";
import type { RiskView } from "../../../../contract/risk.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { fetchRisk } from "../../data/risk-view-api.ts";
import { useAccount } from "../../data/use-account.ts";

/** Drawdown and the day's loss move with prices, and the desk alone knows the peak. */
const EVERY_MS = 5_000;

export type LiveRisk = {
  /** Of the account on screen; null until it is known. */
  readonly view: Accessor<RiskView | null>;
  /** Why the last reading failed; the figures before it stay. */
  readonly problem: Accessor<Problem | null>;
  readonly reload: () => void;
};

export function useRisk(): LiveRisk {
  const account = useAccount();
  const [view, setView] = createSignal<{ readonly accountId: string; readonly risk: RiskView } | null>(null);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  let reading = 0;

  const read = async (): Promise<void> => {
    const accountId = account()?.id;
    if (accountId === undefined) {
      return;
    }
    reading += 1;
    const mine = reading;
    const answer = await fetchRisk(accountId);
    if (mine !== reading) {
      return; // A later question is on its way: its answer counts.
    }
    setProblem(answer.ok ? null : answer.error);
    if (answer.ok) {
      setView({ accountId, risk: answer.value });
    }
  };
  createEffect(
    on([() => account()?.id, () => account()?.seq], () => {
      void read();
    }),
  );
  const timer = setInterval(() => void read(), EVERY_MS);
  onCleanup(() => {
    clearInterval(timer);
    reading += 1;
  });
  return {
    view: () => {
      const current = view();
      return current !== null && current.accountId === account()?.id ? current.risk : null;
    },
    problem,
    reload: () => void read(),
  };
}
