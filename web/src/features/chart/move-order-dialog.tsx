import { Show, type JSX } from "solid-js";
import type { OrderView } from "../../../../contract/orders.ts";
import type { Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { amendOrder } from "../../data/api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatAmount, formatPrice } from "../../ui/format.ts";
import { costOf } from "../../../../domain/orders/quantise.ts";
import { linePrice } from "./order-lines.ts";
import { createWrite } from "../create-write.ts";
import { remainingQuantity, sideWord } from "../orders/order-words.ts";

type MoveOrderDialogProps = {
  /** Null: closed. */
  move: { readonly order: OrderView; readonly price: Decimal } | null;
  instrument: Instrument;
  onClose: () => void;
};

/** An order line was dropped at another price: nothing changes before this is confirmed. */
export function MoveOrderDialog(props: MoveOrderDialogProps): JSX.Element {
  const write = createWrite<unknown>();
  const failure = (): string | null => {
    const state = write.state();
    return state.type === "failed" ? state.problem.message : null;
  };
  const close = (): void => {
    write.reset();
    props.onClose();
  };
  const handleConfirm = async (): Promise<void> => {
    const { move } = props;
    if (move === null) {
      return;
    }
    const { order, price } = move;
    const answer = await write.run(`move ${order.id} ${price}`, (intent) =>
      amendOrder(order.accountId, order.id, { [linePrice(order).field]: price }, intent),
    );
    if (answer?.ok === true) {
      close();
    }
  };
  const price = (value: Decimal | null): string => formatPrice(value, props.instrument.priceDecimals);
  return (
    <Dialog
      open={props.move !== null}
      onClose={close}
      title="Move this order?"
      footer={
        <>
          <Button onClick={close}>Leave it</Button>
          <Button tone="primary" onClick={() => void handleConfirm()}>
            {write.state().type === "sending" ? "Sending…" : `Move to ${price(props.move?.price ?? null)}`}
          </Button>
        </>
      }
    >
      <Show when={props.move}>
        {(move) => (
          <p>
            {sideWord(move().order.side)} {formatAmount(remainingQuantity(move().order), props.instrument.base)} of{" "}
            {move().order.symbol}: {linePrice(move().order).field === "triggerPrice" ? "trigger" : "limit"}{" "}
            {price(linePrice(move().order).price)} → <strong>{price(move().price)}</strong>, worth{" "}
            {formatAmount(
              costOf(move().price, remainingQuantity(move().order), props.instrument),
              props.instrument.quote,
              2,
            )}
            .
            <Show
              when={linePrice(move().order).field === "triggerPrice"}
              fallback=" It goes to the end of the queue at the new price."
            >
              {" "}
              It acts when the last trade reaches the new price.
            </Show>
          </p>
        )}
      </Show>
      <Show when={failure()}>
        {(message) => (
          <p role="alert" class="mt-2 text-danger">
            {message()}
          </p>
        )}
      </Show>
    </Dialog>
  );
}
