import { createEffect, createMemo, createSignal, on, type Accessor } from "solid-js";
import { divide, HUNDRED, isPositive, multiply, type Decimal } from "../../../../domain/decimal.ts";
import { equityOf } from "../../../../domain/risk/equity.ts";
import { checkOrder, type RiskCheck } from "../../../../domain/risk/check.ts";
import { factsOfViews, previewOrder, type Preview } from "../../../../domain/orders/estimate.ts";
import { marketNow, serverNow } from "../../data/clock.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { changePanelChoice, panelChoice } from "../../data/preferences.ts";
import { useAccount, useOpenOrders } from "../../data/use-account.ts";
import { useTradingMarket, type TradingMarket } from "../trading/use-trading-market.ts";
import {
  convertedSize,
  readForm,
  referencePrice,
  sizelessRequest,
  type FormReading,
  type Touch,
} from "./form-request.ts";
import { EMPTY_FORM, reduceForm, type FormAction, type OrderForm, type SizeUnit } from "./form-state.ts";
import { rewardToRisk } from "./reward.ts";
import { shareOfMost } from "./share-of-most.ts";

/** What may be lost at the stop: of equity, or in account currency. */
export type RiskWish = { readonly unit: "percent" | "money"; readonly value: Decimal };

/** Of a share of equity, rounded down: never more than was said. */
const SHARE_DECIMALS = 10;

export type LiveOrderForm = {
  readonly form: Accessor<OrderForm>;
  readonly dispatch: (action: FormAction) => void;
  readonly market: TradingMarket;
  readonly touch: Accessor<Touch>;
  /** Null until the pair's rules are known. */
  readonly reading: Accessor<FormReading | null>;
  /** What the written order would do, live; null while it cannot be read. */
  readonly preview: Accessor<Preview | null>;
  /** What the risk engine says of it: every rule, the loss at the stop; null while it cannot be read. */
  readonly check: Accessor<RiskCheck | null>;
  /** Reward to risk; null without a target. */
  readonly reward: Accessor<Decimal | null>;
  readonly changeUnit: (unit: SizeUnit) => void;
  /** Puts the size in that loses this much at the stop; answers why not, or null. */
  readonly useRisk: (risk: RiskWish) => string | null;
  /** Puts a share of the most that fits into the size; false when none fits. */
  readonly useShare: (percent: number) => boolean;
};

/**
 * The form as a live value. Side, type, price and quantity live in the desk's draft, where the book and the keyboard write
 * them too; the rest is the form's own.
 */
export function useOrderForm(): LiveOrderForm {
  const desk = useDesk();
  const account = useAccount();
  const openOrders = useOpenOrders();
  const market = useTradingMarket(desk.symbol);
  const [own, setOwn] = createSignal<OrderForm>({
    ...EMPTY_FORM,
    sizeUnit: panelChoice("order-form.unit", "base") === "quote" ? "quote" : "base",
  });

  const form = createMemo<OrderForm>(() => {
    const { side, type, price, quantity, stop, target } = desk.draft;
    const sizeText = own().sizeUnit === "base" ? quantity : own().sizeText;
    return {
      ...own(),
      side,
      type,
      priceText: price,
      sizeText,
      // A level that was dragged on the chart is a price, whatever stood here before.
      ...(stop === "" ? {} : { stopKind: "price" as const, stopText: stop }),
      ...(target === "" ? {} : { targetKind: "price" as const, targetText: target }),
    };
  });
  const dispatch = (action: FormAction): void => {
    const next = reduceForm(form(), action);
    setOwn(next);
    desk.changeDraft({
      side: next.side,
      type: next.type,
      price: next.priceText,
      quantity: next.sizeUnit === "base" ? next.sizeText : "",
      stop: next.stopKind === "price" ? next.stopText : "",
      target: next.targetKind === "price" ? next.targetText : "",
    });
  };
  createEffect(on(desk.symbol, () => dispatch({ type: "symbol changed" }), { defer: true }));
  // A quantity that came from elsewhere is in base.
  createEffect(
    on(
      () => desk.draft.quantity,
      (quantity) => {
        if (quantity !== "" && own().sizeUnit === "quote") {
          dispatch({ type: "size unit", unit: "base", text: quantity });
        }
      },
    ),
  );

  const touch = createMemo<Touch>(() => ({ bid: market.book()?.bids[0] ?? null, ask: market.book()?.asks[0] ?? null }));
  const reading = createMemo<FormReading | null>(() => {
    const instrument = market.instrument();
    return instrument === null ? null : readForm(form(), instrument, touch(), marketNow());
  });
  const preview = createMemo<Preview | null>(() => {
    const read = reading();
    const owner = account();
    return read?.type === "request" && owner !== null
      ? previewOrder(owner, openOrders(), read.request, market.markets(), marketNow(), serverNow())
      : null;
  });

  const assessed = () => ({ markets: market.markets(), instruments: {}, marketTime: marketNow() });
  const check = createMemo<RiskCheck | null>(() => {
    const read = reading();
    const owner = account();
    return read?.type === "request" && owner !== null
      ? checkOrder(
          factsOfViews(owner, openOrders(), serverNow()),
          { request: read.request, riskPercent: null },
          assessed(),
        )
      : null;
  });
  const reward = createMemo(() => {
    const read = reading();
    return read?.type === "request" && read.request.side === "buy"
      ? rewardToRisk(check()?.order ?? null, read.request.target, account()?.limits.defaultTargetPercent ?? null)
      : null;
  });
  const useRisk = (risk: RiskWish): string | null => {
    const instrument = market.instrument();
    const owner = account();
    const request = instrument === null ? null : sizelessRequest(form(), instrument, marketNow());
    if (owner === null || request === null) {
      return "Give the prices of the order and of its stop first.";
    }
    const facts = factsOfViews(owner, openOrders(), serverNow());
    const worth = equityOf(facts, market.markets()).value;
    const riskPercent =
      risk.unit === "percent"
        ? risk.value
        : worth === null
          ? null
          : divide(multiply(risk.value, HUNDRED), worth, SHARE_DECIMALS, "down");
    const { sizing, equity } = checkOrder(facts, { request, riskPercent }, assessed());
    if (sizing === null || !isPositive(sizing.quantity)) {
      return equity === null
        ? "Not every holding has a fresh price, so equity is not known."
        : "No size fits this risk.";
    }
    dispatch({ type: "size unit", unit: "base", text: sizing.quantity });
    return null;
  };

  const changeUnit = (unit: SizeUnit): void => {
    const instrument = market.instrument();
    if (instrument !== null && unit !== form().sizeUnit) {
      const price = referencePrice(form(), touch());
      dispatch({ type: "size unit", unit, text: convertedSize(form().sizeText, unit, price, instrument) });
      changePanelChoice("order-form.unit", unit);
    }
  };
  const useShare = (percent: number): boolean => {
    const instrument = market.instrument();
    const owner = account();
    const request = instrument === null ? null : sizelessRequest(form(), instrument, marketNow());
    if (instrument === null || owner === null || request === null) {
      return false;
    }
    const facts = factsOfViews(owner, openOrders(), serverNow());
    const size = shareOfMost(facts, request, percent, instrument, market.markets(), marketNow());
    if (size !== null) {
      dispatch({ type: "size unit", ...size });
    }
    return size !== null;
  };

  return { form, dispatch, market, touch, reading, preview, check, reward, changeUnit, useRisk, useShare };
}
