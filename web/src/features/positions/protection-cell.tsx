import { Show, type JSX } from "solid-js";
import type { Instrument } from "../../../../domain/market.ts";
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { formatPrice } from "../../ui/format.ts";
import type { PositionRow } from "./position-rows.ts";
import { isHeldAway, protectionSentence, protectionWord } from "./protection-words.ts";

/** The stop and the target of a position; a press opens what changes them. */
export function ProtectionCell(props: {
  row: PositionRow;
  instrument: Instrument | null;
  onEdit: () => void;
}): JSX.Element {
  const protection = () => props.row.position.protection;
  const isBare = (): boolean => protection().status === "unprotected" || isHeldAway(protection());
  return (
    <Button
      size="small"
      class={classNames("numeric @max-md:px-1", isBare() && "text-warning")}
      title={protectionSentence(protection(), props.instrument)}
      aria-label={`Protection of ${props.row.position.asset}: ${protectionSentence(protection(), props.instrument)} Change it`}
      onClick={() => props.onEdit()}
    >
      {protectionWord(protection(), props.instrument)}
      <Show when={protection().status === "partly" && !isHeldAway(protection())}> (part)</Show>
      <Show when={protection().target}>
        {(target) => <span class="text-muted"> / {formatPrice(target(), props.instrument?.priceDecimals)}</span>}
      </Show>
    </Button>
  );
}
