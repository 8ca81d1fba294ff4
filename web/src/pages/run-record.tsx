import { useParams } from "@solidjs/router";
import { Show, type JSX } from "solid-js";
import { useStores } from "../data/stores.tsx";
import { RunRecord } from "../features/assistant/run-record.tsx";

/** Everything that is kept of one question to a model. */
export default function RunRecordPage(): JSX.Element {
  const { session } = useStores();
  const parameters = useParams();
  return (
    <div class="min-h-0 flex-1 overflow-y-auto">
      <div class="mx-auto max-w-4xl">
        <Show when={session.user() !== null} fallback={<p class="p-4 text-muted">Sign in to see your record.</p>}>
          <RunRecord runId={parameters.runId ?? ""} />
        </Show>
      </div>
    </div>
  );
}
