import { For, Match, Show, Switch, createSignal, type JSX } from "solid-js";
import type { CancelAllResult } from "../../../../contract/orders.ts";
import { refuse, type Problem, type Result } from "../../../../domain/problem.ts";
import { cancelAllOrders, fetchAccounts } from "../../data/api.ts";
import { newIntent } from "../../data/http.ts";
import { preferences } from "../../data/preferences.ts";
import { useActiveAccountId, useAccount, useOpenOrders, useTraderReady } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { useLatestOrder } from "../orders/use-latest-order.ts";
import { CancelExternalDialog } from "./cancel-external-dialog.tsx";
import { cancelSentences, heldAmounts, ordersBySymbol, plural } from "./stop-words.ts";

type Outcome =
  | { readonly type: "asking" }
  | { readonly type: "sending" }
  | { readonly type: "done"; readonly result: CancelAllResult }
  | { readonly type: "failed"; readonly problem: Problem };

/** Stop: one control that cancels every open order of the account. Needs neither prices nor the socket. */
export function StopButton(props: { open: boolean; onOpenChange: (isOpen: boolean) => void }): JSX.Element {
  return (
    <>
      <Button tone="danger" size="small" title="Cancel all open orders" onClick={() => props.onOpenChange(true)}>
        <Icon name="stop" class="size-3.5" />
        Stop
      </Button>
      <Show when={props.open}>
        <StopDialog onClose={() => props.onOpenChange(false)} />
      </Show>
    </>
  );
}

function StopDialog(props: { onClose: () => void }): JSX.Element {
  const accountId = useActiveAccountId();
  const account = useAccount();
  const orders = useOpenOrders();
  const isReady = useTraderReady();
  const latest = useLatestOrder();
  const [outcome, setOutcome] = createSignal<Outcome>({ type: "asking" });
  const [isByHandAsked, setByHandAsked] = createSignal(false);
  const byHand = () => account()?.exchange?.externalOrders ?? [];
  let intent = newIntent();

  const stop = async (): Promise<void> => {
    if (outcome().type === "sending") {
      return;
    }
    setOutcome({ type: "sending" });
    const answer = await cancelEverything();
    if (!answer.ok && answer.error.code !== "TEMPORARILY_UNAVAILABLE") {
      intent = newIntent(); // A refusal is an answer; only an unknown outcome is asked for again under its key.
    }
    setOutcome(answer.ok ? { type: "done", result: answer.value } : { type: "failed", problem: answer.error });
  };
  /** Without the socket nobody has said which account is on screen: then the API does. */
  const cancelEverything = async (): Promise<Result<CancelAllResult>> => {
    const known = accountId();
    if (known !== null) {
      return cancelAllOrders(known, undefined, intent);
    }
    const list = await fetchAccounts();
    if (!list.ok) {
      return list;
    }
    const chosen =
      list.value.accounts.find((entry) => entry.id === preferences.activeAccountId) ?? list.value.accounts[0];
    return chosen === undefined
      ? refuse("NOT_FOUND", "There is no account whose orders could be cancelled.")
      : cancelAllOrders(chosen.id, undefined, intent);
  };
  /** What was asked, as it stands by now: Kraken's answers come after ours. */
  const asItStands = (result: CancelAllResult): CancelAllResult => ({
    ...result,
    cancelled: result.cancelled.map((order) => {
      const now = latest(order);
      return now.seq > order.seq ? now : order;
    }),
  });
  const done = () => {
    const current = outcome();
    return current.type === "done" ? current.result : null;
  };
  const failed = () => {
    const current = outcome();
    return current.type === "failed" ? current.problem : null;
  };

  return (
    <Dialog
      open
      onClose={() => props.onClose()}
      class={isKraken(account()) ? "border-3 border-money" : ""}
      title={done() === null ? "Stop: cancel all open orders?" : "Stopped"}
      footer={
        <Show when={done() === null} fallback={<Button onClick={() => props.onClose()}>Close</Button>}>
          <Button onClick={() => props.onClose()}>Keep them</Button>
          <Button
            tone="danger"
            blockedReason={outcome().type === "sending" ? "Being sent" : null}
            onClick={() => void stop()}
          >
            {outcome().type === "sending"
              ? "Sending…"
              : isReady()
                ? `Cancel ${plural(orders().length, "order")}`
                : "Cancel all orders"}
          </Button>
        </Show>
      }
    >
      <div aria-live="polite" class="flex flex-col gap-2">
        <Switch>
          <Match when={done()}>
            {(result) => <For each={cancelSentences(asItStands(result()))}>{(sentence) => <p>{sentence}</p>}</For>}
          </Match>
          <Match when={failed()}>
            {(problem) => (
              <>
                <p class="text-danger">{problem().message}</p>
                <p>Press again: an order is cancelled once, however often you ask.</p>
              </>
            )}
          </Match>
          <Match when={!isReady()}>
            <p>The desk has not said yet which orders are open. Every open order that it knows will be cancelled.</p>
          </Match>
          <Match when={orders().length === 0}>
            <p>
              No order of {account()?.name ?? "this account"} is open. Stop asks the desk to cancel whatever it knows
              nevertheless.
            </p>
          </Match>
          <Match when={orders().length > 0}>
            <p>
              {plural(orders().length, "order")} of {account()?.name ?? "this account"} will be cancelled:{" "}
              {ordersBySymbol(orders())}.
            </p>
            <p>This frees {heldAmounts(account()?.balances ?? [])} held for them. Positions stay as they are.</p>
          </Match>
        </Switch>
        <Show when={byHand().length > 0}>
          <div class="flex flex-wrap items-center gap-2 border-t pt-2">
            <p class="min-w-0 flex-1">
              {plural(byHand().length, "order was", "orders were")} made by hand at Kraken. Stop leaves{" "}
              {byHand().length === 1 ? "it" : "them"} alone.
            </p>
            <Button size="small" onClick={() => setByHandAsked(true)}>
              Cancel {byHand().length === 1 ? "it" : "them"} too…
            </Button>
          </div>
        </Show>
        <Show when={isByHandAsked() && account()}>
          {(owner) => (
            <CancelExternalDialog accountId={owner().id} orders={byHand()} onClose={() => setByHandAsked(false)} />
          )}
        </Show>
      </div>
    </Dialog>
  );
}
