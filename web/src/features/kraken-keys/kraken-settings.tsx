import { useNavigate } from "@solidjs/router";
import { Match, Show, Switch, createSignal, type JSX } from "solid-js";
import type { KrakenCredentialsView, KrakenCredentialView } from "../../../../contract/credentials.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { fetchKrakenKeys } from "../../data/credentials-api.ts";
import { changePreferences } from "../../data/preferences.ts";
import { useStores } from "../../data/stores.tsx";
import { useAccount, useAccounts } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { Skeleton } from "../../ui/panel.tsx";
import { isKraken, moneyWords } from "../account-mode/mode-words.ts";
import { Section } from "../settings/section.tsx";
import { ConnectForm } from "./connect-form.tsx";
import { KeyCard } from "./key-card.tsx";
import { KeyUses } from "./key-uses.tsx";

/** Settings → Kraken: connect a key, see what it may do and what it was used for, replace or delete it. */
export function KrakenSettings(): JSX.Element {
  const { session } = useStores();
  return (
    <Show when={session.user()}>
      <Section
        id="kraken"
        title="Kraken"
        description="A key lets this desk trade with your account at Kraken. It is checked at once, stored encrypted and never shown again."
      >
        <Show when={session.user()?.guest === true}>
          <p role="note" class="text-muted">
            You are a guest: only this browser opens this desk. Sign up before you connect a key. Without that, losing
            the browser's cookie leaves orders at Kraken that you can end on kraken.com only.
          </p>
        </Show>
        <Keys />
      </Section>
    </Show>
  );
}

function Keys(): JSX.Element {
  const { market } = useStores();
  const [keys, setKeys] = createSignal<KrakenCredentialsView | null>(null);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [wantsHistory, setWantsHistory] = createSignal(false);
  const isSimulated = (): boolean => market.market() !== "live";
  const load = async (): Promise<void> => {
    const answer = await fetchKrakenKeys();
    setProblem(answer.ok ? null : answer.error);
    if (answer.ok) {
      setKeys(answer.value);
    }
  };
  const take = (now: KrakenCredentialsView): void => {
    setWantsHistory(false);
    setKeys(now);
  };
  const takeTested = (credential: KrakenCredentialView): void => {
    setKeys((before) => (before === null ? null : { ...before, [credential.slot]: credential }));
  };
  void load();

  return (
    <Switch>
      <Match when={problem()}>
        {(current) => (
          <div role="alert" class="flex flex-wrap items-center gap-3">
            <p class="text-danger">{current().message}</p>
            <Button onClick={() => void load()}>Try again</Button>
          </div>
        )}
      </Match>
      <Match when={keys()}>
        {(known) => (
          <>
            <Show when={known().refusal}>{(reason) => <p class="text-warning">{reason()}</p>}</Show>
            <Show
              when={known().trading}
              fallback={
                <Show when={known().refusal === null}>
                  <ConnectForm slot="trading" isSimulated={isSimulated()} onConnected={take} />
                </Show>
              }
            >
              {(credential) => (
                <>
                  <ToAccount />
                  <KeyCard
                    credential={credential()}
                    isSimulated={isSimulated()}
                    onChanged={take}
                    onTested={takeTested}
                  />
                </>
              )}
            </Show>
            <Show when={known().history}>
              {(credential) => (
                <KeyCard credential={credential()} isSimulated={isSimulated()} onChanged={take} onTested={takeTested} />
              )}
            </Show>
            <Show when={known().trading !== null && known().history === null && known().refusal === null}>
              <Show
                when={wantsHistory()}
                fallback={
                  <Button class="self-start" onClick={() => setWantsHistory(true)}>
                    Add a read-only key for history…
                  </Button>
                }
              >
                <div class="rounded-md border p-3">
                  <ConnectForm
                    slot="history"
                    isSimulated={isSimulated()}
                    onConnected={take}
                    onLeave={() => setWantsHistory(false)}
                  />
                </div>
              </Show>
            </Show>
            <Show when={known().trading !== null || known().history !== null}>
              <KeyUses />
            </Show>
          </>
        )}
      </Match>
      <Match when={keys() === null}>
        <Skeleton rows={5} />
      </Match>
    </Switch>
  );
}

/** Nothing switches to real money by itself: this is the way there. */
function ToAccount(): JSX.Element {
  const accounts = useAccounts();
  const active = useAccount();
  const navigate = useNavigate();
  const account = () => accounts().find(isKraken) ?? null;
  return (
    <Show when={account()}>
      {(found) => (
        <div class="flex flex-wrap items-center gap-3">
          <p>
            Account “{found().name}” trades with it: {moneyWords(found())}.
          </p>
          <Show when={active()?.id !== found().id} fallback={<span class="text-muted">It is on screen.</span>}>
            <Button
              onClick={() => {
                changePreferences({ activeAccountId: found().id });
                navigate("/trade");
              }}
            >
              Go to it
            </Button>
          </Show>
        </div>
      )}
    </Show>
  );
}
