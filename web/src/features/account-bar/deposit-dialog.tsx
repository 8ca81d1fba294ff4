import { Show, createSignal, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import { add, decimal } from "../../../../domain/decimal.ts";
import { refuse } from "../../../../domain/problem.ts";
import { deposit } from "../../data/api.ts";
import { useStores } from "../../data/stores.tsx";
import { useBalance } from "../../data/use-account.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { formatMoney } from "../../ui/format.ts";
import { readAmount } from "./money-input.ts";

const STEP = decimal("1000");

/** Adds paper money. It moves cash and baseline, never profit. */
export function DepositDialog(props: { account: AccountView; onClose: () => void }): JSX.Element {
  const { notices } = useStores();
  const cash = useBalance(() => "USD");
  const [text, setText] = createSignal("10000");
  const read = () => readAmount(text());
  return (
    <ActionDialog
      title={`Deposit paper money into ${props.account.name}`}
      action={read().amount === null ? "Deposit" : `Deposit ${formatMoney(read().amount)}`}
      blockedReason={read().amount === null ? (read().error ?? "Say how much") : null}
      run={(intent) => {
        const { amount } = read();
        return amount === null
          ? Promise.resolve(refuse("BAD_REQUEST", "Say how much to deposit."))
          : deposit(props.account.id, amount, intent);
      }}
      onDone={(account) =>
        notices.add({
          tone: "success",
          title: `Deposited ${formatMoney(read().amount)} into ${account.name}`,
          detail: `Deposits so far ${formatMoney(account.baseline)}.`,
        })
      }
      onClose={() => props.onClose()}
    >
      <DecimalField label="Amount" unit="USD" value={text()} onInput={setText} step={STEP} error={read().error} />
      <Show when={read().amount}>
        {(amount) => (
          <p class="text-muted">
            Cash goes from {formatMoney(cash()?.total)} to{" "}
            {formatMoney(cash() === null ? amount() : add(cash()?.total ?? decimal("0"), amount()))}. A deposit counts
            as money put in ({formatMoney(add(props.account.baseline, amount()))} then), never as profit.
          </p>
        )}
      </Show>
    </ActionDialog>
  );
}
