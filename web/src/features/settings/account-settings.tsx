import { Show, createSignal, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { changeRisk, changeSettings } from "../../data/api.ts";
import { useAccount } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FEE_PRESETS, type FeePreset } from "../account-bar/open-account-dialog.tsx";
import { limitsOf, textsOf, type LimitTexts } from "./limits-form.ts";
import { SaveNote, Section } from "./section.tsx";
import { zoneNames } from "./zones.ts";

const HUNDRED_DOLLARS = decimal("100");

/** Name, day, fees and limits of the account on screen. The desk enforces them; here they are only written down. */
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
  const [texts, setTexts] = createSignal<LimitTexts>(textsOf(initial.limits));
  const [note, setNote] = createSignal<{ text: string; isError: boolean } | null>(null);
  const [isSaving, setSaving] = createSignal(false);
  const read = () => limitsOf(texts(), props.initialAccount.limits);
  const setText = (field: keyof LimitTexts) => (text: string) => {
    setTexts((before) => ({ ...before, [field]: text }));
  };

  const save = async (): Promise<void> => {
    const { limits } = read();
    if (limits === null || name().trim() === "" || isSaving()) {
      return;
    }
    setSaving(true);
    const answer = await changeSettings(initial.id, {
      name: name().trim(),
      zone: zone(),
      ...(isPaper ? { fees: fees() } : {}),
    });
    const risk = answer.ok ? await changeRisk(initial.id, limits) : answer;
    setSaving(false);
    setNote(
      risk.ok
        ? { text: ["Saved. They hold from the next order on.", ...risk.value.notices].join(" "), isError: false }
        : { text: risk.error.message, isError: true },
    );
  };

  return (
    <Section
      id="account"
      title={`Account ${initial.name}`}
      description="Kept at the desk. An order that breaks a limit is denied, whoever sends it; cancels and exits are not limited."
    >
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
            hint="Today's P&L counts from midnight there"
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
          <DecimalField
            label="Largest order"
            unit="USD"
            placeholder="no limit"
            value={texts().maximumOrderValue}
            onInput={setText("maximumOrderValue")}
            step={HUNDRED_DOLLARS}
            error={read().errors.maximumOrderValue ?? null}
          />
          <DecimalField
            label="Largest position in one asset"
            unit="USD"
            placeholder="no limit"
            value={texts().maximumPositionValue}
            onInput={setText("maximumPositionValue")}
            step={HUNDRED_DOLLARS}
            error={read().errors.maximumPositionValue ?? null}
            hint="Holdings and open entries together"
          />
          <DecimalField
            label="Open positions at most"
            placeholder="no limit"
            value={texts().maximumOpenPositions}
            onInput={setText("maximumOpenPositions")}
            error={read().errors.maximumOpenPositions ?? null}
          />
          <DecimalField
            label="Orders a minute at most"
            value={texts().ordersPerMinute}
            onInput={setText("ordersPerMinute")}
            error={read().errors.ordersPerMinute ?? null}
          />
          <DecimalField
            label="Price collar"
            unit="%"
            placeholder="no limit"
            value={texts().priceCollarPercent}
            onInput={setText("priceCollarPercent")}
            error={read().errors.priceCollarPercent ?? null}
            hint="How far a limit price may cross the mark"
          />
        </div>
        <div class="flex items-center gap-3">
          <Button
            type="submit"
            tone="primary"
            disabled={isSaving()}
            blockedReason={read().limits === null ? "A field is not right yet" : null}
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
