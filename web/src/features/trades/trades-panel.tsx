import { createMemo, Show, type JSX } from "solid-js";
import type { Instrument, Trade } from "../../../../domain/market.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { useFreshness, useInstrument, useTrades } from "../../data/use-market.ts";
import { LOADING, Panel, READY, type PanelState } from "../../ui/panel.tsx";
import { freshnessText } from "../freshness-text.ts";
import { TradesView } from "./trades-view.tsx";

/** The tape of the desk's symbol. */
export function TradesPanel(props: { hideTitle?: boolean }): JSX.Element {
  const desk = useDesk();
  const trades = useTrades(desk.symbol);
  const instrument = useInstrument(desk.symbol);
  const freshness = useFreshness(desk.symbol);

  const content = createMemo<{ trades: readonly Trade[]; instrument: Instrument } | null>(() => {
    const shown = trades();
    const rules = instrument();
    return shown === null || rules === null ? null : { trades: shown, instrument: rules };
  });
  const state = (): PanelState => {
    const shown = content();
    if (shown === null) {
      return LOADING;
    }
    return shown.trades.length === 0
      ? { type: "empty", message: "No trade yet since the desk began to listen. The next one appears here." }
      : READY;
  };

  return (
    <Panel title="Trades" hideTitle={props.hideTitle === true} state={state()} stale={freshnessText(freshness())}>
      <Show when={content()}>{(shown) => <TradesView trades={shown().trades} instrument={shown().instrument} />}</Show>
    </Panel>
  );
}
