import { Show, createSignal, type JSX } from "solid-js";
import type { KrakenCredentialsView, KrakenCredentialView } from "../../../../contract/credentials.ts";
import type { Result } from "../../../../domain/problem.ts";
import { removeKraken } from "../../data/credentials-api.ts";
import { useStores } from "../../data/stores.tsx";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { plural } from "../stop/stop-words.ts";

/** Forgets a key. Says exactly what that does; with orders at Kraken it wants a second yes. */
export function RemoveKeyDialog(props: {
  credential: KrakenCredentialView;
  onRemoved: (now: KrakenCredentialsView) => void;
  onClose: () => void;
}): JSX.Element {
  const { trader } = useStores();
  const [isSure, setSure] = createSignal(false);
  /** The desk refused because of orders that this page does not know of. */
  const [isRefused, setRefused] = createSignal(false);
  const isTrading = (): boolean => props.credential.slot === "trading";
  const liveOrders = (): number =>
    Object.values(trader()?.trader.accounts ?? {})
      .filter(({ account }) => account.kind === "kraken")
      .reduce((sum, { openOrders }) => sum + openOrders.length, 0);
  const needsSecondYes = (): boolean => isTrading() && (liveOrders() > 0 || isRefused());
  const remove = async (): Promise<Result<KrakenCredentialsView>> => {
    const answer = await removeKraken(props.credential.slot, needsSecondYes() && isSure());
    if (!answer.ok && answer.error.code === "KEY_HAS_LIVE_ORDERS") {
      setRefused(true);
    }
    return answer;
  };
  return (
    <ActionDialog
      title={`Delete the ${isTrading() ? "trading" : "history"} key?`}
      action="Delete the key"
      tone="danger"
      blockedReason={needsSecondYes() && !isSure() ? "Confirm that the orders are left alone" : null}
      run={remove}
      onDone={props.onRemoved}
      onClose={() => props.onClose()}
    >
      <ul class="flex list-disc flex-col gap-1 pl-4">
        <li>
          The stored key {props.credential.fingerprint} is erased here. At Kraken it goes on to exist: delete it there
          too if nothing else uses it.
        </li>
        <Show
          when={isTrading()}
          fallback={<li>History is read with the trading key from then on, at the cost of its rate.</li>}
        >
          <li>
            The desk can no longer see or change anything at Kraken: no orders, no cancels, no stops. Holdings and money
            there are not touched.
          </li>
          <li>The account with its history stays here and says that it has no key.</li>
        </Show>
      </ul>
      <Show when={needsSecondYes()}>
        <div class="rounded-md border border-danger px-3 py-2">
          <p class="font-semibold">
            {liveOrders() > 0
              ? plural(liveOrders(), "order of this desk is", "orders of this desk are")
              : "Orders of this desk are"}{" "}
            open at Kraken.
          </p>
          <p>They stay there and can still be filled, and the desk does not hear of it. Cancel them first with Stop.</p>
          <label class="mt-1 flex items-center gap-2">
            <input type="checkbox" checked={isSure()} onChange={(event) => setSure(event.currentTarget.checked)} />
            Delete the key all the same and leave these orders alone
          </label>
        </div>
      </Show>
    </ActionDialog>
  );
}
