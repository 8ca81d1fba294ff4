import { createSignal, onCleanup, onMount, Show, untrack, type JSX } from "solid-js";
import type { AccountView, BoughtCostView } from "../../../../contract/accounts.ts";
import { divide, isAbove, isPositive, parseDecimal, round, ZERO, type Decimal } from "../../../../domain/decimal.ts";
import { refuse, type Result } from "../../../../domain/problem.ts";
import { adoptHolding, fetchBoughtCost } from "../../data/api.ts";
import { preferences } from "../../data/preferences.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { Button } from "../../ui/button.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { formatAmount, formatDecimal, formatMoney, formatPrice, formatQuantity } from "../../ui/format.ts";
import { boughtWords } from "./bought-words.ts";
import type { ExternalRow } from "./external-rows.ts";

const ASK_AGAIN_MS = 3_000;

type AdoptDialogProps = {
  account: AccountView;
  row: ExternalRow;
  priceDecimals: number | undefined;
  onClose: () => void;
};

/** Makes external inventory the desk's own: asks how much and what it cost, and says what that changes. */
export function AdoptDialog(props: AdoptDialogProps): JSX.Element {
  const [quantityText, setQuantityText] = createSignal<string>(untrack(() => props.row.quantity));
  const [costText, setCostText] = createSignal("");
  const quantity = (): Decimal | null => positive(quantityText());
  const cost = (): Decimal | null => positive(costText());
  const quantityError = (): string | null => {
    const wanted = quantity();
    if (wanted === null) {
      return quantityText() === "" ? null : "A number above zero";
    }
    return isAbove(wanted, props.row.quantity)
      ? `The account holds ${formatQuantity(props.row.quantity)} ${props.row.asset} that is not managed`
      : null;
  };
  const costError = (): string | null => (costText() === "" || cost() !== null ? null : "A number above zero");
  const blocked = (): string | null => {
    if (quantity() === null || quantityError() !== null) {
      return quantityError() ?? "Say how much";
    }
    return cost() === null ? (costError() ?? "Say what it cost in total") : null;
  };
  const perUnit = (): string | null => {
    const much = quantity();
    const paid = cost();
    return much === null || paid === null
      ? null
      : formatPrice(divide(paid, much, props.priceDecimals ?? 8, "half-even"), props.priceDecimals);
  };
  const [bought, setBought] = createSignal<Result<BoughtCostView> | null>(null);
  onMount(() => {
    let isOpen = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    const ask = async (): Promise<void> => {
      const answer = await fetchBoughtCost(props.account.id, props.row.asset);
      if (!isOpen) {
        return;
      }
      setBought(answer);
      if (answer.ok && answer.value.reach === "reading") {
        again = setTimeout(() => void ask(), ASK_AGAIN_MS);
      }
    };
    void ask();
    onCleanup(() => {
      isOpen = false;
      clearTimeout(again);
    });
  });
  const found = (): BoughtCostView | null => {
    const answer = bought();
    return answer?.ok === true ? answer.value : null;
  };
  const said = (): string => {
    const answer = bought();
    if (answer === null) {
      return "Kraken's history is asked what it was bought for…";
    }
    return answer.ok
      ? boughtWords(
          answer.value,
          props.account.currency,
          preferences.zone,
          formatDecimal(round(answer.value.cost, 2, "half-even")),
        )
      : `Kraken's history could not be read: ${answer.error.message}`;
  };
  const useFound = (): void => {
    const suggestion = found();
    if (suggestion !== null) {
      setQuantityText(suggestion.quantity);
      setCostText(suggestion.cost);
    }
  };
  const isWhole = (): boolean => quantity() === props.row.quantity;

  return (
    <ActionDialog
      title={`Adopt ${props.row.asset}`}
      action={quantity() === null ? `Adopt ${props.row.asset}` : `Adopt ${formatAmount(quantity(), props.row.asset)}`}
      blockedReason={blocked()}
      run={(intent) => {
        const much = quantity();
        const paid = cost();
        return much === null || paid === null
          ? Promise.resolve(refuse("BAD_REQUEST", "Say how much and what it cost."))
          : adoptHolding(props.account.id, props.row.asset, { quantity: much, cost: paid }, intent);
      }}
      onClose={() => props.onClose()}
    >
      <p>
        From then on it is a position of this desk: <strong>stops, Close and flatten may sell it</strong>, and it counts
        in exposure, limits and profit. What you do not adopt is never sold by the desk.
      </p>
      <div class="flex items-end gap-2">
        <DecimalField
          label="Quantity"
          class="flex-1"
          unit={props.row.asset}
          value={quantityText()}
          onInput={setQuantityText}
          error={quantityError()}
        />
        <Button
          class={quantityError() === null ? "" : "mb-5"}
          blockedReason={isWhole() ? "That is all of it" : null}
          onClick={() => setQuantityText(props.row.quantity)}
        >
          All {formatQuantity(props.row.quantity)}
        </Button>
      </div>
      <DecimalField
        label="What it cost in total, fees included"
        unit={props.account.currency}
        value={costText()}
        onInput={setCostText}
        error={costError()}
        hint="Its profit is counted against this."
      />
      <div class="flex items-center gap-2">
        <p role="status" class="min-w-0 flex-1 text-muted">
          {said()}
        </p>
        <Show when={isPositive(found()?.quantity ?? ZERO)}>
          <Button onClick={useFound}>Use that</Button>
        </Show>
      </div>
      <p class="min-h-5 text-muted">
        <Show when={perUnit()} fallback={<>Worth {formatMoney(props.row.value)} at the mark now, all of it.</>}>
          {(price) => (
            <>
              That is {price()} {props.account.currency} per {props.row.asset}; the mark is{" "}
              {formatPrice(props.row.mark, props.priceDecimals)}.
            </>
          )}
        </Show>
      </p>
    </ActionDialog>
  );
}

function positive(text: string): Decimal | null {
  const value = parseDecimal(text);
  return value !== null && isPositive(value) ? value : null;
}
