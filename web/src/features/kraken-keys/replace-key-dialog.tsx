import { Show, createSignal, type JSX } from "solid-js";
import type { CredentialSlot, KrakenCredentialsView } from "../../../../contract/credentials.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { replaceKraken } from "../../data/credentials-api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { KeyProblem } from "./key-problem.tsx";

/** Another key in the place of this one. A blank field keeps what is stored. */
export function ReplaceKeyDialog(props: {
  slot: CredentialSlot;
  isSimulated: boolean;
  onReplaced: (now: KrakenCredentialsView) => void;
  onClose: () => void;
}): JSX.Element {
  const [key, setKey] = createSignal("");
  const [secret, setSecret] = createSignal("");
  const [isConfirmed, setConfirmed] = createSignal(false);
  const [isSending, setSending] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const blocked = (): string | null => {
    if (isSending()) {
      return "Being checked at Kraken";
    }
    if (key().trim() === "" && secret().trim() === "") {
      return "Both fields are blank: nothing would change";
    }
    return problem()?.code === "KEY_UNCONFIRMED" && !isConfirmed() ? "Look at the key and confirm" : null;
  };
  const submit = async (): Promise<void> => {
    if (blocked() !== null) {
      return;
    }
    setSending(true);
    const answer = await replaceKraken({
      slot: props.slot,
      key: key().trim(),
      secret: secret().trim(),
      confirmedNoWithdrawal: isConfirmed(),
    });
    setSending(false);
    setProblem(answer.ok ? null : answer.error);
    if (answer.ok) {
      props.onReplaced(answer.value);
      props.onClose();
    }
  };
  return (
    <Dialog
      open
      title="Replace the key"
      onClose={() => props.onClose()}
      footer={
        <>
          <Button onClick={() => props.onClose()}>Leave it</Button>
          <Button tone="primary" blockedReason={blocked()} onClick={() => void submit()}>
            {isSending() ? "Checking at Kraken…" : "Check and replace"}
          </Button>
        </>
      }
    >
      <form
        class="flex flex-col gap-3"
        autocomplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>
          The new key has to belong to the same Kraken account. It is checked first; until then, and if it is refused,
          the old one stays in use. Orders and history stay as they are.
        </p>
        <Show when={props.isSimulated}>
          <p class="font-semibold text-warning">Simulated exchange: never enter a real key.</p>
        </Show>
        <TextField
          label="API key"
          placeholder="unchanged"
          value={key()}
          onInput={setKey}
          autocomplete="off"
          spellcheck={false}
        />
        <TextField
          label="Private key"
          placeholder="unchanged"
          type="password"
          value={secret()}
          onInput={setSecret}
          autocomplete="off"
          spellcheck={false}
        />
        <p class="text-sm text-muted">A blank field keeps what is stored.</p>
        <Show when={problem()}>{(current) => <KeyProblem problem={current()} />}</Show>
        <Show when={problem()?.code === "KEY_UNCONFIRMED"}>
          <label class="flex items-center gap-2">
            <input
              type="checkbox"
              checked={isConfirmed()}
              onChange={(event) => setConfirmed(event.currentTarget.checked)}
            />
            I looked at this key at Kraken: “Withdraw funds” is not ticked
          </label>
        </Show>
        <button type="submit" class="hidden" tabindex="-1" aria-hidden="true" />
      </form>
    </Dialog>
  );
}
