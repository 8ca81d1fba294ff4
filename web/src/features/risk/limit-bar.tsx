import { Show, type JSX } from "solid-js";
import {
  compare,
  divide,
  HUNDRED,
  isPositive,
  multiply,
  smallest,
  ZERO,
  type Decimal,
} from "../../../../domain/decimal.ts";
import { classNames } from "../../ui/class-names.ts";

/** One figure against its limit: in words, and how much of the limit is used as a bar. */
export function LimitBar(props: {
  label: string;
  title?: string;
  /** The figure in words, with its unit. */
  words: string;
  limitWords: string;
  value: Decimal | null;
  /** Null: there is no limit. */
  limit: Decimal | null;
}): JSX.Element {
  const used = (): Decimal | null => usedPercent(props.value, props.limit);
  const isFull = (): boolean => used() === HUNDRED;
  return (
    <div class="flex min-w-0 flex-col gap-1" title={props.title}>
      <dt class="text-sm text-muted">{props.label}</dt>
      <dd class="tabular-nums">
        <span class={classNames("block font-semibold", isFull() && "text-danger")}>{props.words}</span>
        <span class="block text-sm text-muted">{props.limitWords}</span>
        <span class="mt-1 block h-1 bg-raised" aria-hidden="true">
          <Show when={used()}>
            {(percent) => (
              <span
                class={classNames("block h-1", isFull() ? "bg-danger" : "bg-accent")}
                style={{ width: `${percent()}%` }}
              />
            )}
          </Show>
        </span>
      </dd>
    </div>
  );
}

/** Whole percent of the limit that is used, from 0 to 100; null where one of the two is not known. */
export function usedPercent(value: Decimal | null, limit: Decimal | null): Decimal | null {
  if (value === null || limit === null || !isPositive(limit)) {
    return null;
  }
  const share = divide(multiply(value, HUNDRED), limit, 0, "half-even");
  return compare(share, ZERO) < 0 ? ZERO : smallest(share, HUNDRED);
}
