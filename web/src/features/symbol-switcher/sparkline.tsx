import { createMemo, Show, type JSX } from "solid-js";
import type { Decimal } from "../../../../domain/decimal.ts";
import { useCandles } from "../../data/use-market.ts";

const WIDTH = 64;
const HEIGHT = 18;
const HOURS = 24;

/** The closes of the last 24 hours as a line. Decoration: the change beside it says the same in figures. */
export function Sparkline(props: { symbol: string }): JSX.Element {
  const candles = useCandles(
    () => props.symbol,
    () => "1h",
  );
  const points = createMemo(() => {
    const closes = (candles.series()?.candles ?? []).slice(-HOURS).map((candle) => candle.close);
    return linePoints(closes);
  });
  return (
    <svg
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      aria-hidden="true"
      class="shrink-0 text-muted"
      fill="none"
      stroke="currentColor"
    >
      <Show when={points() !== ""}>
        <polyline points={points()} stroke-width="1.2" stroke-linejoin="round" />
      </Show>
    </svg>
  );
}

/** SVG points of closes scaled into the box; "" for fewer than two. Pixels are no money: here floats are right. */
export function linePoints(closes: readonly Decimal[]): string {
  if (closes.length < 2) {
    return "";
  }
  const values = closes.map(Number);
  const low = Math.min(...values);
  const range = Math.max(...values) - low;
  return values
    .map((value, index) => {
      const share = range === 0 ? 0.5 : (value - low) / range;
      const x = (index / (values.length - 1)) * WIDTH;
      return `${x.toFixed(1)},${(1 + (1 - share) * (HEIGHT - 2)).toFixed(1)}`;
    })
    .join(" ");
}
