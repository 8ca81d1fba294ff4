/** The account as the contract shows it (contract/accounts). Plain data; no price is needed for any of it. */
import { divide, isPositive, largest, subtract, ZERO, type Decimal } from "../decimal.ts";
import { priceAlertViews, type ShownPriceAlert } from "../alerts/views.ts";
import type { LossBases } from "../risk/facts.ts";
import type { Halt } from "../risk/halt.ts";
import type { Asset, Market, Milliseconds, Symbol } from "../market.ts";
import type { RiskSettings } from "../risk/settings.ts";
import { valuationSymbol } from "../orders/conversion.ts";
import type { Fill } from "../orders/fill.ts";
import type { Order, OrderProvenance } from "../orders/order.ts";
import type { OrderRequest } from "../orders/request.ts";
import type { Problem } from "../problem.ts";
import type { FillBooked, OrderDenied } from "./events.ts";
import { plainOrder } from "./order-steps.ts";
import { instrumentOf, isDust, lossBasesOf } from "./facts.ts";
import type { FeeSchedule } from "./fees.ts";
import { holdingOf, totalOf } from "./holdings.ts";
import type { AccountCurrency, AccountDay, AccountKind, AccountState, OpenOrder } from "./state.ts";
import type { NakedSpell } from "../protection/naked-time.ts";
import { heldByOthers } from "../protection/resting-stop.ts";
import { protectionStanding, type PositionProtection } from "../protection/standing.ts";
import { exchangeFees } from "./venue/standing.ts";
import { spendable } from "./venue/spendable.ts";
import { incompleteAssets } from "./venue/unvalued.ts";
import type { ActionStage, Connection, Difference, ExternalOrder, PlacementStage } from "./venue/state.ts";
import { liveOrder, liveOrders } from "./open-orders.ts";

export type Balance = {
  readonly asset: Asset;
  readonly total: Decimal;
  /** Backs open orders; a resting protective stop is left out, because it gives way to any other sale. */
  readonly held: Decimal;
  /** What may be spent or sold: of an asset at an exchange only what the desk manages. */
  readonly available: Decimal;
  /** Part of the total that the desk does not manage (TRADING §1). */
  readonly external: Decimal;
};

/** How the account stands at its exchange. */
export type ExchangeStanding = {
  readonly connection: Connection;
  readonly externalOrders: readonly ExternalOrder[];
  /** What is not reconciled; `confirmed` ones block entries in the asset. */
  readonly differences: readonly (Difference & { readonly asset: Asset })[];
  /** Wall time; null before the first. */
  readonly reconciledAt: Milliseconds | null;
};

/** How a live order stands at its exchange: what was asked and is not answered yet. */
export type OrderStanding = {
  readonly placement: PlacementStage;
  readonly waitsFor: string[];
  readonly amend: {
    readonly stage: ActionStage;
    readonly quantity: Decimal;
    readonly limitPrice: Decimal | null;
    readonly triggerPrice: Decimal | null;
  } | null;
  readonly cancel: { readonly stage: ActionStage; readonly requestedAt: Milliseconds } | null;
  readonly notBefore: Milliseconds | null;
  readonly waitReason: string | null;
};

/** An order as it is shown. */
export type ShownOrder = Order & { readonly standing?: OrderStanding };

export type Position = {
  readonly asset: Asset;
  readonly symbol: Symbol;
  readonly quantity: Decimal;
  readonly held: Decimal;
  readonly cost: Decimal | null;
  readonly averageEntryPrice: Decimal | null;
  readonly realisedProfit: Decimal;
  readonly dust: boolean;
  readonly protection: PositionProtection;
  readonly openedAt: Milliseconds;
  /** Where its stop was when it was entered; null: it never had one. */
  readonly initialStop: Decimal | null;
  readonly provenance: OrderProvenance | null;
};

export type Account = {
  readonly id: string;
  readonly name: string;
  readonly kind: AccountKind;
  readonly market: Market;
  readonly currency: AccountCurrency;
  readonly fees: FeeSchedule;
  readonly limits: RiskSettings;
  readonly baseline: Decimal;
  /** Assets that came or went, or were held when the day began, without a price: until there is one, profit is incomplete. */
  readonly unvalued: readonly Asset[];
  readonly realisedProfit: Decimal;
  readonly feesPaid: Decimal;
  readonly day: Pick<AccountDay, "startedAt" | "equity" | "flows"> & {
    /** The zone that the trader has chosen, and the day from which on it counts; null: it does. */
    readonly zone: string;
    readonly zoneFrom: Milliseconds | null;
  };
  readonly balances: readonly Balance[];
  readonly positions: readonly Position[];
  readonly lossBases: LossBases;
  /** Losing closes in a row. */
  readonly lossStreak: number;
  /** When entries of the last minute were taken, by the wall clock; older ones may still be in it. */
  readonly recentEntries: readonly Milliseconds[];
  /** The longest that anything was without the stop that it was owed; null: never. */
  readonly longestNaked: NakedSpell | null;
  /** Those whose time is over may still be in it. */
  readonly halts: readonly Halt[];
  readonly priceAlerts: readonly ShownPriceAlert[];
  /** Null in a paper account. */
  readonly exchange: ExchangeStanding | null;
  readonly createdAt: Milliseconds;
  readonly seq: number;
};

export type Denial = {
  readonly id: string;
  readonly accountId: string;
  readonly request: OrderRequest;
  readonly error: Problem;
  readonly time: Milliseconds;
  readonly seq: number;
};

export function accountView(state: AccountState): Account {
  return {
    id: state.accountId,
    name: state.name,
    kind: state.kind,
    market: state.market,
    currency: state.currency,
    fees: exchangeFees(state, "") ?? state.fees,
    limits: state.limits,
    baseline: state.baseline,
    unvalued: incompleteAssets(state),
    realisedProfit: state.realisedProfit,
    feesPaid: state.feesPaid,
    day: {
      startedAt: state.day.startedAt,
      equity: state.day.equity,
      flows: state.day.flows,
      zone: state.nextZone?.zone ?? state.zone,
      zoneFrom: state.nextZone?.from ?? null,
    },
    balances: balanceViews(state),
    positions: positionViews(state),
    lossBases: lossBasesOf(state),
    lossStreak: state.watch.streak.losses,
    recentEntries: state.recentEntries,
    longestNaked: state.naked.longest,
    halts: state.halts,
    priceAlerts: priceAlertViews(state),
    exchange: exchangeView(state),
    createdAt: state.createdAt,
    seq: state.seq,
  };
}

/** The account currency first (always there), then the assets by name. */
export function balanceViews(state: AccountState): readonly Balance[] {
  const others = Object.keys(state.holdings).filter((asset) => asset !== state.currency);
  return [state.currency, ...others.sort()].map((asset) => {
    const holding = holdingOf(state.holdings, asset);
    const total = totalOf(holding);
    const held = heldByOthers(state, asset);
    const available = largest(ZERO, subtract(spendable(state, asset), held));
    return { asset, total, held, available, external: holding.external };
  });
}

function exchangeView({ venue }: AccountState): ExchangeStanding | null {
  return venue === null
    ? null
    : {
        connection: venue.connection,
        externalOrders: Object.values(venue.externalOrders),
        differences: Object.entries(venue.differences).map(([asset, difference]) => ({ asset, ...difference })),
        reconciledAt: venue.reconciledAt,
      };
}

/** The managed holdings, by asset name. */
export function positionViews(state: AccountState): readonly Position[] {
  const assets = Object.keys(state.holdings).filter((asset) => asset !== state.currency);
  return assets.sort().flatMap((asset) => {
    const holding = holdingOf(state.holdings, asset);
    if (!isPositive(holding.managed)) {
      return [];
    }
    const decimals = instrumentOf(state, asset)?.priceDecimals ?? AVERAGE_DECIMALS;
    return {
      asset,
      symbol: valuationSymbol(asset, state.currency),
      quantity: holding.managed,
      held: heldByOthers(state, asset),
      cost: holding.cost,
      averageEntryPrice: holding.cost === null ? null : divide(holding.cost, holding.managed, decimals, "half-even"),
      realisedProfit: holding.realisedProfit,
      dust: isDust(state, asset),
      protection: protectionStanding(state, asset),
      openedAt: holding.openedAt,
      initialStop: holding.initialStop ?? null,
      provenance: holding.provenance ?? null,
    };
  });
}

/** Live orders as they are shown, oldest first. */
export function openOrderViews(state: AccountState): readonly ShownOrder[] {
  return liveOrders(state.orders).map(liveOrderView);
}

/** An order that is live or ended a short while ago; undefined when the state does not have it (any more). */
export function orderView(state: AccountState, orderId: string): ShownOrder | undefined {
  const live = liveOrder(state.orders, orderId);
  return live === undefined ? state.ended.find(({ id }) => id === orderId) : liveOrderView(live);
}

function liveOrderView(order: OpenOrder): ShownOrder {
  const { venue } = order;
  if (venue === null) {
    return plainOrder(order);
  }
  const { placement, waitsFor, amend, cancel } = venue;
  const standing: OrderStanding = {
    placement,
    waitsFor: [...waitsFor, ...(amend?.waitsFor ?? [])],
    amend:
      amend === null
        ? null
        : {
            stage: amend.stage,
            quantity: amend.quantity,
            limitPrice: amend.limitPrice,
            triggerPrice: amend.triggerPrice,
          },
    cancel: cancel === null ? null : { stage: cancel.stage, requestedAt: cancel.requestedAt },
    notBefore: venue.notBefore ?? cancel?.notBefore ?? amend?.notBefore ?? null,
    waitReason: venue.waitReason ?? null,
  };
  return { ...plainOrder(order), standing };
}

/** A booked fill as it is shown. */
export function fillView(event: FillBooked, accountId: string, seq: number): Fill {
  return {
    id: event.fillId,
    orderId: event.orderId,
    accountId,
    symbol: event.symbol,
    side: event.side,
    price: event.price,
    quantity: event.quantity,
    cost: event.cost,
    fee: event.fee,
    feeAsset: event.feeAsset,
    liquidity: event.liquidity,
    realisedProfit: event.realisedProfit,
    origin: event.origin,
    ...(event.provenance === undefined ? {} : { provenance: event.provenance }),
    late: event.late,
    tradeId: event.tradeId,
    time: event.filledAt,
    seq,
  };
}

/** A recorded denial as it is shown. */
export function denialView(event: OrderDenied, accountId: string, seq: number): Denial {
  return {
    id: event.denialId,
    accountId,
    request: event.request,
    error: event.problem,
    time: event.marketTime,
    seq,
  };
}

/** Decimals of an average price while no pair of the asset is known. */
const AVERAGE_DECIMALS = 8;
