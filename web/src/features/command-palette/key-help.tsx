import { For, type JSX } from "solid-js";
import { Dialog } from "../../ui/dialog.tsx";
import { KEYS } from "./keyboard.ts";

export function KeyHelp(props: { open: boolean; onClose: () => void }): JSX.Element {
  return (
    <Dialog open={props.open} onClose={() => props.onClose()} title="Keyboard">
      <dl class="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        <For each={KEYS}>
          {(entry) => (
            <>
              <dt>
                <kbd class="rounded-sm border border-line-strong bg-raised px-1.5 py-0.5 font-sans text-sm whitespace-nowrap">
                  {entry.keys}
                </kbd>
              </dt>
              <dd>{entry.meaning}</dd>
            </>
          )}
        </For>
      </dl>
    </Dialog>
  );
}
