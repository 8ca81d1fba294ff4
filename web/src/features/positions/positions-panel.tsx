import { createMemo, createSignal, Show, type JSX } from "solid-js";
import { useDesk } from "../../data/desk-context.tsx";
import { changePanelChoice, panelChoice, preferences } from "../../data/preferences.ts";
import { useStores } from "../../data/stores.tsx";
import { useAccount, usePositions, useTraderReady } from "../../data/use-account.ts";
import { useMarks } from "../../data/use-valuation.ts";
import { LOADING, Panel, READY, type PanelState } from "../../ui/panel.tsx";
import { Switch } from "../../ui/switch.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { createKeyedRows } from "../keyed-rows.ts";
import { SegmentedChoice } from "../segmented-choice.tsx";
import type { ClosePercent } from "./close-percents.ts";
import { externalRows } from "./external-rows.ts";
import { positionRisk, type PositionRisk } from "../../../../domain/risk/position-risk.ts";
import { valuate } from "../../../../domain/valuation.ts";
import { filteredRows, positionRows, type PositionFilter, type PositionRow } from "./position-rows.ts";
import { PositionsTable } from "./positions-table.tsx";
import { useClosePosition } from "./use-close-position.ts";
import { lazyPart } from "../../ui/lazy-part.tsx";

const ProtectionDialog = lazyPart(async () => (await import("./protection-dialog.tsx")).ProtectionDialog);
const ExternalSection = lazyPart(async () => (await import("./external-section.tsx")).ExternalSection);
const ClosePositionDialog = lazyPart(async () => (await import("./close-position-dialog.tsx")).ClosePositionDialog);

const FILTERS = [
  { value: "all", label: "All" },
  { value: "winning", label: "Winning" },
  { value: "losing", label: "Losing" },
] as const;

/** What the account holds, what it is worth now, and the way out of it. Closing works with stale prices too. */
export function PositionsPanel(): JSX.Element {
  const desk = useDesk();
  const { market } = useStores();
  const account = useAccount();
  const positions = usePositions();
  const isReady = useTraderReady();
  const marks = useMarks();
  const [filter, setFilter] = createSignal<PositionFilter>("all");
  const [closing, setClosing] = createSignal<{ readonly asset: string; readonly percent: ClosePercent } | null>(null);
  const close = useClosePosition();

  const allColumns = (): boolean => panelChoice("positions.columns", "fitting") === "all";
  const withDust = (): boolean => panelChoice("positions.dust", "yes") === "yes";
  const all = createMemo(() => positionRows(positions(), account()?.currency ?? "USD", marks()));
  const shown = createMemo(() => filteredRows(all(), filter(), withDust()));
  const rows = createKeyedRows(shown, (row) => row.position.asset);
  const hasDust = createMemo(() => positions().some((position) => position.dust));
  const closingPosition = createMemo(() => positions().find((position) => position.asset === closing()?.asset) ?? null);

  /** Something at Kraken is not this desk's: it has a section of its own under the positions. */
  const external = createMemo(() => {
    const owner = account();
    const standing = owner?.exchange ?? null;
    return owner !== null &&
      standing !== null &&
      (standing.externalOrders.length > 0 || externalRows(owner, {}).length > 0)
      ? owner
      : null;
  });
  const hasExternal = createMemo(() => external() !== null);

  const state = (): PanelState => {
    if (!isReady()) {
      return LOADING;
    }
    if (hasExternal()) {
      return READY;
    }
    if (positions().length === 0) {
      return {
        type: "empty",
        message:
          "No positions. What you buy appears here with its live result, and can be closed here in part or whole.",
        action: { label: "Buy something", onSelect: () => desk.focusOrderForm("buy") },
      };
    }
    return rows().length > 0
      ? READY
      : {
          type: "empty",
          message: "No position fits this filter.",
          action: { label: "Show all", onSelect: () => setFilter("all") },
        };
  };
  const [protecting, setProtecting] = createSignal<string | null>(null);
  const protectedPosition = createMemo(() => positions().find((position) => position.asset === protecting()) ?? null);
  const equity = createMemo(() => {
    const owner = account();
    return owner === null ? null : valuate(owner, marks()).equity;
  });
  const riskOf = (row: PositionRow): PositionRisk | null => {
    const owner = account();
    return owner === null
      ? null
      : positionRisk(row.position, { currency: owner.currency, fees: owner.fees, equity: equity() }, marks());
  };
  const handleClose = (asset: string, percent: ClosePercent): void => {
    // Real money is always asked about.
    if (preferences.confirmCloses || isKraken(account())) {
      setClosing({ asset, percent });
    } else {
      void close.run(asset, percent);
    }
  };

  const Managed = (): JSX.Element => (
    <PositionsTable
      rows={rows()}
      allColumns={allColumns()}
      instrumentOf={market.instrument}
      closingAsset={close.sending()}
      onClose={handleClose}
      onProtect={setProtecting}
      riskOf={riskOf}
    />
  );

  return (
    <>
      <Panel
        title="Positions"
        hideTitle
        state={state()}
        tools={
          <div class="flex items-center gap-3">
            <p role="status" class="truncated max-w-xl text-sm text-muted" title={close.outcome()}>
              {close.outcome()}
            </p>
            <Switch
              label="All columns"
              checked={allColumns()}
              onChange={(isAll) => changePanelChoice("positions.columns", isAll ? "all" : "fitting")}
            />
            <Show when={hasDust()}>
              <Switch
                label="Dust"
                checked={withDust()}
                onChange={(isOn) => changePanelChoice("positions.dust", isOn ? "yes" : "no")}
              />
            </Show>
            <SegmentedChoice label="Which positions" options={FILTERS} value={filter()} onChange={setFilter} />
          </div>
        }
      >
        <Show when={hasExternal()} fallback={<Managed />}>
          <div class="min-h-0 flex-1 overflow-auto">
            <Show
              when={rows().length > 0}
              fallback={
                <p class="px-3 py-2 text-muted">
                  This desk manages no position{filter() === "all" ? "" : " of this filter"}.
                </p>
              }
            >
              <Managed />
            </Show>
            <Show when={external()}>
              {(owner) => <ExternalSection account={owner()} marks={marks()} instrumentOf={market.instrument} />}
            </Show>
          </div>
        </Show>
      </Panel>
      <Show when={protectedPosition()} keyed>
        {(position) => (
          <Show when={market.instrument(position.symbol)}>
            {(instrument) => (
              <ProtectionDialog
                accountId={account()?.id ?? ""}
                position={position}
                instrument={instrument()}
                isReal={isKraken(account())}
                onClose={() => setProtecting(null)}
              />
            )}
          </Show>
        )}
      </Show>
      <Show when={closingPosition()}>
        {(position) => (
          <ClosePositionDialog
            position={position()}
            percent={closing()?.percent ?? 100}
            close={close}
            onPercent={(percent) => setClosing({ asset: position().asset, percent })}
            onClose={() => setClosing(null)}
          />
        )}
      </Show>
    </>
  );
}
