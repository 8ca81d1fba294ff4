import { For, Show, createMemo, createSignal, type JSX } from "solid-js";
import type { AccountView } from "../../../../contract/accounts.ts";
import { MAXIMUM_NOTE, type AlertQuestion } from "../../../../domain/alerts/price-alert.ts";
import { isPositive, parseDecimal } from "../../../../domain/decimal.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { removePriceAlert, setPriceAlert } from "../../data/risk-api.ts";
import { useStores } from "../../data/stores.tsx";
import { useInstrument, useTicker } from "../../data/use-market.ts";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { TextField } from "../../ui/field.tsx";
import { formatPrice } from "../../ui/format.ts";
import { createWrite } from "../create-write.ts";
import { alertDirection, alertWish } from "./alert-writes.ts";
import { AskChoice, useAskModels } from "./ask-choice.tsx";

/** Being told when the pair on screen trades at a price. The desk watches it; no page has to be open. */
export function PriceAlerts(props: { account: AccountView }): JSX.Element {
  const desk = useDesk();
  const { market } = useStores();
  const instrument = useInstrument(desk.symbol);
  const ticker = useTicker(desk.symbol);
  const [priceText, setPriceText] = createSignal("");
  const [note, setNote] = createSignal("");
  const [ask, setAsk] = createSignal<AlertQuestion | null>(null);
  const models = useAskModels();
  const setting = createWrite<unknown>();
  const removing = createWrite<unknown>();
  const price = createMemo(() => {
    const value = parseDecimal(priceText());
    return value !== null && isPositive(value) ? value : null;
  });
  const last = () => ticker()?.last ?? null;
  const buttonWords = (): string => {
    const level = price();
    return level === null
      ? "Set alert"
      : `Set alert: at or ${alertDirection(level, last())} ${formatPrice(level, instrument()?.priceDecimals)}`;
  };
  const problem = (): string | null => {
    for (const write of [setting, removing]) {
      const state = write.state();
      if (state.type === "failed") {
        return state.problem.message;
      }
    }
    return null;
  };
  const set = async (): Promise<void> => {
    const level = price();
    if (level === null) {
      return;
    }
    const wish = alertWish(desk.symbol(), level, last(), { note: note(), ask: ask() });
    const { account } = props;
    const answer = await setting.run(JSON.stringify([account.id, wish]), (intent) =>
      setPriceAlert(account.id, wish, intent),
    );
    if (answer?.ok === true) {
      setPriceText("");
      setNote("");
      setAsk(null);
    }
  };
  const remove = (alertId: string): void => {
    const { account } = props;
    void removing.run(`remove ${alertId}`, (intent) => removePriceAlert(account.id, alertId, intent));
  };
  return (
    <section aria-label="Price alerts" class="flex flex-col gap-2 border-b p-3">
      <form
        class="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void set();
        }}
      >
        <DecimalField
          label={`Tell me when ${desk.symbol()} trades at`}
          class="w-64"
          value={priceText()}
          step={instrument()?.tickSize}
          unit={instrument()?.quote}
          onInput={setPriceText}
        />
        <TextField label="Note" class="w-48" value={note()} maxlength={MAXIMUM_NOTE} onInput={setNote} />
        <AskChoice class="max-w-84 grow basis-48" models={models} value={ask()} onChange={setAsk} />
        <Button
          type="submit"
          class="mb-px"
          blockedReason={
            price() === null ? "Give a price above zero" : setting.state().type === "sending" ? "Being sent" : null
          }
        >
          {buttonWords()}
        </Button>
      </form>
      <Show when={ask() !== null}>
        <p class="text-sm text-muted">
          It is asked with your account and the market of that moment, within today's budget. What it proposes waits in
          the Assistant; only you can execute it.
        </p>
      </Show>
      <Show when={problem()}>
        {(message) => (
          <p role="alert" class="text-danger">
            {message()}
          </p>
        )}
      </Show>
      <Show when={props.account.priceAlerts.length > 0}>
        <ul class="flex flex-col" aria-label="Price alerts that wait">
          <For each={props.account.priceAlerts}>
            {(alert) => (
              <li class="flex items-center gap-2 py-0.5">
                <span class="min-w-0 flex-1">
                  {alert.symbol} at or {alert.direction}{" "}
                  <span class="numeric">
                    {formatPrice(alert.price, market.instrument(alert.symbol)?.priceDecimals)}
                  </span>
                  <Show when={alert.note}>
                    <span class="text-muted"> · {alert.note}</span>
                  </Show>
                  <Show when={alert.ask}>
                    {(asked) => <span class="text-muted"> · then asks {models.nameOf(asked())}</span>}
                  </Show>
                </span>
                <Button
                  size="small"
                  aria-label={`Remove the alert of ${alert.symbol} at ${alert.price}`}
                  onClick={() => remove(alert.id)}
                >
                  Remove
                </Button>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}
