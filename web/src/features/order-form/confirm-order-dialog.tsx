import { createSignal, Show, type JSX } from "solid-js";
import type { Instrument } from "../../../../domain/market.ts";
import type { Estimate } from "../../../../domain/orders/estimate.ts";
import type { PlaceOrder } from "../../data/api.ts";
import { changePreferences } from "../../data/preferences.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatAmount, formatPrice, formatQuantity } from "../../ui/format.ts";
import { formatIso } from "../../ui/format-time.ts";
import { FigureList, FigureRow } from "../figure-list.tsx";
import { sideWord, typeWord } from "../orders/order-words.ts";

type ConfirmOrderDialogProps = {
  request: PlaceOrder;
  estimate: Estimate | null;
  instrument: Instrument;
  /** Paper money: the question can be switched off. */
  canSkip: boolean;
  onConfirm: () => void;
  onDismiss: () => void;
};

/** One step that repeats side, size, symbol, price, cost and fee. */
export function ConfirmOrderDialog(props: ConfirmOrderDialogProps): JSX.Element {
  let confirmButton: HTMLButtonElement | undefined;
  const [skip, setSkip] = createSignal(false);
  const quantity = (): string => formatQuantity(props.estimate?.quantity ?? props.request.quantity);
  const what = (): string => `${sideWord(props.request.side)} ${quantity()} ${props.instrument.base}`;
  const kind = (): string =>
    typeWord({
      type: props.request.type,
      postOnly: props.request.postOnly ?? false,
      timeInForce: props.request.timeInForce ?? "gtc",
    });
  const handleConfirm = (): void => {
    if (skip()) {
      changePreferences({ confirmOrders: false });
    }
    props.onConfirm();
  };
  return (
    <Dialog
      open
      initialFocus={() => confirmButton}
      onClose={() => props.onDismiss()}
      title={`${what()}?`}
      footer={
        <>
          <Button onClick={() => props.onDismiss()}>Back</Button>
          <Button
            tone={props.request.side}
            ref={(element) => {
              confirmButton = element;
            }}
            onKeyDown={ignoreRepeat}
            onClick={handleConfirm}
          >
            {what()}
          </Button>
        </>
      }
    >
      <FigureList>
        <FigureRow label="Symbol">{props.request.symbol}</FigureRow>
        <FigureRow label="Side">{sideWord(props.request.side)}</FigureRow>
        <FigureRow label="Type">{kind()}</FigureRow>
        <FigureRow label="Size">
          {quantity()} {props.instrument.base}
        </FigureRow>
        <Show when={props.request.cost}>
          {(cost) => (
            <FigureRow label="Spends at most">{formatAmount(cost(), props.instrument.quote)}, fee included</FigureRow>
          )}
        </Show>
        <FigureRow label="Price">
          {props.request.limitPrice === undefined
            ? `Market, about ${formatPrice(props.estimate?.averagePrice, props.instrument.priceDecimals)}`
            : formatPrice(props.estimate?.limitPrice ?? props.request.limitPrice, props.instrument.priceDecimals)}
        </FigureRow>
        <FigureRow label={props.request.side === "buy" ? "Cost" : "Value"}>
          {formatAmount(props.estimate?.cost, props.instrument.quote)}
        </FigureRow>
        <FigureRow label="Fee">{formatAmount(props.estimate?.fee, props.instrument.quote)}</FigureRow>
        <FigureRow label={props.request.side === "buy" ? "You pay" : "You receive"}>
          <strong>{formatAmount(props.estimate?.total, props.instrument.quote)}</strong>
        </FigureRow>
        <Show when={props.request.expiresAt}>
          {(expiresAt) => <FigureRow label="Expires">{formatIso(expiresAt())}</FigureRow>}
        </Show>
      </FigureList>
      <Show when={props.canSkip}>
        <label class="mt-3 flex items-center gap-2 text-sm text-muted">
          <input type="checkbox" checked={skip()} onChange={(event) => setSkip(event.currentTarget.checked)} />
          Do not ask again for paper money (Settings brings it back)
        </label>
      </Show>
    </Dialog>
  );
}

/** A held Enter key that opened the question must not answer it too. */
function ignoreRepeat(event: KeyboardEvent): void {
  if (event.repeat) {
    event.preventDefault();
  }
}
