import { For, Show, createMemo, createSignal, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import type { RiskView } from "../../../../contract/risk.ts";
import { isNegative, negate, wholeNumber, ZERO, type Decimal } from "../../../../domain/decimal.ts";
import { NAKED_BOUND_MS } from "../../../../domain/protection/naked-time.ts";
import { marketNow } from "../../data/clock.ts";
import { useAccount } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { formatMoney, formatPercent, formatProfit, MINUS, MISSING } from "../../ui/format.ts";
import { formatDuration } from "../../ui/format-time.ts";
import { LOADING, PanelContent, READY, type PanelState } from "../../ui/panel.tsx";
import { haltKindWord, untilWords } from "./halt-words.ts";
import { LimitBar } from "./limit-bar.tsx";
import { nakedDuration } from "./naked-words.ts";
import { ProtectedList } from "./protected-list.tsx";
import { ResumeDialog } from "./resume-dialog.tsx";
import { useRisk } from "./use-risk.ts";

/** How the account stands against its limits, what has halted it, and what is protected by which net. */
export function RiskPanel(): JSX.Element {
  const account = useAccount();
  const risk = useRisk();
  const [isResuming, setResuming] = createSignal(false);
  const state = (): PanelState => {
    if (account() !== null && risk.view() !== null) {
      return READY;
    }
    const problem = risk.problem();
    return problem === null
      ? LOADING
      : { type: "error", message: problem.message, action: { label: "Try again", onSelect: risk.reload } };
  };
  const halts = createMemo(() =>
    (account()?.halts ?? []).filter(({ endsAt }) => endsAt === null || endsAt > marketNow()),
  );
  return (
    <PanelContent state={state()}>
      <div class="flex min-h-0 flex-1 flex-col gap-3 overflow-auto p-3" tabindex="0" role="region" aria-label="Risk">
        <Show when={risk.problem()}>
          {(problem) => (
            <p role="status" class="text-warning">
              These figures are from before: {problem().message}
            </p>
          )}
        </Show>
        <Show when={halts().length > 0}>
          <section aria-label="Halts" class="flex flex-wrap items-start gap-3 rounded-md border border-danger p-2">
            <ul class="min-w-0 flex-1">
              <For each={halts()}>
                {(halt) => (
                  <li>
                    <strong class="text-danger">{haltKindWord(halt)}</strong>: {halt.reason}{" "}
                    <span class="text-muted">It {untilWords(halt)}.</span>
                  </li>
                )}
              </For>
            </ul>
            {/* A pause after losses ends by itself, and by nothing else. */}
            <Show when={halts().some(({ kind }) => kind !== "loss_streak")}>
              <Button onClick={() => setResuming(true)}>Resume…</Button>
            </Show>
          </section>
        </Show>
        <Show when={risk.view()}>
          {(view) => (
            <Limits view={view()} losses={account()?.lossStreak ?? 0} longestNaked={account()?.longestNaked ?? null} />
          )}
        </Show>
        <Show when={account()}>
          {(owner) => <ProtectedList account={owner()} risks={risk.view()?.standing.positions ?? []} />}
        </Show>
      </div>
      <Show when={isResuming() && account()}>
        {(owner) => <ResumeDialog account={owner()} onClose={() => setResuming(false)} />}
      </Show>
    </PanelContent>
  );
}

function Limits(props: {
  view: RiskView;
  losses: number;
  longestNaked: NonNullable<AccountView["longestNaked"]> | null;
}): JSX.Element {
  const standing = () => props.view.standing;
  const settings = () => props.view.settings;
  const ofLimit = (limit: Decimal | null, unit = "%"): string =>
    limit === null ? "no limit" : `of ${limit} ${unit} at most`;
  const percent = (value: Decimal | null): string => formatPercent(value, { sign: "negative" });
  /** Only a further drawdown counts after one that was waited out. */
  const drawdownFrom = (): string => ((standing().drawdownBase ?? null) === null ? "the peak" : "where you resumed");
  const dayWords = (): string => {
    const loss = standing().dayLoss;
    return loss === null ? MISSING : formatProfit(negate(loss));
  };
  return (
    <>
      <dl class="grid grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))] gap-3">
        <LimitBar
          label="Exposure"
          title="All positions and open entries together, of equity"
          words={`${percent(standing().exposurePercent)} (${formatMoney(standing().exposure)})`}
          limitWords={ofLimit(settings().maximumExposurePercent)}
          value={standing().exposurePercent}
          limit={settings().maximumExposurePercent}
        />
        <LimitBar
          label="Drawdown"
          title={`From ${drawdownFrom()} of ${formatMoney(standing().drawdownBase ?? standing().peak)}`}
          words={percent(standing().drawdownPercent)}
          limitWords={
            settings().drawdownPercent === null
              ? `from ${drawdownFrom()}; no halt`
              : `from ${drawdownFrom()}; halts at ${settings().drawdownPercent} %`
          }
          value={standing().drawdownPercent}
          limit={settings().drawdownPercent}
        />
        <LimitBar
          label="Today"
          title="Equity now against the start of the account's day, without deposits and withdrawals"
          words={`${dayWords()} (${formatPercent(negated(standing().dayLossPercent))})`}
          limitWords={
            settings().dailyLossPercent === null ? "no halt" : `halts at ${MINUS}${settings().dailyLossPercent} %`
          }
          value={standing().dayLossPercent}
          limit={settings().dailyLossPercent}
        />
        <LimitBar
          label="Open positions"
          words={String(standing().openPositions)}
          limitWords={
            settings().maximumOpenPositions === null ? "no limit" : `of ${settings().maximumOpenPositions} at most`
          }
          value={wholeNumber(standing().openPositions)}
          limit={settings().maximumOpenPositions === null ? null : wholeNumber(settings().maximumOpenPositions ?? 0)}
        />
        <LimitBar
          label="Losses in a row"
          title="Closes that realised a loss since the last that did not"
          words={String(props.losses)}
          limitWords={
            settings().lossStreak === null
              ? "no pause"
              : `${settings().lossStreak?.losses ?? 0} pause for ${settings().lossStreak?.minutes ?? 0} min`
          }
          value={wholeNumber(props.losses)}
          limit={settings().lossStreak === null ? null : wholeNumber(settings().lossStreak?.losses ?? 0)}
        />
        <LimitBar
          label="Lose at all stops"
          title="What all positions together would lose against their cost, fees included, if every stop sold at its level"
          words={lossWords(standing().lossAtStops)}
          limitWords={standing().lossAtStops === null ? "a position has no stop" : "together"}
          value={null}
          limit={null}
        />
        <LimitBar
          label="Longest wait for a stop"
          title="The longest that any quantity was without the stop that it was owed, from its fill or from the end of another stop until one was accepted"
          words={
            props.longestNaked === null
              ? "none so far"
              : `${nakedDuration(props.longestNaked.milliseconds)} (${props.longestNaked.asset})`
          }
          limitWords={`alerts beyond ${formatDuration(NAKED_BOUND_MS)}`}
          value={wholeNumber(Math.round(props.longestNaked?.milliseconds ?? 0))}
          limit={wholeNumber(NAKED_BOUND_MS)}
        />
      </dl>
      <p class="text-sm text-muted">
        <a class="text-accent underline" href="/settings#risk">
          Change the limits
        </a>
      </p>
    </>
  );
}

function negated(value: Decimal | null): Decimal | null {
  return value === null ? null : negate(value);
}

function lossWords(loss: Decimal | null): string {
  if (loss === null) {
    return MISSING;
  }
  return isNegative(loss)
    ? formatProfit(negate(loss))
    : loss === ZERO
      ? formatMoney(loss)
      : `${MINUS}${formatMoney(loss)}`;
}
