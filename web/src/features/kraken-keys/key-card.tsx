import { For, Show, createSignal, type JSX } from "solid-js";
import type { CredentialSlot, KrakenCredentialsView, KrakenCredentialView } from "../../../../contract/credentials.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { testKraken } from "../../data/credentials-api.ts";
import { Button } from "../../ui/button.tsx";
import { classNames } from "../../ui/class-names.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { KeyProblem } from "./key-problem.tsx";
import { permissionMark, slotWord } from "./key-words.ts";
import { RemoveKeyDialog } from "./remove-key-dialog.tsx";
import { ReplaceKeyDialog } from "./replace-key-dialog.tsx";

type KeyCardProps = {
  credential: KrakenCredentialView;
  isSimulated: boolean;
  onChanged: (now: KrakenCredentialsView) => void;
  /** A test answered: the card shows what Kraken said last. */
  onTested: (credential: KrakenCredentialView) => void;
};

/** A connected key: how to tell it apart, what it may do, when it was used, and what can be done with it. */
export function KeyCard(props: KeyCardProps): JSX.Element {
  const [dialog, setDialog] = createSignal<"replace" | "remove" | null>(null);
  const [test, setTest] = createSignal<{ at: number; problem: Problem | null } | null>(null);
  const [isTesting, setTesting] = createSignal(false);
  const slot = (): CredentialSlot => props.credential.slot;
  const close = (): void => {
    setDialog(null);
  };
  const runTest = async (): Promise<void> => {
    if (isTesting()) {
      return;
    }
    setTesting(true);
    const answer = await testKraken(slot());
    setTesting(false);
    setTest({ at: Date.now(), problem: answer.ok ? answer.value.problem : answer.error });
    if (answer.ok) {
      props.onTested(answer.value.credential);
    }
  };
  return (
    <section aria-label={slotWord(slot())} class="flex flex-col gap-3 rounded-md border p-3">
      <div class="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h3 class="font-semibold">{slotWord(slot())}</h3>
        <span>
          <span aria-hidden="true">•••••••• </span>
          <span class="sr-only">Hidden; fingerprint </span>
          <code title="A fingerprint: it tells keys apart and gives nothing of them away">
            {props.credential.fingerprint}
          </code>
          {props.credential.name === null ? "" : ` “${props.credential.name}”`}
        </span>
      </div>
      <dl class="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5">
        <dt class="text-muted">Connected</dt>
        <dd>
          <TimeText time={props.credential.connectedAt} form="date-time" />
        </dd>
        <dt class="text-muted">Last used</dt>
        <dd>
          <Show when={props.credential.lastUsedAt} fallback="never since it was connected">
            {(at) => <TimeText time={at()} form="date-time" />}
          </Show>
        </dd>
        <dt class="text-muted">Last error</dt>
        <dd>
          <Show when={props.credential.lastError} fallback="none">
            {(error) => (
              <span class="text-danger">
                {error().message} (<TimeText time={error().at} form="date-time" />)
              </span>
            )}
          </Show>
        </dd>
        <dt class="text-muted">Permissions</dt>
        <dd>
          {props.credential.permissionsSource === "told" ? "as Kraken told" : "found out by calls that change nothing"},{" "}
          <TimeText time={props.credential.checkedAt} form="date-time" />
        </dd>
      </dl>
      <ul class="grid gap-x-4 gap-y-0.5 sm:grid-cols-2">
        <For each={props.credential.permissions}>
          {(entry) => {
            const mark = () => permissionMark(entry);
            return (
              <li class="flex items-baseline gap-2" title={`For ${entry.purpose}`}>
                <span
                  aria-hidden="true"
                  class={classNames("w-3 text-center", mark().isGood ? "text-up" : "font-bold text-danger")}
                >
                  {mark().mark}
                </span>
                <span>
                  {entry.label}
                  <span class={mark().isGood ? "text-muted" : "text-danger"}>
                    {" "}
                    · {mark().word}
                    <Show when={entry.wanted === "needed" && entry.granted === false}>: no {entry.purpose}</Show>
                  </span>
                </span>
              </li>
            );
          }}
        </For>
      </ul>
      <div class="flex flex-wrap items-center gap-2">
        <Button blockedReason={isTesting() ? "Being asked" : null} onClick={() => void runTest()}>
          {isTesting() ? "Asking Kraken…" : "Test connection"}
        </Button>
        <Button onClick={() => setDialog("replace")}>Replace…</Button>
        <Button tone="danger" onClick={() => setDialog("remove")}>
          Delete…
        </Button>
        <p role="status" class="text-muted">
          <Show when={test()?.problem === null ? test() : null}>
            {(done) => (
              <>
                It works: Kraken answered at <TimeText time={done().at} />.
              </>
            )}
          </Show>
        </p>
      </div>
      <Show when={test()?.problem}>{(problem) => <KeyProblem problem={problem()} />}</Show>
      <Show when={dialog() === "replace"}>
        <ReplaceKeyDialog slot={slot()} isSimulated={props.isSimulated} onReplaced={props.onChanged} onClose={close} />
      </Show>
      <Show when={dialog() === "remove"}>
        <RemoveKeyDialog credential={props.credential} onRemoved={props.onChanged} onClose={close} />
      </Show>
    </section>
  );
}
