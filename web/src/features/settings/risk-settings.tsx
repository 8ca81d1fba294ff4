import { For, Match, Show, Switch, createEffect, createMemo, createSignal, on, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import type { RiskSettingsView, RiskView } from "../../../../contract/risk.ts";
import { decimal } from "../../../../domain/decimal.ts";
import { changedNames, pick, RISK_SETTING_NAMES, settingWords } from "../../../../domain/risk/settings-changes.ts";
import { SETTING_GROUPS, SETTINGS, type Setting, type SettingGroup } from "../../../../domain/risk/settings-table.ts";
import { changeRisk, fetchRisk } from "../../data/risk-view-api.ts";
import { preferences } from "../../data/preferences.ts";
import { useAccount } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { formatTime } from "../../ui/format-time.ts";
import {
  defaultWords,
  followed,
  minutesKey,
  SETTING_ROWS,
  settingsOf,
  textsOf,
  type RiskTexts,
  type SettingRow,
} from "./risk-form.ts";
import { SaveNote, Section } from "./section.tsx";

const GROUPS: Readonly<Record<SettingGroup, string>> = {
  size: "Size and exposure",
  risk: "Risk of a trade",
  halts: "Halts",
  protection: "Stop and target by default",
  market: "Prices, pace and pairs",
};
const ONE = decimal("1");

/** Every rule of the account on screen, from the one table of settings. The desk enforces them. */
export function RiskSettings(): JSX.Element {
  const account = useAccount();
  return (
    <Show when={account()?.id} keyed>
      <Show when={account()}>{(current) => <RiskForm initialAccount={current()} />}</Show>
    </Show>
  );
}

function RiskForm(props: { initialAccount: AccountView }): JSX.Element {
  const initial = props.initialAccount;
  const account = useAccount();
  const [texts, setTexts] = createSignal<RiskTexts>(textsOf(initial.limits));
  /** What the fields were filled with: only what differs from it is sent. */
  const [base, setBase] = createSignal<RiskSettingsView>(initial.limits);
  const [planned, setPlanned] = createSignal<RiskView["planned"]>(null);
  const [note, setNote] = createSignal<{ readonly text: string; readonly isError: boolean } | null>(null);
  const [isSaving, setSaving] = createSignal(false);
  const read = createMemo(() => settingsOf(texts()));
  const setText = (key: string) => (text: string) => {
    setNote(null);
    setTexts((before) => ({ ...before, [key]: text }));
  };
  const follow = (limits: RiskSettingsView): void => {
    const next = followed(texts(), base(), limits);
    setTexts(next.texts);
    setBase(next.base);
  };
  const look = async (): Promise<RiskSettingsView | null> => {
    const answer = await fetchRisk(initial.id);
    if (!answer.ok) {
      return null;
    }
    setPlanned(answer.value.planned);
    return answer.value.settings;
  };
  // Another page or device may change them while this one is open; most changes of an account are of something else.
  const limitsNow = createMemo(() => account()?.limits, undefined, {
    equals: (before, now) => before !== undefined && now !== undefined && changedNames(before, now).length === 0,
  });
  createEffect(
    on(limitsNow, (limits) => {
      if (limits !== undefined && account()?.id === initial.id) {
        follow(limits);
        void look();
      }
    }),
  );

  const save = async (): Promise<void> => {
    const { settings } = read();
    if (settings === null || isSaving()) {
      return;
    }
    const names = changedNames(base(), settings);
    if (names.length === 0) {
      setNote({ text: "Nothing is changed.", isError: false });
      return;
    }
    setSaving(true);
    const answer = await changeRisk(initial.id, { changes: pick(settings, names), seen: pick(base(), names) });
    if (!answer.ok) {
      setNote({ text: answer.error.message, isError: true });
      // Who saves again has read what stands there now.
      const now = answer.error.code === "CONFLICT" ? await look() : null;
      setBase((before) => now ?? before);
      setSaving(false);
      return;
    }
    setSaving(false);
    setBase(answer.value.settings);
    setTexts(textsOf(answer.value.settings));
    setPlanned(answer.value.planned);
    const [first = "Saved. They hold from the next order on."] = answer.value.notices;
    setNote({ text: [first, ...answer.value.notices.slice(1)].join(" "), isError: false });
  };

  return (
    <Section
      id="risk"
      title={`Risk of ${initial.name}`}
      description="Every order is judged by these, whoever sends it; exits and cancels never are. An empty field is off."
    >
      <Show when={planned()}>
        {(change) => (
          <p role="status" class="text-warning">
            A rule that has halted the account is loosened only after the waiting time: {plannedWords(change())}.
          </p>
        )}
      </Show>
      <form
        class="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <For each={SETTING_GROUPS}>
          {(group) => (
            <fieldset class="flex min-w-0 flex-col gap-3">
              <legend class="mb-1 font-semibold">{GROUPS[group]}</legend>
              <div class="grid gap-3 sm:grid-cols-2">
                <For each={SETTING_ROWS.filter(({ setting }) => setting.group === group)}>
                  {(row) => (
                    <SettingField
                      row={row}
                      texts={texts()}
                      error={read().errors[row.key] ?? null}
                      onText={(key, text) => setText(key)(text)}
                    />
                  )}
                </For>
              </div>
            </fieldset>
          )}
        </For>
        <div class="flex items-center gap-3">
          <Button
            type="submit"
            tone="primary"
            disabled={isSaving()}
            blockedReason={read().settings === null ? "A field is not right yet" : null}
          >
            {isSaving() ? "Saving…" : "Save the limits"}
          </Button>
          <SaveNote text={note()?.text ?? null} isError={note()?.isError ?? false} />
        </div>
      </form>
    </Section>
  );
}

function SettingField(props: {
  row: SettingRow;
  texts: RiskTexts;
  error: string | null;
  onText: (key: string, text: string) => void;
}): JSX.Element {
  const key = (): string => props.row.key;
  const setting = (): Setting => props.row.setting;
  const text = (): string => props.texts[key()] ?? "";
  const hint = (): string => `${setting().explanation} ${rangeWords(setting())}`;
  const label = (): string => (setting().unit === "" ? setting().label : `${setting().label} (${setting().unit})`);
  const choice = () => {
    const current = setting();
    return current.kind === "choice" ? current : null;
  };
  return (
    <Switch
      fallback={
        <TextField
          label={label()}
          value={text()}
          placeholder="off"
          error={props.error}
          hint={hint()}
          onInput={(value) => props.onText(key(), value)}
        />
      }
    >
      <Match when={choice()}>
        {(list) => (
          <SelectField
            label={label()}
            value={text()}
            options={list().options}
            hint={hint()}
            onChange={(value) => props.onText(key(), value)}
          />
        )}
      </Match>
      <Match when={setting().kind === "decimal" || setting().kind === "count"}>
        <DecimalField
          label={label()}
          placeholder="off"
          value={text()}
          step={ONE}
          error={props.error}
          hint={hint()}
          onInput={(value) => props.onText(key(), value)}
        />
      </Match>
      <Match when={setting().kind === "streak"}>
        <div class="flex min-w-0 items-start gap-2">
          <DecimalField
            label="Pause after losses in a row"
            class="flex-1"
            placeholder="off"
            value={text()}
            step={ONE}
            error={props.error}
            hint={hint()}
            onInput={(value) => props.onText(key(), value)}
          />
          <DecimalField
            label="For minutes"
            class="w-28"
            value={props.texts[minutesKey(key())] ?? ""}
            step={ONE}
            onInput={(value) => props.onText(minutesKey(key()), value)}
          />
        </div>
      </Match>
    </Switch>
  );
}

/** "Drawdown limit becomes 40 at 14:05". */
function plannedWords({ settings, waits }: NonNullable<RiskView["planned"]>): string {
  return RISK_SETTING_NAMES.flatMap((name) => {
    const waiting = waits.find((each) => each.name === name);
    return waiting === undefined
      ? []
      : `${SETTINGS[name].label} becomes ${settingWords(settings[name])} at ${formatTime(waiting.dueAt, preferences.zone, "time-short")}`;
  }).join(", ");
}

function rangeWords(setting: Setting): string {
  const preset = `Default ${defaultWords(setting)}`;
  return setting.kind === "decimal" || setting.kind === "count"
    ? `${setting.minimum} to ${setting.maximum}. ${preset}.`
    : `${preset}.`;
}
