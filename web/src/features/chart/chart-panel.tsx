import { createEffect, createMemo, createSignal, Show, type JSX } from "solid-js";
import type { OrderView } from "../../../../contract/orders.ts";
import type { PriceAlertView } from "../../../../contract/price-alerts.ts";
import type { Decimal } from "../../../../domain/decimal.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { preferences } from "../../data/preferences.ts";
import { useAccount, useOpenOrders, usePositions } from "../../data/use-account.ts";
import { useCandles, useFreshness, useInstrument, useTicker, useTimeframes } from "../../data/use-market.ts";
import { IconButton } from "../../ui/button.tsx";
import { formatPrice } from "../../ui/format.ts";
import { Icon } from "../../ui/icon.tsx";
import type { MenuItem } from "../../ui/menu-items.tsx";
import { Panel } from "../../ui/panel.tsx";
import { PriceAlertDialog } from "../alerts/price-alert-dialog.tsx";
import { freshnessText } from "../freshness-text.ts";
import { isAmendable } from "../orders/order-words.ts";
import { SegmentedChoice } from "../segmented-choice.tsx";
import { ChartCanvas } from "./chart-canvas.tsx";
import { chartMenu, type ChartSpot } from "./chart-menu.ts";
import type { LineMove } from "./line-drag.ts";
import { MoveOrderDialog } from "./move-order-dialog.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { ProtectionDialog } from "../positions/protection-dialog.tsx";
import { orderLines } from "./order-lines.ts";
import { draftLines, levelOf, positionLines, type LevelLine } from "./position-lines.ts";
import { useChartAlerts } from "./use-chart-alerts.ts";
import { useSymbolFills } from "./use-symbol-fills.ts";

/** Candles, volume, own fills and orders of the desk's symbol. The timeframe stands in the URL. */
export function ChartPanel(): JSX.Element {
  const desk = useDesk();
  const instrument = useInstrument(desk.symbol);
  const candles = useCandles(desk.symbol, desk.timeframe);
  const timeframes = useTimeframes(desk.symbol);
  const freshness = useFreshness(desk.symbol);
  const openOrders = useOpenOrders();
  const fills = useSymbolFills(desk.symbol);
  const account = useAccount();
  const alerts = useChartAlerts(desk.symbol, instrument);
  /** The alert that is being written: one that waits, or a new one. */
  const [writing, setWriting] = createSignal<{ readonly alert: PriceAlertView | null } | null>(null);
  const positions = usePositions();
  const ticker = useTicker(desk.symbol);
  const [protecting, setProtecting] = createSignal<{
    readonly asset: string;
    readonly proposed: { readonly stop?: Decimal; readonly target?: Decimal };
  } | null>(null);
  const protectedPosition = createMemo(
    () => positions().find((position) => position.asset === protecting()?.asset) ?? null,
  );
  const [move, setMove] = createSignal<{ readonly order: OrderView; readonly price: Decimal } | null>(null);

  const options = createMemo(() => timeframes().map((timeframe) => ({ value: timeframe, label: timeframe })));
  // A recording by the hour has no minutes: a link or a habit that asks for them gets the finest there is.
  createEffect(() => {
    const [finest] = timeframes();
    if (finest !== undefined && !timeframes().includes(desk.timeframe())) {
      desk.setTimeframe(finest);
    }
  });
  const series = createMemo(() => {
    const current = candles.series();
    return current !== null && current.symbol === desk.symbol() && current.timeframe === desk.timeframe()
      ? current
      : null;
  });
  // By its value: most frames of a ticker leave it as it is, and the lines with it.
  const lastPrice = createMemo(() => ticker()?.last ?? null);
  const ownLines = createMemo(() => {
    const fees = account()?.fees;
    const rules = instrument();
    return fees === undefined || rules === null
      ? []
      : [
          ...orderLines(openOrders(), rules, fees),
          ...positionLines(positions(), desk.symbol(), fees),
          ...draftLines(desk.draft, desk.draft.quantity === "" ? null : lastPrice(), rules.quote, fees),
        ];
  });
  const lines = createMemo(() => [...ownLines(), ...alerts.lines()]);
  /** A daily candle is a UTC day: west of Greenwich its opening would be named by the day before. */
  const zone = (): string => {
    if (desk.timeframe() === "1d") {
      return "UTC";
    }
    return preferences.zone === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : preferences.zone;
  };
  const handleLineMoved = (wish: LineMove): void => {
    const alert = alerts.byLine(wish.id);
    if (alert !== null) {
      alerts.move(alert, wish.price);
      return;
    }
    const level = levelOf(wish.id);
    if (level !== null) {
      moveLevel(level, wish.price);
      return;
    }
    const order = openOrders().find((other) => other.id === wish.id);
    if (order !== undefined && isAmendable(order)) {
      setMove({ order, price: wish.price });
    }
  };

  const withAlert = (lineId: string, act: (alert: PriceAlertView) => void): void => {
    const alert = alerts.byLine(lineId);
    if (alert !== null) {
      act(alert);
    }
  };
  const menuAt = (spot: ChartSpot): readonly MenuItem[] => {
    if (account() === null) {
      return [];
    }
    const price = (value: Decimal | null): string => formatPrice(value, instrument()?.priceDecimals);
    const alert = spot.line === null ? null : alerts.byLine(spot.line.id);
    return chartMenu(spot, price(spot.price), {
      alert:
        alert === null
          ? null
          : {
              words: `at ${price(alert.price)}`,
              change: () => setWriting({ alert }),
              remove: () => alerts.remove(alert),
            },
      setAlert: alerts.set,
      writeAlert: () => setWriting({ alert: null }),
      order: (side, limit) => {
        desk.changeDraft({ type: "limit", price: limit });
        desk.focusOrderForm(side);
      },
    });
  };

  /** A level of the order form is only written; a position's is asked about first. */
  const moveLevel = ({ kind, asset }: LevelLine, price: Decimal): void => {
    if (kind === "entry") {
      desk.changeDraft({ price });
    } else if (asset === null) {
      desk.changeDraft({ [kind]: price });
    } else {
      setProtecting({ asset, proposed: { [kind]: price } });
    }
  };

  return (
    <>
      <Panel
        title="Chart"
        hideTitle
        stale={freshnessText(freshness())}
        staleClass="bottom-7"
        tools={
          <>
            <Show when={account()}>
              <IconButton size="small" label="Price alert…" onClick={() => setWriting({ alert: null })}>
                <Icon name="bell" />
              </IconButton>
            </Show>
            <SegmentedChoice
              label="Timeframe"
              options={options()}
              value={desk.timeframe()}
              onChange={desk.setTimeframe}
            />
          </>
        }
      >
        <ChartCanvas
          instrument={instrument()}
          timeframe={desk.timeframe()}
          series={series()}
          fills={fills()}
          lines={lines()}
          zone={zone()}
          onNearOldest={candles.loadOlder}
          onLineMoved={handleLineMoved}
          alerts={alerts.marks()}
          onOpenAlert={(id) => withAlert(id, (alert) => setWriting({ alert }))}
          onRemoveAlert={(id) => withAlert(id, alerts.remove)}
          menuAt={menuAt}
        />
      </Panel>
      <Show when={instrument()}>
        {(rules) => (
          <>
            <MoveOrderDialog move={move()} instrument={rules()} onClose={() => setMove(null)} />
            <Show when={writing()} keyed>
              {(wish) => (
                <PriceAlertDialog
                  accountId={account()?.id ?? ""}
                  instrument={rules()}
                  last={ticker()?.last ?? null}
                  alert={wish.alert}
                  onRemove={alerts.remove}
                  onClose={() => setWriting(null)}
                />
              )}
            </Show>
            <Show when={protectedPosition()} keyed>
              {(position) => (
                <ProtectionDialog
                  accountId={account()?.id ?? ""}
                  position={position}
                  instrument={rules()}
                  isReal={isKraken(account())}
                  proposed={protecting()?.proposed}
                  onClose={() => setProtecting(null)}
                />
              )}
            </Show>
          </>
        )}
      </Show>
    </>
  );
}
