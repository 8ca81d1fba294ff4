import { createEffect, createMemo, createSignal, onCleanup, onMount, Show, type JSX } from "solid-js";
import type { Decimal } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { freeBalance } from "../../../../domain/orders/facts.ts";
import { factsOfViews } from "../../../../domain/orders/estimate.ts";
import { hasLimitPrice, isTriggered } from "../../../../domain/orders/order.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { preferences } from "../../data/preferences.ts";
import { useAccount, useActiveAccountId, useOpenOrders, useTraderReady } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { formatAmount, formatQuantity } from "../../ui/format.ts";
import { LOADING, Panel, READY } from "../../ui/panel.tsx";
import { ModeStrip } from "../account-mode/mode-marks.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { freshnessText } from "../freshness-text.ts";
import { sideWord } from "../orders/order-words.ts";
import { useLatestOrder } from "../orders/use-latest-order.ts";
import { SegmentedChoice } from "../segmented-choice.tsx";
import { useAnswered } from "./answered.ts";
import { denialFix, type DenialFix } from "./denial-fix.ts";
import { EstimateFigures } from "./estimate-figures.tsx";
import { referencePrice, type FormField } from "./form-request.ts";
import type { FormAction } from "./form-state.ts";
import { PriceField } from "./price-field.tsx";
import { ProtectionFields } from "./protection-fields.tsx";
import { bringsProtection } from "./protection-form.ts";
import { RiskFigures } from "./risk-figures.tsx";
import { SizeByRisk } from "./size-by-risk.tsx";
import { RestingOptions } from "./resting-options.tsx";
import { SizeField } from "./size-field.tsx";
import type { Submission } from "./submission.ts";
import { SubmissionNote } from "./submission-note.tsx";
import { CloseFields, TriggerFields } from "./trigger-fields.tsx";
import { TypeChoice } from "./type-choice.tsx";
import { useOrderForm, type RiskWish } from "./use-order-form.ts";
import { useSubmission } from "./use-submission.ts";
import { lazyPart } from "../../ui/lazy-part.tsx";

const ConfirmOrderDialog = lazyPart(async () => (await import("./confirm-order-dialog.tsx")).ConfirmOrderDialog);

const SIDES = [
  { value: "buy", label: "Buy", class: "aria-pressed:bg-up aria-pressed:text-on-up" },
  { value: "sell", label: "Sell", class: "aria-pressed:bg-down aria-pressed:text-on-down" },
] as const;

/** One order, judged while it is written and sent once. `onDone` is called when the desk has taken it. */
export function OrderFormPanel(props: { onDone?: () => void }): JSX.Element {
  const desk = useDesk();
  const live = useOrderForm();
  const account = useAccount();
  const isReady = useTraderReady();

  return (
    <Panel
      title="Order"
      hideTitle
      class={classNames("border-l-4", isKraken(account()) ? "border-l-money" : "border-l-transparent")}
      bodyClass="overflow-y-auto"
      state={live.market.instrument() === null || !isReady() ? LOADING : READY}
      stale={freshnessText(live.market.freshness())}
      staleClass="hidden"
    >
      <Show when={live.market.instrument()}>
        {(instrument) => <Form instrument={instrument()} live={live} onDone={props.onDone} desk={desk} />}
      </Show>
    </Panel>
  );
}

type FormProps = {
  instrument: Instrument;
  live: ReturnType<typeof useOrderForm>;
  desk: ReturnType<typeof useDesk>;
  onDone: (() => void) | undefined;
};

function Form(props: FormProps): JSX.Element {
  let element: HTMLFormElement | undefined;
  let sizeInput: HTMLInputElement | undefined;
  let priceInput: HTMLInputElement | undefined;
  let triggerInput: HTMLInputElement | undefined;
  const account = useAccount();
  const accountId = useActiveAccountId();
  const openOrders = useOpenOrders();
  const latest = useLatestOrder();
  const [hint, setHint] = createSignal<string | null>(null);
  const form = () => props.live.form();
  let isSizeNew = false;
  const submission = useSubmission(accountId, useAnswered(), () => {
    props.live.dispatch({ type: "placed", sizeIsNew: isSizeNew });
    props.onDone?.();
  });
  onMount(() => onCleanup(props.desk.registerOrderForm(focusFirst)));

  /** What is still to be written comes first: trigger, then limit price, else the size. */
  function focusFirst(): void {
    const isPriceMissing = hasLimitPrice(form().type) && form().priceText === "";
    const triggerText = form().type === "trailing-stop" ? form().trailingText : form().triggerText;
    const isTriggerMissing = isTriggered(form().type) && triggerText === "";
    const first = isTriggerMissing ? triggerInput : isPriceMissing ? priceInput : sizeInput;
    first?.focus();
    // A sheet that opens with the form in it takes the first focus for itself.
    setTimeout(() => {
      if (element?.contains(document.activeElement) !== true) {
        first?.focus();
      }
    });
  }

  const change = (action: FormAction): void => {
    setHint(null);
    const isOnItsWay = submission.state().type === "sending";
    isSizeNew = isOnItsWay && (isSizeNew || action.type === "size" || action.type === "size unit");
    submission.edited();
    props.live.dispatch(action);
  };
  const price = createMemo<Decimal | null>(() => referencePrice(form(), props.live.touch()));
  const denial = (): Problem | null => props.live.preview()?.denial ?? null;
  const fixOf = (problem: Problem): DenialFix | null => denialFix(problem, form(), props.instrument, price());
  const fieldError = (field: FormField): string | null => {
    const read = props.live.reading();
    return read?.type === "unreadable" && read.field === field ? read.message : null;
  };
  const available = createMemo<string>(() => {
    const owner = account();
    if (owner === null) {
      return "";
    }
    const asset = form().side === "buy" ? props.instrument.quote : props.instrument.base;
    const free = freeBalance(factsOfViews(owner, openOrders(), null), asset);
    return form().side === "buy" ? formatAmount(free, asset) : `${formatQuantity(free)} ${asset}`;
  });
  /** Why nothing can be sent now; null when it can. */
  const blocked = (): string | null => {
    const read = props.live.reading();
    if (submission.state().type === "sending") {
      return "The order is on its way.";
    }
    if (submission.state().type === "uncertain") {
      return "First settle what became of the last order.";
    }
    return read?.type === "request" ? (denial()?.message ?? null) : (read?.message ?? "Loading.");
  };
  /** What is still to be written. */
  const missing = (): string => {
    const read = props.live.reading();
    return read?.type === "incomplete" ? read.message : "";
  };
  /** The order is taken but nothing can be matched now. */
  const waits = (): boolean =>
    isPaper() && props.live.preview()?.denial === null && props.live.market.freshness().stale;
  /** A Kraken exit is sent all the same: Kraken has the price itself. */
  const isPriceUnknown = (): boolean =>
    !isPaper() && props.live.preview()?.denial === null && props.live.market.freshness().stale;
  const submitLabel = (): string => {
    if (submission.state().type === "sending") {
      return "Sending…";
    }
    const quantity = props.live.preview()?.estimate?.quantity;
    const what =
      quantity === undefined ? props.instrument.base : `${formatQuantity(quantity)} ${props.instrument.base}`;
    return `${sideWord(form().side)} ${what}${isPaper() ? "" : " on Kraken"}`;
  };
  const isPaper = (): boolean => !isKraken(account());
  // What only Kraken can do does not stay in the form when a paper account comes on screen.
  createEffect(() => {
    if (isPaper() && form().closeType !== "none") {
      props.live.dispatch({ type: "triggers", change: { closeType: "none" } });
    }
  });
  const submit = (): void => {
    const read = props.live.reading();
    if (blocked() === null && read?.type === "request") {
      submission.mean(read.request, !isPaper() || preferences.confirmOrders);
    }
  };
  const takeShare = (percent: number): void => {
    submission.edited();
    setHint(props.live.useShare(percent) ? null : shareProblem());
  };
  const useRisk = (risk: RiskWish): string | null => {
    submission.edited();
    setHint(null);
    return props.live.useRisk(risk);
  };
  const shareProblem = (): string =>
    form().type !== "market" && price() === null
      ? `Give a ${hasLimitPrice(form().type) ? "limit" : "trigger"} price first.`
      : `Nothing that could be ${form().side === "buy" ? "bought" : "sold"} fits: ${available()} is available.`;
  const handleKey = (event: KeyboardEvent): void => {
    if (
      event.key === "Escape" &&
      document.activeElement instanceof HTMLElement &&
      element?.contains(document.activeElement) === true
    ) {
      document.activeElement.blur();
    }
  };
  /** The last outcome, with the order as it stands by now: what was open may be filled or cancelled since. */
  const current = (): Submission => {
    const state = submission.state();
    if (state.type !== "placed") {
      return state;
    }
    return { type: "placed", placed: { ...state.placed, order: latest(state.placed.order) } };
  };
  const confirming = () => {
    const state = submission.state();
    return state.type === "confirming" ? state.wish.request : null;
  };

  return (
    <form
      ref={(node) => {
        element = node;
      }}
      aria-label={`Order ${props.instrument.symbol}`}
      class="flex flex-col gap-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={handleKey}
    >
      <Show when={account()}>{(owner) => <ModeStrip account={owner()} class="-mx-3 -mt-3" />}</Show>
      <SegmentedChoice
        label="Side"
        options={SIDES}
        value={form().side}
        onChange={(side) => change({ type: "side", side })}
      />
      <TypeChoice value={form().type} onChange={(orderType) => change({ type: "order type", orderType })} />
      <Show when={isTriggered(form().type)}>
        <TriggerFields
          form={form()}
          instrument={props.instrument}
          error={fieldError}
          ref={(input) => {
            triggerInput = input;
          }}
          onChange={(fields) => change({ type: "triggers", change: fields })}
        />
      </Show>
      <Show when={hasLimitPrice(form().type)}>
        <PriceField
          value={form().priceText}
          instrument={props.instrument}
          touch={props.live.touch()}
          error={fieldError("price")}
          ref={(input) => {
            priceInput = input;
          }}
          onInput={(text) => change({ type: "price", text })}
        />
      </Show>
      <SizeField
        form={form()}
        instrument={props.instrument}
        available={available()}
        error={fieldError("size")}
        hint={hint()}
        ref={(input) => {
          sizeInput = input;
        }}
        onInput={(text) => change({ type: "size", text })}
        onUnit={(unit) => props.live.changeUnit(unit)}
        onShare={takeShare}
      />
      <Show when={bringsProtection(form())}>
        <SizeByRisk
          usual={account()?.limits.riskPerTradePercent ?? null}
          currency={account()?.currency ?? "USD"}
          onUse={useRisk}
        />
        <ProtectionFields
          form={form()}
          instrument={props.instrument}
          limits={account()?.limits ?? null}
          reference={price()}
          error={fieldError}
          onChange={(fields) => change({ type: "protection", change: fields })}
        />
      </Show>
      <Show when={form().type === "limit"}>
        <RestingOptions form={form()} onChange={change} />
      </Show>
      <Show when={!isPaper() && !isTriggered(form().type)}>
        <CloseFields
          form={form()}
          instrument={props.instrument}
          error={fieldError}
          onChange={(fields) => change({ type: "triggers", change: fields })}
        />
      </Show>
      <EstimateFigures
        estimate={props.live.preview()?.estimate ?? null}
        side={form().side}
        instrument={props.instrument}
        waits={waits()}
        priceUnknown={isPriceUnknown()}
        triggered={isTriggered(form().type)}
        isPaper={isPaper()}
      />
      <RiskFigures check={props.live.check()} isEntry={bringsProtection(form())} reward={props.live.reward()} />
      <SubmissionNote
        submission={current()}
        denial={denial()}
        fixOf={fixOf}
        instrument={props.instrument}
        onFix={(fix) => fix.actions.forEach(change)}
        onRetry={submission.retry}
        onDismiss={submission.dismiss}
      />
      <Button
        type="submit"
        size="large"
        tone={form().side}
        class="w-full"
        blockedReason={blocked()}
        onClick={(event: MouseEvent) => {
          // The second click of a double click is the first one's wish.
          if (event.detail > 1) {
            event.preventDefault();
          }
        }}
      >
        {submitLabel()}
      </Button>
      <p class="-mt-2 min-h-4 text-sm text-muted">{missing()}</p>
      <p role="status" class="-mt-2 text-sm text-warning">
        {freshnessText(props.live.market.freshness())}
      </p>
      <Show when={confirming()}>
        {(request) => (
          <ConfirmOrderDialog
            request={request()}
            estimate={props.live.preview()?.estimate ?? null}
            check={props.live.check()}
            instrument={props.instrument}
            account={account()}
            onConfirm={submission.confirm}
            onDismiss={submission.dismiss}
          />
        )}
      </Show>
    </form>
  );
}
