import { A } from "@solidjs/router";
import { For, Show, type JSX } from "solid-js";
import type { FillView, OrderView } from "../../../../contract/orders.ts";
import { preferences } from "../../data/preferences.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { MISSING, formatAmount, formatDecimal, formatProfit, formatQuantity } from "../../ui/format.ts";
import { formatIso, formatTime } from "../../ui/format-time.ts";
import { closeWord } from "../orders/order-words.ts";
import { statusWords, typeWords } from "./history-tables.tsx";

type Detail = readonly [label: string, value: string];

const origins = {
  manual: "by hand",
  close: "close button",
  api: "a program",
  assistant: "a click on a model's proposal",
  conditional: "Kraken, as a conditional close",
  stop: "the desk, as the position's stop",
  target: "the desk, at the position's target",
  emergency: "the desk, because the price was past the stop",
  flatten: "Stop or a halt, selling everything",
} as const;

/** Everything that is recorded of one order. */
export function OrderDetails(props: { order: OrderView; onClose: () => void }): JSX.Element {
  const details = (): readonly Detail[] => {
    const { order } = props;
    return [
      ["Order", order.id],
      ["Placed", timeWords(order.createdAt)],
      ["Last change", timeWords(order.updatedAt)],
      ["Type", typeWords(order)],
      ["Quantity", formatQuantity(order.quantity)],
      ["Limit price", formatDecimal(order.limitPrice)],
      ["Trigger price", formatDecimal(order.triggerPrice)],
      ["Follows by", order.trailingPercent === null ? MISSING : `${order.trailingPercent} %`],
      ["Conditional close", order.conditionalClose === null ? MISSING : closeWord(order.conditionalClose, undefined)],
      ["Order at Kraken", order.venueOrderId ?? MISSING],
      ["Filled", formatQuantity(order.filledQuantity)],
      ["Average price", formatDecimal(order.averagePrice)],
      ["Cost of the fills", formatAmount(order.filledCost, order.symbol.split("/")[1] ?? "")],
      ["Fees", formatAmount(order.fees, order.feeAsset)],
      ["Good until", order.expiresAt === null ? MISSING : timeWords(order.expiresAt)],
      ["Status", statusWords(order)],
      ["Reason", order.reason ?? MISSING],
      ["Placed through", origins[order.origin]],
    ];
  };
  return (
    <DetailDialog
      title={`${props.order.side === "buy" ? "Buy" : "Sell"} ${props.order.symbol}`}
      details={details()}
      provenance={props.order.provenance ?? null}
      onClose={() => props.onClose()}
    />
  );
}

/** Everything that is recorded of one fill. */
export function FillDetails(props: { fill: FillView; onClose: () => void }): JSX.Element {
  const details = (): readonly Detail[] => {
    const { fill } = props;
    return [
      ["Fill", fill.id],
      ["Order", fill.orderId],
      ["Time", timeWords(fill.time)],
      ["Quantity", formatQuantity(fill.quantity)],
      ["Price", formatDecimal(fill.price)],
      ["Cost", formatAmount(fill.cost, fill.symbol.split("/")[1] ?? "")],
      ["Fee", formatAmount(fill.fee, fill.feeAsset)],
      ["Realised P&L, net", formatProfit(fill.realisedProfit)],
      ["As", fill.liquidity],
      ["Trade of the tape", fill.tradeId === null ? "taken from the book" : String(fill.tradeId)],
      ["Late", fill.late ? "yes: booked after the desk was away" : "no"],
      ["Placed through", origins[fill.origin]],
    ];
  };
  return (
    <DetailDialog
      title={`${props.fill.side === "buy" ? "Bought" : "Sold"} ${props.fill.symbol}`}
      details={details()}
      provenance={props.fill.provenance ?? null}
      onClose={() => props.onClose()}
    />
  );
}

function DetailDialog(props: {
  title: string;
  details: readonly Detail[];
  provenance: OrderView["provenance"];
  onClose: () => void;
}): JSX.Element {
  return (
    <Dialog open onClose={() => props.onClose()} title={props.title} width="medium">
      <dl class="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        <For each={props.details}>
          {(detail) => (
            <>
              <dt class="text-muted">{detail[0]}</dt>
              <dd class="break-all">{detail[1]}</dd>
            </>
          )}
        </For>
        <Show when={props.provenance}>
          {(provenance) => (
            <>
              <dt class="text-muted">Proposed by</dt>
              <dd>
                {provenance().modelId} ({provenance().providerId})
                {provenance().edited ? ", changed by you" : ", as proposed"} ·{" "}
                <A href={`/assistant/runs/${provenance().runId}`} class="text-accent underline">
                  Record of the proposal
                </A>
              </dd>
            </>
          )}
        </Show>
      </dl>
    </Dialog>
  );
}

function timeWords(time: number): string {
  return `${formatTime(time, preferences.zone, "date-time")} (${formatIso(time)})`;
}
