import { createSignal, Show, untrack, type JSX } from "solid-js";
import type { PriceAlertView } from "../../../../contract/price-alerts.ts";
import { MAXIMUM_NOTE, type AlertQuestion } from "../../../../domain/alerts/price-alert.ts";
import { isPositive, parseDecimal, type Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { refuse, type Result } from "../../../../domain/problem.ts";
import { setPriceAlert } from "../../data/risk-api.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { TextField } from "../../ui/field.tsx";
import { formatPrice } from "../../ui/format.ts";
import { alertDirection, alertWish, replacePriceAlert } from "./alert-writes.ts";
import { AskChoice, useAskModels } from "./ask-choice.tsx";

/** Sets an alert at a price, or changes one that waits. */
export function PriceAlertDialog(props: {
  accountId: string;
  instrument: Instrument;
  last: Decimal | null;
  /** Null: a new one. */
  alert: PriceAlertView | null;
  onRemove: (alert: PriceAlertView) => void;
  onClose: () => void;
}): JSX.Element {
  // Of the moment in which the dialog opened: prices that come in do not overwrite what is written.
  const before = untrack(() => props.alert);
  const [priceText, setPriceText] = createSignal<string>(before?.price ?? untrack(() => props.last) ?? "");
  let priceField: HTMLInputElement | undefined;
  const [note, setNote] = createSignal(before?.note ?? "");
  const [ask, setAsk] = createSignal<AlertQuestion | null>(before?.ask ?? null);
  const models = useAskModels();
  const price = (): Decimal | null => {
    const value = parseDecimal(priceText());
    return value !== null && isPositive(value) ? value : null;
  };
  const blocked = (): string | null => {
    const level = price();
    if (level === null) {
      return "Give a price above zero.";
    }
    return level === props.last ? "That is the last price. Choose one that the market has yet to reach." : null;
  };
  const sentence = (): string => {
    const level = price();
    return level === null
      ? ""
      : `You are told once, when a trade of ${props.instrument.symbol} is at or ${alertDirection(level, props.last)} ` +
          `${formatPrice(level, props.instrument.priceDecimals)} ${props.instrument.quote}. No page has to be open.`;
  };
  const run = async (intent: string): Promise<Result<PriceAlertView>> => {
    const level = price();
    if (level === null) {
      return refuse("PRICE_INVALID", "Give a price above zero.");
    }
    const wish = alertWish(props.instrument.symbol, level, props.last, { note: note(), ask: ask() });
    return before === null
      ? setPriceAlert(props.accountId, wish, intent)
      : replacePriceAlert(props.accountId, before, wish, intent);
  };
  return (
    <ActionDialog
      title={before === null ? `Price alert for ${props.instrument.symbol}` : `Price alert of ${before.symbol}`}
      action={before === null ? "Set alert" : "Change it"}
      blockedReason={blocked()}
      initialFocus={() => priceField}
      run={run}
      onClose={() => props.onClose()}
    >
      <DecimalField
        ref={(element) => {
          priceField = element;
        }}
        label="Tell me when it trades at"
        value={priceText()}
        step={props.instrument.tickSize}
        unit={props.instrument.quote}
        onInput={setPriceText}
      />
      <TextField label="Note" value={note()} maxlength={MAXIMUM_NOTE} onInput={setNote} />
      <AskChoice models={models} value={ask()} onChange={setAsk} />
      <p class="text-sm">{sentence()}</p>
      <Show when={before}>
        {(alert) => (
          <Button
            tone="danger"
            class="self-start"
            onClick={() => {
              props.onRemove(alert());
              props.onClose();
            }}
          >
            Remove this alert
          </Button>
        )}
      </Show>
    </ActionDialog>
  );
}
