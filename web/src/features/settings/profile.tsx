import { A } from "@solidjs/router";
import { Show, createSignal, type JSX } from "solid-js";
import type { SessionView } from "../../../../contract/session.ts";
import type { Problem, Result } from "../../../../domain/problem.ts";
import { changeName, changePassword } from "../../data/session-api.ts";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { PasswordRules, isLongEnough } from "../sign-in/password-rules.tsx";
import { fieldError, signInSentence } from "../sign-in/sign-in-words.ts";
import { SaveNote, Section } from "./section.tsx";

/** Name and password; a guest is offered the way to keep the desk. */
export function Profile(): JSX.Element {
  const { session } = useStores();
  return (
    <Show when={session.user()}>
      {(user) => (
        <Section
          id="profile"
          title="You"
          description={user().guest ? "A guest with paper money." : (user().email ?? "")}
        >
          <Show
            when={user().guest}
            fallback={
              <>
                <NameForm initialName={user().name} />
                <PasswordForm />
              </>
            }
          >
            <p>
              Sign up and everything stays: accounts, open orders, history.{" "}
              <A href="/sign-up" class="link">
                Sign up to keep this desk
              </A>
            </p>
          </Show>
        </Section>
      )}
    </Show>
  );
}

function NameForm(props: { initialName: string }): JSX.Element {
  const { session } = useStores();
  const [name, setName] = createSignal(props.initialName);
  const save = createSave(session.take, "Saved.");
  return (
    <form
      class="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run(changeName(name().trim()));
      }}
    >
      <TextField label="Name" class="w-64" required maxlength={60} value={name()} onInput={setName} />
      <Button type="submit" disabled={save.isSaving()}>
        Save
      </Button>
      <SaveNote text={save.note()} isError={save.problem() !== null} />
    </form>
  );
}

function PasswordForm(): JSX.Element {
  const { session } = useStores();
  const [current, setCurrent] = createSignal("");
  const [next, setNext] = createSignal("");
  const save = createSave((answer) => {
    session.take(answer);
    setCurrent("");
    setNext("");
  }, "Changed. Everybody else who was signed in as you is signed out.");
  const isFieldError = (): boolean =>
    fieldError(save.problem(), "currentPassword") !== null || fieldError(save.problem(), "newPassword") !== null;
  return (
    <form
      class="flex flex-col gap-3 border-t pt-3"
      onSubmit={(event) => {
        event.preventDefault();
        void save.run(changePassword({ currentPassword: current(), newPassword: next() }));
      }}
    >
      <h3 class="font-medium">Change the password</h3>
      {/* For password managers: which user this password belongs to. */}
      <input type="text" autocomplete="username" value={session.user()?.email ?? ""} readonly hidden />
      <div class="grid gap-3 sm:grid-cols-2">
        <TextField
          label="Current password"
          type="password"
          autocomplete="current-password"
          required
          value={current()}
          onInput={setCurrent}
          error={fieldError(save.problem(), "currentPassword")}
        />
        <TextField
          label="New password"
          type="password"
          autocomplete="new-password"
          required
          value={next()}
          onInput={setNext}
          error={fieldError(save.problem(), "newPassword") ?? fieldError(save.problem(), "password")}
        />
      </div>
      <PasswordRules password={next()} />
      <div class="flex items-center gap-3">
        <Button
          type="submit"
          disabled={save.isSaving()}
          blockedReason={isLongEnough(next()) ? null : "The new password is too short"}
        >
          {save.isSaving() ? "Changing…" : "Change password"}
        </Button>
        <Show when={!isFieldError()}>
          <SaveNote text={save.note()} isError={save.problem() !== null} />
        </Show>
      </div>
    </form>
  );
}

type Save = {
  readonly run: (answer: Promise<Result<SessionView>>) => Promise<void>;
  readonly isSaving: () => boolean;
  readonly problem: () => Problem | null;
  readonly note: () => string | null;
};

function createSave(take: (session: SessionView) => void, success: string): Save {
  const [isSaving, setSaving] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [isSaved, setSaved] = createSignal(false);
  return {
    isSaving,
    problem,
    note: () => {
      const current = problem();
      return current !== null ? signInSentence(current) : isSaved() ? success : null;
    },
    async run(sent) {
      setSaving(true);
      setSaved(false);
      setProblem(null);
      const answer = await sent;
      setSaving(false);
      if (answer.ok) {
        setSaved(true);
        take(answer.value);
      } else {
        setProblem(answer.error);
      }
    },
  };
}
