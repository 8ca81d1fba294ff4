import { createSignal, type JSX } from "solid-js";
import { decimal } from "../../../../domain/decimal.ts";
import { refuse } from "../../../../domain/problem.ts";
import { openAccount } from "../../data/api.ts";
import { changePreferences } from "../../data/preferences.ts";
import { useStores } from "../../data/stores.tsx";
import { useAccounts } from "../../data/use-account.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { formatMoney } from "../../ui/format.ts";
import { readAmount } from "./money-input.ts";

const STEP = decimal("1000");

export const FEE_PRESETS = [
  { value: "standard", label: "Standard: 0.40 % taker, 0.25 % maker" },
  { value: "new-customer", label: "New customer: 0.80 % taker, 0.40 % maker" },
] as const;

export type FeePreset = (typeof FEE_PRESETS)[number]["value"];

/** Another paper account, with money and fees of its own. */
export function OpenAccountDialog(props: { onClose: () => void }): JSX.Element {
  const { notices } = useStores();
  const accounts = useAccounts();
  const [name, setName] = createSignal(`Paper ${accounts().length + 1}`);
  const [text, setText] = createSignal("10000");
  const [fees, setFees] = createSignal<FeePreset>("standard");
  const read = () => readAmount(text());
  const blocked = (): string | null =>
    name().trim() === "" ? "Give it a name" : read().amount === null ? (read().error ?? "Say with how much") : null;
  return (
    <ActionDialog
      title="Open another paper account"
      description="It has its own cash, orders, positions, limits and history."
      action={read().amount === null ? "Open" : `Open with ${formatMoney(read().amount)}`}
      blockedReason={blocked()}
      run={(intent) => {
        const { amount } = read();
        return amount === null
          ? Promise.resolve(refuse("BAD_REQUEST", "Say with how much to start."))
          : openAccount({ name: name().trim(), startingBalance: amount, fees: fees() }, intent);
      }}
      onDone={(account) => {
        changePreferences({ activeAccountId: account.id });
        notices.add({ tone: "success", title: `Opened ${account.name} with ${formatMoney(account.baseline)}` });
      }}
      onClose={() => props.onClose()}
    >
      <TextField label="Name" value={name()} onInput={setName} maxlength={40} />
      <DecimalField
        label="Starting cash"
        unit="USD"
        value={text()}
        onInput={setText}
        step={STEP}
        error={read().error}
      />
      <SelectField label="Fees" value={fees()} options={FEE_PRESETS} onChange={setFees} />
    </ActionDialog>
  );
}
