import { For, Show, type JSX } from "solid-js";
import type { CredentialSlot } from "../../../../contract/credentials.ts";
import { permissionLines } from "./key-words.ts";

/** Which key is asked for: what to tick, what never, and how to make one in short. */
export function KeyGuide(props: { slot: CredentialSlot; isSimulated: boolean }): JSX.Element {
  return (
    <div class="flex flex-col gap-2">
      <Show when={props.isSimulated}>
        <p class="rounded-md border border-warning px-3 py-1.5 font-semibold text-warning">
          Simulated exchange: never enter a real key.
        </p>
      </Show>
      <p>
        <Show
          when={props.slot === "trading"}
          fallback="A key that can only read. It looks up the past, so that the trading key keeps its rate for orders."
        >
          Make a key that <strong>this desk alone</strong> uses: a second program on the same key spoils the order of
          its calls, and Kraken refuses both.
        </Show>
      </p>
      <div class="grid gap-x-4 gap-y-2 sm:grid-cols-2">
        <div>
          <p class="text-sm text-muted">Tick these</p>
          <ul class="list-disc pl-5">
            <For each={permissionLines(props.slot, "needed")}>
              {(line) => <li title={`For ${line.purpose}`}>{line.label}</li>}
            </For>
          </ul>
        </div>
        <div>
          <p class="text-sm text-muted">Leave these alone</p>
          <ul class="list-disc pl-5">
            <For each={permissionLines(props.slot, "forbidden")}>
              {(line) => (
                <li>
                  <strong>{line.label}</strong>: a key with it is refused
                </li>
              )}
            </For>
          </ul>
        </div>
      </div>
      <details>
        <summary class="link inline-block">How to make one</summary>
        <ol class="mt-1 list-decimal pl-5">
          <li>At Kraken open Settings, then API, then “Create API key”.</li>
          <li>Give it a name such as “TradeWithAI” and tick what is listed above, nothing else.</li>
          <li>Restrict it to the address of this server if it has a fixed one.</li>
          <li>Create it. Kraken shows the private key once: copy both into the fields here.</li>
        </ol>
      </details>
    </div>
  );
}
