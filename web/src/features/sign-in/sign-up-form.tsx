import { Show, createSignal, type JSX } from "solid-js";
import type { SessionView } from "../../../../contract/session.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { signUp } from "../../data/session-api.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { PasswordRules, isLongEnough } from "./password-rules.tsx";
import { fieldError, signInSentence } from "./sign-in-words.ts";

/** Name, e-mail and password. A guest keeps accounts, orders and history. */
export function SignUpForm(props: { onDone: (session: SessionView) => void }): JSX.Element {
  const [name, setName] = createSignal("");
  const [email, setEmail] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [isSending, setSending] = createSignal(false);
  const hasFieldError = (): boolean =>
    ["name", "email", "password"].some((field) => fieldError(problem(), field) !== null);

  const submit = async (): Promise<void> => {
    if (isSending()) {
      return;
    }
    setSending(true);
    setProblem(null);
    const answer = await signUp({ name: name().trim(), email: email().trim(), password: password() });
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
        void submit();
      }}
    >
      <TextField
        label="Name"
        autocomplete="name"
        required
        maxlength={60}
        value={name()}
        onInput={setName}
        error={fieldError(problem(), "name")}
      />
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
        autocomplete="new-password"
        required
        value={password()}
        onInput={setPassword}
        error={fieldError(problem(), "password")}
      />
      <PasswordRules password={password()} />
      <Show when={!hasFieldError() && problem()}>
        {(current) => (
          <p role="alert" class="text-danger">
            {signInSentence(current())}
          </p>
        )}
      </Show>
      <Button
        type="submit"
        tone="primary"
        size="large"
        disabled={isSending()}
        blockedReason={isLongEnough(password()) ? null : "The password is too short"}
      >
        {isSending() ? "Signing up…" : "Sign up"}
      </Button>
    </form>
  );
}
