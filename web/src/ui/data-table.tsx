import { For, Show, createMemo, createSignal, type JSX } from "solid-js";
import { classNames } from "./class-names.ts";
import { Icon } from "./icon.tsx";
import { createRowWindow } from "./row-window.ts";

export type Column<Row> = {
  readonly id: string;
  /** The header; units stand here once and not in every cell. */
  readonly header: string;
  readonly title?: string;
  readonly align?: "left" | "right";
  readonly cell: (row: Row) => JSX.Element;
  /** Present: the header sorts. Ascending order of two rows. */
  readonly compare?: (left: Row, right: Row) => number;
  /** Left out where the table itself is narrow; "widest": already where it is middling. */
  readonly wideOnly?: boolean | "widest";
  readonly class?: string;
};

export type Sorting = { readonly column: string; readonly descending: boolean };

const ROW_HEIGHT = 26;
const VIRTUAL_OVER = 100;

/**
 * A table of rows of one height. Over 100 rows only those in sight exist; spacer rows keep the scrollbar honest. Rows are
 * identified by object, so give it rows from a store (reconciled) or keep unchanged rows the same objects.
 */
export function DataTable<Row>(props: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  sorting?: Sorting | null;
  onSortingChange?: (sorting: Sorting) => void;
  onRowClick?: (row: Row) => void;
  rowClass?: (row: Row) => string;
  footer?: JSX.Element;
}): JSX.Element {
  const [ownSorting, setOwnSorting] = createSignal<Sorting | null>(null);
  const sorting = (): Sorting | null => props.sorting ?? ownSorting();
  const sorted = createMemo(() => sortRows(props.rows, props.columns, sorting()));
  const isVirtual = (): boolean => sorted().length > VIRTUAL_OVER;
  const rowWindow = createRowWindow(() => sorted().length, ROW_HEIGHT);
  const drawn = createMemo(() => {
    const { first, end } = isVirtual() ? rowWindow.window() : { first: 0, end: sorted().length };
    return {
      rows: sorted().slice(first, end),
      before: first * ROW_HEIGHT,
      after: (sorted().length - end) * ROW_HEIGHT,
      first,
    };
  });
  const sortBy = (column: Column<Row>): void => {
    const current = sorting();
    const next = { column: column.id, descending: current?.column === column.id ? !current.descending : true };
    setOwnSorting(next);
    props.onSortingChange?.(next);
  };
  return (
    <div
      ref={rowWindow.attach}
      class="@container min-h-0 min-w-0 flex-1 overflow-auto"
      tabindex="0"
      role="region"
      aria-label={props.label}
    >
      <table class="w-full border-collapse" aria-rowcount={sorted().length + 1}>
        <thead class="sticky top-0 z-10 bg-panel">
          <tr class="h-row">
            <For each={props.columns}>
              {(column) => <HeaderCell column={column} sorting={sorting()} onSort={() => sortBy(column)} />}
            </For>
          </tr>
        </thead>
        <tbody>
          <Spacer height={drawn().before} />
          <For each={drawn().rows}>
            {(row, index) => (
              <tr
                aria-rowindex={drawn().first + index() + 2}
                class={classNames(
                  "h-row border-t hover:bg-hover",
                  props.onRowClick !== undefined && "cursor-pointer",
                  props.rowClass?.(row),
                )}
                onClick={() => props.onRowClick?.(row)}
              >
                <For each={props.columns}>{(column) => <td class={cellClass(column)}>{column.cell(row)}</td>}</For>
              </tr>
            )}
          </For>
          <Spacer height={drawn().after} />
        </tbody>
      </table>
      {props.footer}
    </div>
  );
}

function Spacer(props: { height: number }): JSX.Element {
  return (
    <Show when={props.height > 0}>
      <tr aria-hidden="true" style={{ height: `${props.height}px` }} />
    </Show>
  );
}

function HeaderCell<Row>(props: { column: Column<Row>; sorting: Sorting | null; onSort: () => void }): JSX.Element {
  const isSorted = (): boolean => props.sorting?.column === props.column.id;
  const direction = (): "ascending" | "descending" => (props.sorting?.descending === true ? "descending" : "ascending");
  return (
    <th
      scope="col"
      title={props.column.title}
      aria-sort={isSorted() ? direction() : undefined}
      class={classNames(cellClass(props.column), "text-sm font-medium text-muted")}
    >
      <Show when={props.column.compare} fallback={props.column.header}>
        <button type="button" class="inline-flex items-center gap-0.5 hover:text-text" onClick={() => props.onSort()}>
          {props.column.header}
          <Show when={isSorted()}>
            <Icon name={direction() === "ascending" ? "up" : "down"} class="size-3" />
          </Show>
        </button>
      </Show>
    </th>
  );
}

function cellClass<Row>(column: Column<Row>): string {
  return classNames(
    "px-1 whitespace-nowrap first:pl-2 last:pr-2 @md:px-2 @md:first:pl-3 @md:last:pr-3",
    column.align === "right" ? "numeric" : "text-left",
    column.wideOnly === true && "hidden @[43rem]:table-cell",
    column.wideOnly === "widest" && "hidden @[54rem]:table-cell",
    column.class,
  );
}

function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | null): readonly Row[] {
  const compare = columns.find((column) => column.id === sorting?.column)?.compare;
  if (compare === undefined || sorting === null) {
    return rows;
  }
  const sign = sorting.descending ? -1 : 1;
  return rows.toSorted((left, right) => sign * compare(left, right));
}
