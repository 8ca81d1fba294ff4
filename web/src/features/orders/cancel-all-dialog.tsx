import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import type { CancelAllResult, OrderView } from "../../../../contract/orders.ts";
import { isProtectiveStop } from "../../../../domain/protection/resting-stop.ts";
import { add, multiply, ZERO, type Decimal } from "../../../../domain/decimal.ts";
import { cancelAllOrders } from "../../data/api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { formatAmount } from "../../ui/format.ts";
import { createWrite } from "../create-write.ts";
import { remainingQuantity } from "./order-words.ts";

type CancelAllDialogProps = {
  open: boolean;
  accountId: string;
  /** Undefined: every symbol. */
  symbol: string | undefined;
  orders: readonly OrderView[];
  onClose: () => void;
};

/** Says in numbers what a cancel of many orders takes away, and afterwards what it did. */
export function CancelAllDialog(props: CancelAllDialogProps): JSX.Element {
  const write = createWrite<CancelAllResult>();
  const [result, setResult] = createSignal<CancelAllResult | null>(null);
  const failure = (): string | null => {
    const state = write.state();
    return state.type === "failed" ? state.problem.message : null;
  };
  const cancelled = createMemo(() => props.orders.filter((order) => !isProtectiveStop(order)));
  const keptStops = (): number => props.orders.length - cancelled().length;
  const sums = createMemo(() => sumsOf(cancelled()));
  const where = (): string => props.symbol ?? "all symbols";
  const handleConfirm = async (): Promise<void> => {
    const { accountId, symbol } = props;
    const answer = await write.run(`cancel all ${accountId} ${where()}`, (intent) =>
      cancelAllOrders(accountId, symbol, intent),
    );
    if (answer?.ok === true) {
      setResult(answer.value);
    }
  };
  const close = (): void => {
    props.onClose();
    setResult(null);
    write.reset();
  };
  return (
    <Dialog
      open={props.open}
      onClose={close}
      title={result() === null ? `Cancel ${countWord(cancelled().length)} of ${where()}?` : `Orders of ${where()}`}
      footer={
        <Show
          when={result() === null}
          fallback={
            <Button tone="primary" onClick={close}>
              Close
            </Button>
          }
        >
          <Button onClick={close}>Keep them</Button>
          <Button
            tone="danger"
            blockedReason={cancelled().length === 0 ? "There is none to cancel" : null}
            onClick={() => void handleConfirm()}
          >
            {write.state().type === "sending" ? "Cancelling…" : `Cancel ${countWord(cancelled().length)}`}
          </Button>
        </Show>
      }
    >
      <Show
        when={result()}
        fallback={
          <ul class="flex flex-col gap-1">
            <For each={sums()}>{(line) => <li>{line}</li>}</For>
            <Show when={keptStops() > 0}>
              <li>
                {keptStops() === 1
                  ? "1 stop that protects a position stays."
                  : `${keptStops()} stops that protect positions stay.`}
              </li>
            </Show>
            <li class="text-muted">What is filled already stays. Positions are not touched.</li>
          </ul>
        }
      >
        {(done) => (
          <>
            <For each={doneWords(done())}>{(words) => <p>{words}</p>}</For>
            <ul class="mt-1 flex flex-col gap-1">
              <For each={done().failed}>{(failed) => <li class="text-danger">{failed.error.message}</li>}</For>
            </ul>
          </>
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

/** What was done, and what Kraken has still to answer. */
function doneWords({ cancelled, failed }: CancelAllResult): readonly string[] {
  const asked = cancelled.filter(({ status }) => status === "cancel_pending").length;
  const ended = cancelled.length - asked;
  return [
    ended > 0 || asked === 0 ? `Cancelled ${countWord(ended)}.` : null,
    asked > 0
      ? `Kraken was asked to cancel ${countWord(asked)}: each is gone from the list when it has said so.`
      : null,
    failed.length > 0 ? `${countWord(failed.length)} could not be cancelled:` : null,
  ].filter((words) => words !== null);
}

function countWord(count: number): string {
  return count === 1 ? "1 open order" : `${count} open orders`;
}

/** "2 buys of BTC/USD for 1 284.00 USD that is left to spend", one line per symbol and side. */
function sumsOf(orders: readonly OrderView[]): readonly string[] {
  const groups = new Map<string, { readonly order: OrderView; count: number; amount: Decimal }>();
  for (const order of orders) {
    const key = `${order.symbol} ${order.side}`;
    const group = groups.get(key) ?? { order, count: 0, amount: ZERO };
    const left = remainingQuantity(order);
    group.count += 1;
    group.amount = add(
      group.amount,
      order.side === "buy" ? multiply(left, order.limitPrice ?? order.triggerPrice ?? ZERO) : left,
    );
    groups.set(key, group);
  }
  return [...groups.values()].map(({ order, count, amount }) => {
    const [base = "", quote = ""] = order.symbol.split("/");
    return order.side === "buy"
      ? `${count} buy${count === 1 ? "" : "s"} of ${order.symbol}, ${formatAmount(amount, quote)} not yet spent`
      : `${count} sell${count === 1 ? "" : "s"} of ${order.symbol}, ${formatAmount(amount, base)} not yet sold`;
  });
}
