import { For, Show, type JSX } from "solid-js";
import {
  compare,
  divide,
  HUNDRED,
  isPositive,
  multiply,
  parseDecimal,
  smallest,
  ZERO,
  type Decimal,
} from "../../../../domain/decimal.ts";
import type { RiskCheck } from "../../../../domain/risk/check.ts";
import type { RuleVerdict } from "../../../../domain/risk/facts.ts";
import { formatDecimal, formatMoney, formatPercent, MINUS, MISSING } from "../../ui/format.ts";
import { classNames } from "../../ui/class-names.ts";

/** What the order can lose, and how much room every rule leaves, before anything is sent (UX "Money at risk is text"). */
export function RiskFigures(props: {
  check: RiskCheck | null;
  isEntry: boolean;
  /** How many times what is risked the target brings; null without one. */
  reward: Decimal | null;
}): JSX.Element {
  return (
    <div class="flex flex-col gap-1 border-t border-line pt-2">
      <Show when={props.isEntry}>
        <p class="text-sm">{lossSentence(props.check)}</p>
        <Show when={props.check?.order?.position}>
          {(position) => (
            <p class="text-sm text-warning">
              Moves the stop of all {formatDecimal(position().quantity)} to {formatDecimal(position().stop)}: that is{" "}
              {MINUS}
              {formatMoney(position().loss)} there
            </p>
          )}
        </Show>
        <Show when={props.reward}>
          {(reward) => <p class="text-sm">Reward to risk: {formatDecimal(reward())} to 1</p>}
        </Show>
      </Show>
      <RuleList rules={props.check?.rules ?? []} />
    </div>
  );
}

/** Every rule with what it leaves. What denies is in sight without a press, and comes first. */
export function RuleList(props: { rules: readonly RuleVerdict[] }): JSX.Element {
  const failed = () => props.rules.filter(({ passed }) => !passed);
  return (
    <details class="text-sm" open={failed().length > 0}>
      <summary class="cursor-pointer text-muted">{rulesSentence(props.rules, failed().length)}</summary>
      <ul class="mt-1 flex flex-col gap-1.5" aria-label="Rules of risk">
        <For each={[...failed(), ...props.rules.filter(({ passed }) => passed)]}>
          {(rule) => <RuleBar rule={rule} />}
        </For>
      </ul>
    </details>
  );
}

function lossSentence(check: RiskCheck | null): string {
  const order = check?.order ?? null;
  if (order === null || order.loss === null) {
    return `Lose at stop: ${MISSING}`;
  }
  const share =
    order.lossPercent === null ? "" : ` (${formatPercent(order.lossPercent, { sign: "negative" })} of equity)`;
  const where = order.stop === null ? "Without a stop all of it is at risk" : "Lose at stop";
  return `${where}: ${MINUS}${formatMoney(order.loss)}${share}`;
}

function rulesSentence(rules: readonly RuleVerdict[], failed: number): string {
  if (rules.length === 0) {
    return "Rules: give a size to see what each leaves";
  }
  return failed === 0 ? `All ${rules.length} rules pass` : `${failed} of ${rules.length} rules deny this order`;
}

/** One rule: how much of its limit the order would use, in words and as a bar. */
function RuleBar(props: { rule: RuleVerdict }): JSX.Element {
  const used = (): string => usedPercent(props.rule);
  return (
    <li>
      <p class="flex justify-between gap-2">
        <span class={props.rule.passed ? "" : "text-danger"}>
          {props.rule.passed ? "" : "✕ "}
          {props.rule.name}
        </span>
        <span class="numeric text-muted">{wordsOf(props.rule)}</span>
      </p>
      <span class="block h-1 bg-raised" aria-hidden="true">
        <span
          class={classNames("block h-1", props.rule.passed ? "bg-accent" : "bg-danger")}
          style={{ width: `${used()}%` }}
        />
      </span>
      <Show when={!props.rule.passed && props.rule.message !== ""}>
        <p class="text-danger">{props.rule.message}</p>
      </Show>
    </li>
  );
}

function wordsOf({ value, limit, unit, passed }: RuleVerdict): string {
  if (value === null || limit === null) {
    return passed ? "passes" : "denies";
  }
  return `${grouped(value)} of ${grouped(limit)}${unit === "" ? "" : ` ${unit}`}`;
}

/** A number as it is read everywhere else; any other text as it stands. */
function grouped(text: string): string {
  const value = parseDecimal(text);
  return value === null ? text : formatDecimal(value);
}

/** Whole percent of the limit that is used, at most 100; a rule without numbers is full when it denies. */
function usedPercent({ value, limit, passed }: RuleVerdict): string {
  const used = value === null ? null : parseDecimal(value);
  const most = limit === null ? null : parseDecimal(limit);
  if (used === null || most === null || !isPositive(most)) {
    return passed ? ZERO : HUNDRED;
  }
  const share = divide(multiply(used, HUNDRED), most, 0, "half-even");
  return compare(share, ZERO) < 0 ? ZERO : smallest(share, HUNDRED);
}
