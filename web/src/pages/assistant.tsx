import { Show, type JSX } from "solid-js";
import { useStores } from "../data/stores.tsx";
import { AssistantPanel } from "../features/assistant/assistant-panel.tsx";

/** The assistant by itself, over the whole page. */
export default function AssistantPage(): JSX.Element {
  const { session } = useStores();
  return (
    <div class="mx-auto flex min-h-0 w-full max-w-4xl flex-1 flex-col bg-panel">
      <h1 class="sr-only">Assistant</h1>
      <Show when={session.user() !== null} fallback={<p class="p-4 text-muted">Sign in to ask the assistant.</p>}>
        <AssistantPanel />
      </Show>
    </div>
  );
}
