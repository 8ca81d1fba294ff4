import { createMemo, createSignal, Show, type JSX } from "solid-js";
import type { PositionView } from "../../../../contract/accounts.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatAmount, formatDecimal } from "../../ui/format.ts";
import { marketNow } from "../../data/clock.ts";
import { useAccount, useOpenOrders } from "../../data/use-account.ts";
import { freshnessText } from "../freshness-text.ts";
import { isKraken, moneyWords } from "../account-mode/mode-words.ts";
import { SegmentedChoice } from "../segmented-choice.tsx";
import { useTradingMarket } from "../trading/use-trading-market.ts";
import { CloseFigures } from "./close-figures.tsx";
import { CLOSE_PERCENTS, type ClosePercent } from "./close-percents.ts";
import { closePlan, type ClosePlan } from "./close-plan.ts";
import type { ClosePosition } from "./use-close-position.ts";

type ClosePositionDialogProps = {
  position: PositionView;
  percent: ClosePercent;
  onPercent: (percent: ClosePercent) => void;
  close: ClosePosition;
  onClose: () => void;
};

const PERCENTS = CLOSE_PERCENTS.map((percent) => ({ value: String(percent), label: `${percent} %` }));

/** Says in numbers what a close will do, and does it once. */
export function ClosePositionDialog(props: ClosePositionDialogProps): JSX.Element {
  let confirmButton: HTMLButtonElement | undefined;
  const account = useAccount();
  const openOrders = useOpenOrders();
  const market = useTradingMarket(() => props.position.symbol);
  const plan = createMemo<ClosePlan | null>(() => {
    const owner = account();
    const instrument = market.instrument();
    return owner === null || instrument === null
      ? null
      : closePlan(props.position, props.percent, owner, openOrders(), instrument, market.markets(), marketNow());
  });
  const sellWord = (): string => {
    const quantity = plan()?.estimate?.quantity;
    return quantity === undefined ? `Sell ${props.percent} %` : `Sell ${formatAmount(quantity, props.position.asset)}`;
  };
  const isReal = (): boolean => isKraken(account());
  /** The amount by name, where the money is real. */
  const sentence = (): string => {
    const estimate = plan()?.estimate ?? null;
    const owner = account();
    const money = owner === null ? "" : moneyWords(owner);
    return estimate === null
      ? `${sellWord()} at a price that is not known now, ${money}`
      : `${sellWord()} for about ${formatDecimal(estimate.total, { decimals: 2 })} ${estimate.quoteAsset} of ${money}`;
  };
  const [wasTried, setTried] = createSignal(false);
  const failure = (): string | null => (wasTried() ? props.close.failure() : null);
  const handleConfirm = async (): Promise<void> => {
    setTried(true);
    if (await props.close.run(props.position.asset, props.percent)) {
      props.onClose();
    }
  };

  return (
    <Dialog
      open
      initialFocus={() => confirmButton}
      onClose={() => props.onClose()}
      class={isReal() ? "border-3 border-money" : ""}
      title={`Close ${props.percent} % of ${props.position.asset}?`}
      footer={
        <>
          <Button onClick={() => props.onClose()}>Keep it</Button>
          <Button
            tone="sell"
            ref={(element) => {
              confirmButton = element;
            }}
            blockedReason={plan()?.denial?.message ?? null}
            onClick={() => void handleConfirm()}
          >
            {props.close.sending() === null ? `${sellWord()}${isReal() ? " on Kraken" : ""}` : "Sending…"}
          </Button>
        </>
      }
    >
      <div class="flex flex-col gap-3">
        <Show when={isReal()}>
          <p class="border-l-4 border-money bg-money-soft px-3 py-2 text-lg font-semibold">{sentence()}</p>
        </Show>
        <SegmentedChoice
          label="How much of it"
          options={PERCENTS}
          value={String(props.percent)}
          onChange={(value) => {
            const chosen = CLOSE_PERCENTS.find((percent) => String(percent) === value);
            if (chosen !== undefined) {
              props.onPercent(chosen);
            }
          }}
        />
        <Show when={plan()} fallback={<p class="text-muted">Reading the order book…</p>}>
          {(shown) => (
            <CloseFigures
              plan={shown()}
              asset={props.position.asset}
              priceDecimals={market.instrument()?.priceDecimals}
              isReal={isReal()}
            />
          )}
        </Show>
        <Show when={freshnessText(market.freshness())}>{(text) => <p class="text-warning">{text()}</p>}</Show>
        <Show when={failure()}>
          <p role="alert" class="text-danger">
            {failure()}
          </p>
        </Show>
      </div>
    </Dialog>
  );
}
