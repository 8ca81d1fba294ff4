import { Show, createSignal, type JSX } from "solid-js";
import {
  krakenKey,
  krakenSecret,
  type CredentialSlot,
  type KrakenCredentialsView,
} from "../../../../contract/credentials.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { connectKraken } from "../../data/credentials-api.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { KeyGuide } from "./key-guide.tsx";
import { KeyProblem } from "./key-problem.tsx";

type ConnectFormProps = {
  slot: CredentialSlot;
  isSimulated: boolean;
  onConnected: (now: KrakenCredentialsView) => void;
  onLeave?: (() => void) | undefined;
};

/** Key and secret, checked at Kraken before anything is stored. The fields are emptied as soon as the key is taken. */
export function ConnectForm(props: ConnectFormProps): JSX.Element {
  const [key, setKey] = createSignal("");
  const [secret, setSecret] = createSignal("");
  const [isConfirmed, setConfirmed] = createSignal(false);
  const [isSending, setSending] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const keyError = (): string | null => (key() === "" ? null : shapeError(krakenKey.safeParse(key()).success, "key"));
  const secretError = (): string | null =>
    secret() === "" ? null : shapeError(krakenSecret.safeParse(secret()).success, "private key");
  const isUnconfirmed = (): boolean => problem()?.code === "KEY_UNCONFIRMED";
  const blocked = (): string | null => {
    if (isSending()) {
      return "Being checked at Kraken";
    }
    if (key() === "" || secret() === "") {
      return "Paste key and private key";
    }
    return keyError() ?? secretError() ?? (isUnconfirmed() && !isConfirmed() ? "Look at the key and confirm" : null);
  };
  const submit = async (): Promise<void> => {
    if (blocked() !== null) {
      return;
    }
    setSending(true);
    const answer = await connectKraken({
      slot: props.slot,
      key: key().trim(),
      secret: secret().trim(),
      confirmedNoWithdrawal: isConfirmed(),
    });
    setSending(false);
    setProblem(answer.ok ? null : answer.error);
    if (answer.ok) {
      setKey("");
      setSecret("");
      props.onConnected(answer.value);
    }
  };
  return (
    <form
      class="flex flex-col gap-3"
      aria-label={props.slot === "trading" ? "Connect a Kraken key" : "Connect a key for history"}
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <KeyGuide slot={props.slot} isSimulated={props.isSimulated} />
      <TextField
        label="API key"
        value={key()}
        onInput={(text) => {
          setProblem(null);
          setKey(text);
        }}
        autocomplete="off"
        spellcheck={false}
        error={keyError()}
      />
      <TextField
        label="Private key"
        type="password"
        value={secret()}
        onInput={(text) => {
          setProblem(null);
          setSecret(text);
        }}
        autocomplete="off"
        spellcheck={false}
        error={secretError()}
        hint="Stored encrypted. It never comes back to this page"
      />
      <Show when={problem()}>{(current) => <KeyProblem problem={current()} />}</Show>
      <Show when={isUnconfirmed()}>
        <label class="flex items-center gap-2">
          <input
            type="checkbox"
            checked={isConfirmed()}
            onChange={(event) => setConfirmed(event.currentTarget.checked)}
          />
          I looked at this key at Kraken: “Withdraw funds” is not ticked
        </label>
      </Show>
      <div class="flex items-center gap-2">
        <Button type="submit" tone="primary" blockedReason={blocked()}>
          {isSending() ? "Checking at Kraken…" : "Check and connect"}
        </Button>
        <Show when={props.onLeave}>{(leave) => <Button onClick={() => leave()()}>Leave it</Button>}</Show>
      </div>
    </form>
  );
}

/** The words never quote what was typed: it may be the secret in the wrong field. */
function shapeError(isRight: boolean, what: string): string | null {
  if (isRight) {
    return null;
  }
  return what === "key"
    ? "Not an API key: Kraken's have about 56 letters, digits, + and /"
    : "Not a private key: Kraken's have about 88 letters, digits, + and /, and end in ==";
}
