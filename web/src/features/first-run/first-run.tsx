import { A } from "@solidjs/router";
import { Show, createSignal, type JSX } from "solid-js";
import { useStores } from "../../data/stores.tsx";
import { Button } from "../../ui/button.tsx";

/** The door: what this is in one sentence, and two ways in. The live chart behind it is the page's. */
export function FirstRun(): JSX.Element {
  const { session } = useStores();
  const [isEntering, setEntering] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const enter = async (): Promise<void> => {
    if (isEntering()) {
      return;
    }
    setEntering(true);
    setProblem(null);
    const answer = await session.continueAsGuest();
    setEntering(false);
    if (!answer.ok && session.user() === null) {
      setProblem(answer.error.message);
    }
  };
  return (
    <div class="absolute inset-0 z-30 grid place-items-center overflow-auto p-4">
      <section class="w-full max-w-md rounded-lg border border-line-strong bg-panel p-6 text-center">
        <h1 class="text-2xl font-semibold">TradeWithAI</h1>
        <p class="mt-2 text-lg text-muted">
          A trading desk on a live market, with $10,000 of paper money and rules that keep every number right.
        </p>
        <div class="mt-5 flex flex-col gap-2 sm:flex-row sm:justify-center">
          <Button tone="primary" size="large" disabled={isEntering()} onClick={() => void enter()}>
            {isEntering() ? "Opening the desk…" : "Try it with paper money"}
          </Button>
          <A
            href="/sign-in"
            class="button inline-flex h-9 items-center justify-center rounded-md border border-line-strong bg-raised px-4 text-lg font-medium hover:bg-hover"
          >
            Sign in
          </A>
        </div>
        <Show when={session.state().type === "unreachable"}>
          <p role="status" class="mt-3 text-warning">
            The desk does not answer at the moment. This page goes on by itself as soon as it does.
          </p>
        </Show>
        <Show when={problem()}>
          <p role="alert" class="mt-3 text-danger">
            {problem()}
          </p>
        </Show>
      </section>
    </div>
  );
}
