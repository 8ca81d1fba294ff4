import { Show, type Accessor, type JSX } from "solid-js";
import type { OrderView } from "../../../../contract/orders.ts";
import { cancelOrder } from "../../data/api.ts";
import { Button } from "../../ui/button.tsx";
import { formatQuantity } from "../../ui/format.ts";
import { createWrite, type Write } from "../create-write.ts";
import { isCancellable } from "./order-words.ts";

type RowActionsProps = {
  order: Accessor<OrderView>;
  /** Why it cannot be amended; null when it can. */
  amendBlocked: string | null;
  editing: boolean;
  saving: boolean;
  onEdit: () => void;
  onSave: () => void;
  onLeave: () => void;
  onMessage: (message: string) => void;
};

/** Cancel always works, stale prices or not. */
export function RowActions(props: RowActionsProps): JSX.Element {
  const cancel: Write<OrderView> = createWrite<OrderView>();
  const name = (): string =>
    `${props.order().side} order of ${formatQuantity(props.order().quantity)} ${props.order().symbol}`;
  const cancelWord = (): string =>
    cancel.state().type === "sending" || props.order().status === "cancel_pending" ? "Cancelling…" : "Cancel";
  const handleCancel = async (): Promise<void> => {
    const order = props.order();
    props.onMessage("");
    const answer = await cancel.run(order.id, (intent) => cancelOrder(order.accountId, order.id, intent));
    if (answer !== null && !answer.ok) {
      props.onMessage(`The ${name()} could not be cancelled: ${answer.error.message}`);
    }
  };
  return (
    <span class="inline-flex justify-end gap-1">
      <Show
        when={props.editing}
        fallback={
          <>
            <Button
              size="small"
              aria-label={`Amend the ${name()}`}
              blockedReason={props.amendBlocked}
              onClick={() => props.onEdit()}
            >
              Amend
            </Button>
            <Button
              size="small"
              aria-label={`${cancelWord()} the ${name()}`}
              blockedReason={isCancellable(props.order()) ? null : "A cancel is on its way already."}
              onClick={() => void handleCancel()}
            >
              {cancelWord()}
            </Button>
          </>
        }
      >
        <Button size="small" tone="primary" onClick={() => props.onSave()}>
          {props.saving ? "Sending…" : "Save"}
        </Button>
        <Button size="small" onClick={() => props.onLeave()}>
          Leave
        </Button>
      </Show>
    </span>
  );
}
