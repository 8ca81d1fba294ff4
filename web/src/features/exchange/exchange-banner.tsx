import { A } from "@solidjs/router";
import { For, Show, createMemo, type JSX } from "solid-js";
import { preferences } from "../../data/preferences.ts";
import { useAccount } from "../../data/use-account.ts";
import { Icon } from "../../ui/icon.tsx";
import { connectionSentence, differenceSentence } from "./connection-words.ts";

/**
 * What keeps the Kraken account on screen from trading, and where belief and exchange differ. It stays as long as that does,
 * so it has a place of its own; while all is well there is nothing. The few seconds of a first reading show in the account
 * bar alone.
 */
export function ExchangeBanner(): JSX.Element {
  const account = useAccount();
  const connection = createMemo(() => account()?.exchange?.connection ?? null);
  const trouble = (): string | null => {
    const current = connection();
    return current === null || current.status === "connecting" ? null : connectionSentence(current, preferences.zone);
  };
  const differences = createMemo(() => account()?.exchange?.differences ?? []);
  return (
    <div role="status" aria-label="Kraken" aria-live="polite" class="shrink-0">
      <Show when={trouble()}>
        {(text) => (
          <Line>
            {text()}{" "}
            <Show when={connection()?.status === "disconnected" || connection()?.retryAt === null}>
              <A href="/settings#kraken" class="link">
                Key and connection
              </A>
            </Show>
          </Line>
        )}
      </Show>
      <For each={differences()}>{(difference) => <Line>{differenceSentence(difference)}</Line>}</For>
    </div>
  );
}

function Line(props: { children: JSX.Element }): JSX.Element {
  return (
    <p class="flex items-start gap-2 border-b border-warning bg-warning-soft px-3 py-1">
      <Icon name="alert" class="mt-0.5 size-4 shrink-0 text-warning" />
      <span class="min-w-0">{props.children}</span>
    </p>
  );
}
