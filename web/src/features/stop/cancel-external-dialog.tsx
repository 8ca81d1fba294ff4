import { For, Show, createSignal, untrack, type JSX } from "solid-js";
import type { ExternalOrderView } from "../../../../contract/accounts.ts";
import type { CancelExternalResult } from "../../../../contract/orders.ts";
import { cancelExternalOrders } from "../../data/api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatDecimal, formatQuantity } from "../../ui/format.ts";
import { createWrite } from "../create-write.ts";
import { plural } from "./stop-words.ts";

/** The second confirmation: orders that this desk did not send are named one by one before they are cancelled. */
export function CancelExternalDialog(props: {
  accountId: string;
  orders: readonly ExternalOrderView[];
  onClose: () => void;
}): JSX.Element {
  const write = createWrite<CancelExternalResult>();
  const [result, setResult] = createSignal<CancelExternalResult | null>(null);
  // Named as they are when it is asked: what is cancelled is what was read.
  const named = untrack(() => [...props.orders]);
  const failure = (): string | null => {
    const state = write.state();
    return state.type === "failed" ? state.problem.message : null;
  };
  const confirm = async (): Promise<void> => {
    const { accountId } = props;
    const ids = named.map(({ venueOrderId }) => venueOrderId);
    const answer = await write.run(`cancel by hand ${accountId}`, (intent) =>
      cancelExternalOrders(accountId, ids, intent),
    );
    if (answer?.ok === true) {
      setResult(answer.value);
    }
  };
  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      class="border-3 border-money"
      title={result() === null ? "Cancel orders made by hand?" : "Orders made by hand"}
      footer={
        <Show when={result() === null} fallback={<Button onClick={() => props.onClose()}>Close</Button>}>
          <Button onClick={() => props.onClose()}>Keep them</Button>
          <Button
            tone="danger"
            blockedReason={write.state().type === "sending" ? "Being sent" : null}
            onClick={() => void confirm()}
          >
            {write.state().type === "sending" ? "Sending…" : `Cancel ${plural(named.length, "order")} made by hand`}
          </Button>
        </Show>
      }
    >
      <div aria-live="polite" class="flex flex-col gap-2">
        <Show
          when={result()}
          fallback={
            <>
              <p>
                {plural(named.length, "order was", "orders were")} placed at Kraken by you or by another program, not by
                this desk. A stop among them may protect something.
              </p>
              <ul class="list-disc pl-5">
                <For each={named}>{(order) => <li>{orderText(order)}</li>}</For>
              </ul>
              <Show when={failure()}>
                {(message) => (
                  <p role="alert" class="text-danger">
                    {message()}
                  </p>
                )}
              </Show>
            </>
          }
        >
          {(done) => (
            <>
              <p>Kraken took the cancel of {plural(done().cancelled.length, "order")} made by hand.</p>
              <For each={done().failed}>
                {({ venueOrderId, error }) => (
                  <p class="text-danger">
                    {venueOrderId} was not cancelled: {error.message}
                  </p>
                )}
              </For>
            </>
          )}
        </Show>
      </div>
    </Dialog>
  );
}

function orderText(order: ExternalOrderView): string {
  const price = order.limitPrice ?? order.triggerPrice;
  const at = price === null ? "at market" : `at ${formatDecimal(price)}`;
  return `${order.side} ${formatQuantity(order.quantity)} ${order.symbol} ${at} (${order.venueOrderId})`;
}
