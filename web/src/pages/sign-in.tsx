import { A, useNavigate } from "@solidjs/router";
import { Show, createSignal, type JSX, type ParentProps } from "solid-js";
import type { SessionView } from "../../../contract/session.ts";
import { useStores } from "../data/stores.tsx";
import { SignInForm } from "../features/sign-in/sign-in-form.tsx";
import { SignUpForm } from "../features/sign-in/sign-up-form.tsx";
import { Button } from "../ui/button.tsx";

export function SignInPage(): JSX.Element {
  const finish = useFinish();
  return (
    <Card title="Sign in">
      <SignInForm onDone={finish} />
      <p class="text-muted">
        No account yet?{" "}
        <A href="/sign-up" class="link">
          Sign up
        </A>
      </p>
      <GuestDoor />
    </Card>
  );
}

export function SignUpPage(): JSX.Element {
  const { session } = useStores();
  const finish = useFinish();
  return (
    <Card title={session.user()?.guest === true ? "Keep this desk" : "Sign up"}>
      <Show when={session.user()?.guest}>
        <p>Your accounts, open orders and history stay; the desk only gets your name and a password.</p>
      </Show>
      <SignUpForm onDone={finish} />
      <p class="text-muted">
        Signed up already?{" "}
        <A href="/sign-in" class="link">
          Sign in
        </A>
      </p>
      <GuestDoor />
    </Card>
  );
}

/** Takes the session and returns to the desk. */
function useFinish(): (session: SessionView) => void {
  const { session } = useStores();
  const navigate = useNavigate();
  return (next) => {
    session.take(next);
    navigate("/trade", { replace: true });
  };
}

function GuestDoor(): JSX.Element {
  const { session } = useStores();
  const navigate = useNavigate();
  const [problem, setProblem] = createSignal<string | null>(null);
  const enter = async (): Promise<void> => {
    const answer = await session.continueAsGuest();
    if (session.user() !== null) {
      navigate("/trade", { replace: true });
    } else if (!answer.ok) {
      setProblem(answer.error.message);
    }
  };
  return (
    <Show when={session.user() === null}>
      <div class="border-t pt-3">
        <Button class="w-full" onClick={() => void enter()}>
          Try it with paper money
        </Button>
        <Show when={problem()}>
          <p role="alert" class="mt-2 text-danger">
            {problem()}
          </p>
        </Show>
      </div>
    </Show>
  );
}

function Card(props: ParentProps<{ title: string }>): JSX.Element {
  return (
    <div class="flex-1 overflow-auto p-4">
      <section class="mx-auto mt-[6vh] flex max-w-sm flex-col gap-4 rounded-lg border bg-panel p-5">
        <h1 class="text-xl font-semibold">{props.title}</h1>
        {props.children}
      </section>
    </div>
  );
}
