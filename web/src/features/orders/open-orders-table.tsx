import { createMemo, createSignal, Show, type JSX } from "solid-js";
import type { OrderView } from "../../../../contract/orders.ts";
import { compare } from "../../../../domain/decimal.ts";
import type { Instrument } from "../../../../domain/market.ts";
import { amendOrder } from "../../data/api.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { DecimalField } from "../../ui/decimal-field.tsx";
import { formatPrice, formatQuantity } from "../../ui/format.ts";
import { formatIso } from "../../ui/format-time.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { createWrite } from "../create-write.ts";
import { focusSoon } from "../focus-soon.ts";
import { createKeyedRows, type KeyedRow } from "../keyed-rows.ts";
import { preferences } from "../../data/preferences.ts";
import { amendDraftOf, readAmend, type AmendDraft } from "./amend-draft.ts";
import { FilledCell, SideCell, SymbolCell } from "./order-cells.tsx";
import { amendBlock, closeWord, isAmendable, typeWord } from "./order-words.ts";
import { RowActions } from "./row-actions.tsx";
import { standingNote } from "./standing-words.ts";
import { StatusCell } from "./status-cell.tsx";

type Row = KeyedRow<OrderView>;
type Editing = { readonly id: string; readonly draft: AmendDraft };

type OpenOrdersTableProps = {
  orders: readonly OrderView[];
  instrumentOf: (symbol: string) => Instrument | null;
  /** Says what could not be done; "" takes the last message away. */
  onMessage: (message: string) => void;
};

/** Resting orders, each with its own amend and cancel. A row keeps its cells while its order changes. */
export function OpenOrdersTable(props: OpenOrdersTableProps): JSX.Element {
  const rows = createKeyedRows(
    () => props.orders,
    (order) => order.id,
  );
  const [editing, setEditing] = createSignal<Editing | null>(null);
  const amend = createWrite<unknown>();

  const startEditing = (order: OrderView): void => {
    amend.reset();
    props.onMessage("");
    setEditing({ id: order.id, draft: amendDraftOf(order) });
  };
  const stopEditing = (): void => {
    setEditing(null);
    props.onMessage("");
  };
  const changeDraft = (change: Partial<AmendDraft>): void => {
    setEditing((current) => (current === null ? null : { ...current, draft: { ...current.draft, ...change } }));
  };
  const save = async (order: OrderView): Promise<void> => {
    const current = editing();
    const instrument = props.instrumentOf(order.symbol);
    if (current === null || instrument === null) {
      return;
    }
    const reading = readAmend(current.draft, order, instrument);
    if (reading.type === "unreadable") {
      props.onMessage(reading.message);
      return;
    }
    if (reading.type === "unchanged") {
      stopEditing();
      return;
    }
    const { change } = reading;
    const answer = await amend.run(`${order.id} ${JSON.stringify(change)}`, (intent) =>
      amendOrder(order.accountId, order.id, change, intent),
    );
    if (answer?.ok === true) {
      stopEditing();
    } else if (answer !== null) {
      props.onMessage(answer.error.message);
    }
  };
  const amendBlocked = (order: OrderView): string | null => {
    if (!isAmendable(order)) {
      return amendBlock(order);
    }
    return props.instrumentOf(order.symbol) === null ? `The rules of ${order.symbol} are not loaded yet.` : null;
  };
  const isEditing = (row: Row): boolean => editing()?.id === row.key;
  const handleKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && editing() !== null) {
      event.stopPropagation();
      stopEditing();
    }
  };

  const priceDecimals = (order: OrderView): number | undefined => props.instrumentOf(order.symbol)?.priceDecimals;
  const noteOf = (order: OrderView): string | null =>
    standingNote(order, props.orders, preferences.zone, priceDecimals(order));
  const hasTriggers = createMemo(() => props.orders.some((order) => order.triggerPrice !== null));
  const isAtExchange = createMemo(() => props.orders.some((order) => order.standing !== undefined));
  const triggerColumn: Column<Row> = {
    id: "trigger",
    header: "Trigger",
    title: "Compared with the last trade",
    align: "right",
    cell: (row) => (
      <Show
        when={isEditing(row) && row.value().triggerPrice !== null}
        fallback={formatPrice(row.value().triggerPrice, priceDecimals(row.value()))}
      >
        <DecimalField
          label="New trigger price"
          hideLabel
          class="w-28"
          ref={(input) => {
            if (row.value().limitPrice === null) {
              focusSoon(input);
            }
          }}
          value={editing()?.draft.triggerText ?? ""}
          step={props.instrumentOf(row.value().symbol)?.tickSize}
          onInput={(triggerText) => changeDraft({ triggerText })}
          onEnter={() => void save(row.value())}
        />
      </Show>
    ),
  };
  const statusColumn: Column<Row> = {
    id: "status",
    header: "Status",
    cell: (row) => (
      <StatusCell order={row.value()} note={noteOf(row.value())} isTight={hasTriggers()} onTell={props.onMessage} />
    ),
  };
  const columns = createMemo<readonly Column<Row>[]>(() => [
    {
      id: "time",
      header: "Time",
      wideOnly: "widest",
      compare: (left, right) => left.value().createdAt - right.value().createdAt,
      cell: (row) => <TimeText time={row.value().createdAt} class="text-muted" />,
    },
    {
      id: "symbol",
      header: "Symbol",
      compare: (left, right) => left.value().symbol.localeCompare(right.value().symbol),
      cell: (row) => <SymbolCell symbol={row.value().symbol} />,
    },
    { id: "side", header: "Side", cell: (row) => <SideCell side={row.value().side} /> },
    // On paper an order here is open; at an exchange how it stands is what matters first.
    ...(isAtExchange() ? [statusColumn] : []),
    {
      id: "type",
      header: "Type",
      wideOnly: true,
      cell: (row) => (
        <span title={row.value().expiresAt === null ? undefined : `Expires ${formatIso(row.value().expiresAt)}`}>
          {typeWord(row.value())}
          <Show when={row.value().conditionalClose}>
            {(close) => (
              <span class="text-muted" title={`Then ${closeWord(close(), priceDecimals(row.value()))}`}>
                {" "}
                + close
              </span>
            )}
          </Show>
        </span>
      ),
    },
    {
      id: "quantity",
      header: "Quantity",
      align: "right",
      compare: (left, right) => compare(left.value().quantity, right.value().quantity),
      cell: (row) => (
        <Show when={isEditing(row)} fallback={formatQuantity(row.value().quantity)}>
          <DecimalField
            label="New quantity"
            hideLabel
            class="w-28"
            value={editing()?.draft.quantityText ?? ""}
            step={props.instrumentOf(row.value().symbol)?.minimumQuantity}
            onInput={(quantityText) => changeDraft({ quantityText })}
            onEnter={() => void save(row.value())}
          />
        </Show>
      ),
    },
    {
      id: "price",
      header: "Price",
      align: "right",
      compare: (left, right) =>
        compare(left.value().limitPrice ?? left.value().quantity, right.value().limitPrice ?? right.value().quantity),
      cell: (row) => (
        <Show
          when={isEditing(row) && row.value().limitPrice !== null}
          fallback={formatPrice(row.value().limitPrice, priceDecimals(row.value()))}
        >
          <DecimalField
            label="New price"
            hideLabel
            class="w-28"
            ref={focusSoon}
            value={editing()?.draft.priceText ?? ""}
            step={props.instrumentOf(row.value().symbol)?.tickSize}
            onInput={(priceText) => changeDraft({ priceText })}
            onEnter={() => void save(row.value())}
          />
        </Show>
      ),
    },
    ...(hasTriggers() ? [triggerColumn] : []),
    {
      id: "filled",
      header: "Filled",
      align: "right",
      wideOnly: isAtExchange() ? "widest" : false,
      cell: (row) => <FilledCell order={row.value()} />,
    },
    ...(isAtExchange() ? [] : [{ ...statusColumn, wideOnly: true }]),
    {
      id: "actions",
      header: "Actions",
      align: "right",
      class: "@xl:sticky @xl:right-0 bg-panel",
      cell: (row) => (
        <RowActions
          order={row.value}
          amendBlocked={amendBlocked(row.value())}
          editing={isEditing(row)}
          saving={amend.state().type === "sending"}
          onEdit={() => startEditing(row.value())}
          onSave={() => void save(row.value())}
          onLeave={stopEditing}
          onMessage={props.onMessage}
        />
      ),
    },
  ]);

  return (
    <div class="flex min-h-0 min-w-0 flex-1 flex-col" onKeyDown={handleKey}>
      <DataTable label="Table of open orders" columns={columns()} rows={rows()} />
    </div>
  );
}
