import { createMemo, createSignal, type Accessor } from "solid-js";
import type { PriceAlertView } from "../../../../contract/price-alerts.ts";
import type { Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import type { Result } from "../../../../domain/problem.ts";
import { removePriceAlert, setPriceAlert } from "../../data/risk-api.ts";
import { useStores } from "../../data/stores.tsx";
import { useAccount } from "../../data/use-account.ts";
import { useTicker } from "../../data/use-market.ts";
import { formatPrice } from "../../ui/format.ts";
import { alertWish, replacePriceAlert } from "../alerts/alert-writes.ts";
import { createWrite, type Write } from "../create-write.ts";
import { alertLineId, alertLines } from "./alert-lines.ts";
import type { AlertMark } from "./alert-marks.tsx";
import type { OrderLine } from "./order-lines.ts";

export type ChartAlerts = {
  readonly lines: Accessor<readonly OrderLine[]>;
  readonly marks: Accessor<readonly AlertMark[]>;
  /** The alert whose line it is. */
  readonly byLine: (lineId: string) => PriceAlertView | null;
  readonly set: (price: Decimal) => void;
  /** It was dropped at another price. */
  readonly move: (alert: PriceAlertView, price: Decimal) => void;
  readonly remove: (alert: PriceAlertView) => void;
};

/** The price alerts of the pair on the chart. What is refused is said in a notice: there is no form to say it in. */
export function useChartAlerts(symbol: Accessor<string>, instrument: Accessor<Instrument | null>): ChartAlerts {
  const { notices } = useStores();
  const account = useAccount();
  const ticker = useTicker(symbol);
  const [moving, setMoving] = createSignal<{ readonly id: string; readonly price: Decimal } | null>(null);
  const setting = createWrite<unknown>();
  const changing = createWrite<unknown>();
  const removing = createWrite<unknown>();

  const alerts = createMemo(() => (account()?.priceAlerts ?? []).filter((alert) => alert.symbol === symbol()));
  const lines = createMemo(() => alertLines(alerts(), symbol(), moving()));
  const marks = createMemo(() =>
    alerts().map((alert) => ({
      id: alertLineId(alert.id),
      words: `at or ${alert.direction} ${formatPrice(alert.price, instrument()?.priceDecimals)}`,
      note: alert.note,
    })),
  );
  const last = (): Decimal | null => ticker()?.last ?? null;

  async function write(
    door: Write<unknown>,
    what: string,
    wish: string,
    send: (accountId: string, intent: string) => Promise<Result<unknown>>,
  ): Promise<boolean> {
    const accountId = account()?.id;
    if (accountId === undefined) {
      return false;
    }
    const answer = await door.run(`${accountId} ${wish}`, (intent) => send(accountId, intent));
    if (answer?.ok === false) {
      notices.add({ tone: "error", title: what, detail: answer.error.message });
    }
    return answer?.ok === true;
  }

  return {
    lines,
    marks,
    byLine: (lineId) => alerts().find(({ id }) => alertLineId(id) === lineId) ?? null,
    set(price) {
      const wish = alertWish(symbol(), price, last(), { note: null, ask: null });
      void write(setting, "The alert was not set", JSON.stringify(wish), (accountId, intent) =>
        setPriceAlert(accountId, wish, intent),
      );
    },
    move(alert, price) {
      if (changing.state().type === "sending") {
        return;
      }
      const wish = alertWish(alert.symbol, price, last(), alert);
      setMoving({ id: alert.id, price });
      void write(changing, "The alert was not moved", `${alert.id} ${JSON.stringify(wish)}`, (accountId, intent) =>
        replacePriceAlert(accountId, alert, wish, intent),
      ).then((isDone) => {
        // Where it went well the old alert is about to leave, and its line with it.
        if (!isDone) {
          setMoving(null);
        }
      });
    },
    remove(alert) {
      void write(removing, "The alert was not removed", alert.id, (accountId, intent) =>
        removePriceAlert(accountId, alert.id, intent),
      );
    },
  };
}
