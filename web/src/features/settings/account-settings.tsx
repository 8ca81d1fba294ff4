import { Show, createSignal, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import { changeSettings } from "../../data/api.ts";
import { useAccount } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FEE_PRESETS, type FeePreset } from "../account-bar/open-account-dialog.tsx";
import { SaveNote, Section } from "./section.tsx";
import { zoneNames } from "./zones.ts";

/** Name, day and fees of the account on screen. Its limits have a section of their own. */
export function AccountSettings(): JSX.Element {
  const account = useAccount();
  return (
    <Show when={account()?.id} keyed>
      <Show when={account()}>{(current) => <AccountForm initialAccount={current()} />}</Show>
    </Show>
  );
}

function AccountForm(props: { initialAccount: AccountView }): JSX.Element {
  const initial = props.initialAccount;
  // What Kraken charges is Kraken's to say.
  const isPaper = initial.kind === "paper";
  const [name, setName] = createSignal(initial.name);
  const [zone, setZone] = createSignal(initial.day.zone);
  const [fees, setFees] = createSignal<FeePreset>(presetOf(initial));
  const [note, setNote] = createSignal<{ text: string; isError: boolean } | null>(null);
  const [isSaving, setSaving] = createSignal(false);

  const save = async (): Promise<void> => {
    if (name().trim() === "" || isSaving()) {
      return;
    }
    setSaving(true);
    const answer = await changeSettings(initial.id, {
      name: name().trim(),
      zone: zone(),
      ...(isPaper ? { fees: fees() } : {}),
    });
    setSaving(false);
    setNote(answer.ok ? { text: "Saved.", isError: false } : { text: answer.error.message, isError: true });
  };

  return (
    <Section id="account" title={`Account ${initial.name}`} description="Kept at the desk, for every device.">
      <form
        class="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <div class="grid gap-3 sm:grid-cols-2">
          <TextField
            label="Name"
            value={name()}
            onInput={setName}
            maxlength={40}
            error={name().trim() === "" ? "It needs a name" : null}
          />
          <SelectField
            label="The account's day begins in"
            value={zone()}
            options={zoneNames().map((value) => ({ value, label: value.replaceAll("_", " ") }))}
            onChange={setZone}
            hint="Today's P&L and the loss of the day count from midnight there; another zone counts from the next day on"
          />
          <Show
            when={isPaper}
            fallback={
              <TextField
                label="Fees, as Kraken tells them"
                value={`${initial.fees.takerPercent} % taker, ${initial.fees.makerPercent} % maker`}
                onInput={() => undefined}
                readonly
              />
            }
          >
            <SelectField
              label="Fees"
              value={fees()}
              options={FEE_PRESETS}
              onChange={setFees}
              hint="For fills from now on"
            />
          </Show>
        </div>
        <div class="flex items-center gap-3">
          <Button
            type="submit"
            tone="primary"
            disabled={isSaving()}
            blockedReason={name().trim() === "" ? "It needs a name" : null}
          >
            {isSaving() ? "Saving…" : "Save"}
          </Button>
          <SaveNote text={note()?.text ?? null} isError={note()?.isError ?? false} />
        </div>
      </form>
    </Section>
  );
}

function presetOf(account: AccountView): FeePreset {
  return account.fees.takerPercent === "0.8" ? "new-customer" : "standard";
}
