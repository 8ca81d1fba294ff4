import { createSignal, Show, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import { isPositive, subtract, ZERO } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import type { Estimate } from "../../../../domain/orders/estimate.ts";
import { givenWaySentence, takenFromStop, waitsAbove } from "../../../../domain/protection/given-way.ts";
import type { RiskCheck } from "../../../../domain/risk/check.ts";
import type { PlaceOrder } from "../../data/api.ts";
import { changePreferences } from "../../data/preferences.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import {
  formatAmount,
  formatDecimal,
  formatMoney,
  formatPrice,
  formatQuantity,
  MINUS,
  MISSING,
} from "../../ui/format.ts";
import { formatIso } from "../../ui/format-time.ts";
import { FigureList, FigureRow } from "../figure-list.tsx";
import { ModeBadge } from "../account-mode/mode-marks.tsx";
import { isKraken, moneyWords } from "../account-mode/mode-words.ts";
import { closeWord, sideWord, typeWord } from "../orders/order-words.ts";
import { quoteDecimals } from "./form-request.ts";

type ConfirmOrderDialogProps = {
  request: PlaceOrder;
  estimate: Estimate | null;
  /** What the risk engine says of it; null while that is not known. */
  check: RiskCheck | null;
  instrument: Instrument;
  /** Whose money it is. On paper the question can be switched off, for real money never. */
  account: AccountView | null;
  onConfirm: () => void;
  onDismiss: () => void;
};

/** One step that repeats side, size, symbol, price, cost and fee. */
export function ConfirmOrderDialog(props: ConfirmOrderDialogProps): JSX.Element {
  let confirmButton: HTMLButtonElement | undefined;
  const [skip, setSkip] = createSignal(false);
  const quantity = (): string => formatQuantity(props.estimate?.quantity ?? props.request.quantity);
  const what = (): string => `${sideWord(props.request.side)} ${quantity()} ${props.instrument.base}`;
  const isReal = (): boolean => isKraken(props.account);
  /** "Buy 0.05 BTC for about 3 212.50 USD of real money on Kraken": the amount is named, not only the size. */
  const sentence = (): string => {
    const { estimate } = props;
    const amount = estimate?.averagePrice === null || estimate === null ? null : estimate.total;
    const money = props.account === null ? "" : moneyWords(props.account);
    return amount === null
      ? `${what()} at a price that is not known now, ${money}`
      : `${what()} for about ${formatDecimal(amount, { decimals: amountDecimals() })} ${props.instrument.quote} of ${money}`;
  };
  const stopWords = (): string => {
    const order = props.check?.order ?? null;
    if (order === null || order.stop === null) {
      return "None: unprotected";
    }
    const trailing = props.request.stop?.type === "trailing" ? ", trailing" : "";
    return `${formatPrice(order.stop, props.instrument.priceDecimals)}${trailing}`;
  };
  const lossWords = (): string => {
    const order = props.check?.order ?? null;
    const share = order === null || order.lossPercent === null ? "" : ` (${order.lossPercent} % of equity)`;
    return order === null || order.loss === null ? MISSING : `${MINUS}${formatMoney(order.loss)}${share}`;
  };
  /** Of a sale that may rest: what of the position has no stop meanwhile. */
  const givenWay = (): string | null => {
    const { request, instrument } = props;
    const position = props.account?.positions.find(({ asset }) => asset === instrument.base);
    const size = props.estimate?.quantity ?? request.quantity ?? null;
    const order = { type: request.type, timeInForce: request.timeInForce ?? "gtc" };
    if (position === undefined || size === null || request.side !== "sell" || !waitsAbove(order)) {
      return null;
    }
    const covered = position.protection.stop === null ? ZERO : position.protection.protectedQuantity;
    const taken = takenFromStop(size, covered, subtract(subtract(position.quantity, covered), position.held));
    return isPositive(taken) ? `gives way. ${givenWaySentence(taken, instrument.base)}` : null;
  };
  const amountDecimals = (): number => quoteDecimals(props.instrument);
  const kind = (): string =>
    typeWord({
      type: props.request.type,
      trailingPercent: props.request.trailingPercent ?? null,
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
      class={isReal() ? "border-3 border-money" : ""}
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
            {isReal() ? `${what()} on Kraken` : what()}
          </Button>
        </>
      }
    >
      <Show when={isReal()}>
        <p class="mb-3 border-l-4 border-money bg-money-soft px-3 py-2 text-lg font-semibold">{sentence()}</p>
      </Show>
      <FigureList>
        <Show when={props.account}>
          {(account) => (
            <FigureRow label="Account">
              <span class="inline-flex items-center gap-2">
                {account().name} <ModeBadge account={account()} />
              </span>
            </FigureRow>
          )}
        </Show>
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
        <Show when={props.request.triggerPrice}>
          {(trigger) => <FigureRow label="Trigger">{formatPrice(trigger(), props.instrument.priceDecimals)}</FigureRow>}
        </Show>
        <Show when={props.request.trailingPercent}>
          {(percent) => <FigureRow label="Follows by">{percent()} %</FigureRow>}
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
        <Show when={props.request.side === "buy"}>
          <FigureRow label="Stop">{stopWords()}</FigureRow>
          <FigureRow label="Lose at stop">{lossWords()}</FigureRow>
        </Show>
        <Show when={givenWay()}>
          {(words) => (
            <FigureRow label="Its stop">
              <span class="text-warning">{words()}</span>
            </FigureRow>
          )}
        </Show>
        <Show when={props.request.conditionalClose}>
          {(close) => (
            <FigureRow label="After each fill">{closeWord(close(), props.instrument.priceDecimals)}</FigureRow>
          )}
        </Show>
        <Show when={props.request.expiresAt}>
          {(expiresAt) => <FigureRow label="Expires">{formatIso(expiresAt())}</FigureRow>}
        </Show>
      </FigureList>
      <Show when={!isReal()}>
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
