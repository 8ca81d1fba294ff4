import { createMemo, createSignal, Show, type JSX } from "solid-js";
import type { AccountView, ExternalOrderView } from "../../../../contract/accounts.ts";
import type { Instrument } from "../../../../domain/market.ts";
import type { Marks } from "../../../../domain/valuation.ts";
import { Button } from "../../ui/button.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { classNames } from "../../ui/class-names.ts";
import { formatMoney, formatPrice, formatQuantity } from "../../ui/format.ts";
import { NumberCell } from "../../ui/number-cell.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { createKeyedRows, type KeyedRow } from "../keyed-rows.ts";
import { FilledCell, SideCell, SymbolCell } from "../orders/order-cells.tsx";
import { TYPE_WORDS } from "../orders/order-words.ts";
import { CancelExternalDialog } from "../stop/cancel-external-dialog.tsx";
import { AdoptDialog } from "./adopt-dialog.tsx";
import { externalRows, type ExternalRow } from "./external-rows.ts";

type ExternalSectionProps = {
  account: AccountView;
  marks: Marks;
  instrumentOf: (symbol: string) => Instrument | null;
};

/** What the account holds and has in the market that is not this desk's: seen, counted in equity, never touched. */
export function ExternalSection(props: ExternalSectionProps): JSX.Element {
  const [adopting, setAdopting] = createSignal<string | null>(null);
  const [isCancelling, setCancelling] = createSignal(false);
  const holdings = createMemo(() => externalRows(props.account, props.marks));
  const holdingRows = createKeyedRows(holdings, (row) => row.asset);
  const live = () => props.account.exchange?.externalOrders ?? [];
  const orders = createMemo(() => live().filter(({ strayOf }) => strayOf === undefined));
  const orderRows = createKeyedRows(orders, (order) => order.venueOrderId);
  const strays = createMemo(() => live().filter(({ strayOf }) => strayOf !== undefined));
  const strayRows = createKeyedRows(strays, (order) => order.venueOrderId);
  const adoptingRow = (): ExternalRow | null => holdings().find(({ asset }) => asset === adopting()) ?? null;
  const decimalsOf = (symbol: string): number | undefined => props.instrumentOf(symbol)?.priceDecimals;
  const symbolOf = (asset: string): string => `${asset}/${props.account.currency}`;

  return (
    <>
      <Show when={holdings().length > 0}>
        <Heading text="Not managed by this desk">
          There before it, deposited or traded by hand. It counts in equity; no stop, Close or Stop ever sells it.
        </Heading>
        <DataTable
          label="Table of holdings that are not managed"
          columns={holdingColumns(symbolOf, decimalsOf, setAdopting)}
          rows={holdingRows()}
        />
      </Show>
      <Show when={orders().length > 0}>
        <Heading
          text="Orders made by hand at Kraken"
          action={
            <Button size="small" onClick={() => setCancelling(true)}>
              Cancel them…
            </Button>
          }
        >
          Not sent by this desk. It leaves them alone; Stop does too.
        </Heading>
        <DataTable label="Table of orders made by hand" columns={orderColumns(decimalsOf)} rows={orderRows()} />
      </Show>
      <Show when={strays().length > 0}>
        <Heading text="Being cancelled at Kraken">
          Orders of this desk that had ended here and turned up all the same. What they fill until then is booked.
        </Heading>
        <DataTable label="Table of orders that turned up" columns={orderColumns(decimalsOf)} rows={strayRows()} />
      </Show>
      <Show when={adoptingRow()}>
        {(row) => (
          <AdoptDialog
            account={props.account}
            row={row()}
            priceDecimals={decimalsOf(symbolOf(row().asset))}
            onClose={() => setAdopting(null)}
          />
        )}
      </Show>
      <Show when={isCancelling()}>
        <CancelExternalDialog accountId={props.account.id} orders={orders()} onClose={() => setCancelling(false)} />
      </Show>
    </>
  );
}

function Heading(props: { text: string; action?: JSX.Element; children: JSX.Element }): JSX.Element {
  return (
    <div class="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-y bg-raised px-3 py-1">
      <h2 class="font-semibold">{props.text}</h2>
      <p class="min-w-0 flex-1 text-sm text-muted">{props.children}</p>
      {props.action}
    </div>
  );
}

function holdingColumns(
  symbolOf: (asset: string) => string,
  decimalsOf: (symbol: string) => number | undefined,
  onAdopt: (asset: string) => void,
): readonly Column<KeyedRow<ExternalRow>>[] {
  return [
    { id: "asset", header: "Asset", cell: (row) => row.key },
    {
      id: "quantity",
      header: "Quantity",
      align: "right",
      cell: (row) => formatQuantity(row.value().quantity),
    },
    {
      id: "mark",
      header: "Mark",
      align: "right",
      wideOnly: true,
      cell: (row) => (
        <span
          class={classNames(!row.value().fresh && "text-warning")}
          title={row.value().fresh ? undefined : "Not current: the last good price"}
        >
          <NumberCell text={formatPrice(row.value().mark, decimalsOf(symbolOf(row.key)))} />
        </span>
      ),
    },
    {
      id: "value",
      header: "Value",
      align: "right",
      cell: (row) => <NumberCell text={formatMoney(row.value().value)} />,
    },
    {
      id: "adopt",
      header: "Adopt",
      align: "right",
      cell: (row) => (
        <Button size="small" aria-label={`Adopt ${row.key}…`} onClick={() => onAdopt(row.key)}>
          Adopt…
        </Button>
      ),
    },
  ];
}

function orderColumns(
  decimalsOf: (symbol: string) => number | undefined,
): readonly Column<KeyedRow<ExternalOrderView>>[] {
  return [
    { id: "symbol", header: "Symbol", cell: (row) => <SymbolCell symbol={row.value().symbol} /> },
    { id: "side", header: "Side", cell: (row) => <SideCell side={row.value().side} /> },
    {
      id: "type",
      header: "Type",
      wideOnly: true,
      cell: (row) => {
        const type = (): ExternalOrderView["type"] => row.value().type;
        return <>{nameOf(type())}</>;
      },
    },
    { id: "quantity", header: "Quantity", align: "right", cell: (row) => formatQuantity(row.value().quantity) },
    {
      id: "price",
      header: "Price",
      align: "right",
      cell: (row) => formatPrice(row.value().limitPrice, decimalsOf(row.value().symbol)),
    },
    {
      id: "trigger",
      header: "Trigger",
      align: "right",
      wideOnly: true,
      cell: (row) => formatPrice(row.value().triggerPrice, decimalsOf(row.value().symbol)),
    },
    {
      id: "filled",
      header: "Filled",
      align: "right",
      wideOnly: true,
      cell: (row) => <FilledCell order={row.value()} />,
    },
    {
      id: "opened",
      header: "Opened",
      wideOnly: "widest",
      cell: (row) => <TimeText time={row.value().openedAt} class="text-muted" />,
    },
  ];
}

function nameOf(type: ExternalOrderView["type"]): string {
  return type === null ? "Another kind" : TYPE_WORDS[type];
}
