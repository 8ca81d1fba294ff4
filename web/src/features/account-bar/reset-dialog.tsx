import { Show, createSignal, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { refuse } from "../../../../domain/problem.ts";
import { resetAccount } from "../../data/api.ts";
import { useStores } from "../../data/stores.tsx";
import { useOpenOrders } from "../../data/use-account.ts";
import { useValuation } from "../../data/use-valuation.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { formatMoney, formatQuantity } from "../../ui/format.ts";
import { plural } from "../stop/stop-words.ts";
import { readAmount } from "./money-input.ts";

const STEP = decimal("1000");

/** Starts a paper account again. Says what goes before it goes. */
export function ResetDialog(props: { account: AccountView; onClose: () => void }): JSX.Element {
  const { notices } = useStores();
  const orders = useOpenOrders();
  const figures = useValuation();
  const [text, setText] = createSignal("10000");
  const read = () => readAmount(text());
  const holdings = (): string =>
    props.account.positions.map((position) => `${formatQuantity(position.quantity)} ${position.asset}`).join(", ");
  return (
    <ActionDialog
      title={`Start ${props.account.name} again?`}
      action={read().amount === null ? "Start again" : `Start again with ${formatMoney(read().amount)}`}
      tone="danger"
      blockedReason={read().amount === null ? (read().error ?? "Say with how much") : null}
      run={(intent) => {
        const { amount } = read();
        return amount === null
          ? Promise.resolve(refuse("BAD_REQUEST", "Say with how much to start."))
          : resetAccount(props.account.id, amount, intent);
      }}
      onDone={(account) =>
        notices.add({
          tone: "success",
          title: `${account.name} started again with ${formatMoney(account.baseline)}`,
          detail: "Its history stays on the history page.",
        })
      }
      onClose={() => props.onClose()}
    >
      <ul class="flex list-disc flex-col gap-1 pl-4">
        <li>{plural(orders().length, "open order")} will be cancelled.</li>
        <li>
          <Show when={props.account.positions.length > 0} fallback="No position is held.">
            {plural(props.account.positions.length, "position")} will be taken out without a sale: {holdings()}.
          </Show>
        </li>
        <li>Equity goes from {formatMoney(figures().equity)} to the amount below.</li>
        <li>Orders and fills so far stay on the history page.</li>
      </ul>
      <DecimalField label="Start with" unit="USD" value={text()} onInput={setText} step={STEP} error={read().error} />
    </ActionDialog>
  );
}
