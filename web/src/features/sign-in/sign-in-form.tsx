import { Show, createSignal, type JSX } from "solid-js";
import type { SessionView } from "../../../../contract/session.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { signIn } from "../../data/session-api.ts";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { plural } from "../stop/stop-words.ts";
import { fieldError, guestQuestion, signInSentence, type GuestStake } from "./sign-in-words.ts";

/** E-mail and password. A guest is asked before the guest's desk is given up. */
export function SignInForm(props: {
  initialEmail?: string | undefined;
  onDone: (session: SessionView) => void;
}): JSX.Element {
  const { trader } = useStores();
  const [email, setEmail] = createSignal(props.initialEmail ?? "");
  const [password, setPassword] = createSignal("");
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [isSending, setSending] = createSignal(false);
  const stake = (): GuestStake | null => guestQuestion(problem());

  const openOrders = (): number =>
    Object.values(trader()?.trader.accounts ?? {}).reduce((sum, desk) => sum + desk.openOrders.length, 0);
  const words = (counts: GuestStake): string =>
    counts.accounts === null || counts.positions === null
      ? "everything of the guest's desk"
      : `${plural(counts.accounts, "account")} with ${plural(openOrders(), "open order")} and ${plural(counts.positions, "position")}`;

  const submit = async (discardGuest: boolean): Promise<void> => {
    if (isSending()) {
      return;
    }
    setSending(true);
    setProblem(null);
    const answer = await signIn({
      email: email().trim(),
      password: password(),
      ...(discardGuest ? { discardGuest } : {}),
    });
    setSending(false);
    if (answer.ok) {
      props.onDone(answer.value);
    } else {
      setProblem(answer.error);
    }
  };

  return (
    <form
      class="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(false);
      }}
    >
      <TextField
        label="E-mail"
        type="email"
        autocomplete="username"
        required
        value={email()}
        onInput={setEmail}
        error={fieldError(problem(), "email")}
      />
      <TextField
        label="Password"
        type="password"
        autocomplete="current-password"
        required
        value={password()}
        onInput={setPassword}
        error={fieldError(problem(), "password")}
      />
      <Show when={stake() === null && problem()}>
        {(current) => (
          <p role="alert" class="text-danger">
            {signInSentence(current())}
          </p>
        )}
      </Show>
      <Button type="submit" tone="primary" size="large" disabled={isSending()}>
        {isSending() ? "Signing in…" : "Sign in"}
      </Button>
      <Show when={stake()}>
        {(current) => (
          <Dialog
            open
            onClose={() => setProblem(null)}
            title="Give up the guest's desk?"
            footer={
              <>
                <Button onClick={() => setProblem(null)}>Keep it</Button>
                <Button tone="danger" disabled={isSending()} onClick={() => void submit(true)}>
                  Erase it and sign in
                </Button>
              </>
            }
          >
            <p>
              You are trading as a guest. Signing in to another account erases {words(current())}. To keep them, close
              this and sign up instead: then they become yours by name.
            </p>
          </Dialog>
        )}
      </Show>
    </form>
  );
}
