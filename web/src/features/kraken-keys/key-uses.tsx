import { Show, createSignal, onMount, type JSX } from "solid-js";
import type { CredentialUseView } from "../../../../contract/credentials.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { fetchKeyUses } from "../../data/credentials-api.ts";
import { Button } from "../../ui/button.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { Skeleton } from "../../ui/panel.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { slotWord } from "./key-words.ts";

const COLUMNS: readonly Column<CredentialUseView>[] = [
  { id: "last", header: "Last", cell: (use) => <TimeText time={use.lastAt} form="date-time" /> },
  { id: "purpose", header: "For", cell: (use) => use.purpose },
  { id: "slot", header: "Key", wideOnly: true, cell: (use) => slotWord(use.slot) },
  { id: "fingerprint", header: "Fingerprint", wideOnly: true, cell: (use) => <code>{use.fingerprint}</code> },
  { id: "count", header: "Times", title: "Within one minute", align: "right", cell: (use) => String(use.count) },
];

/** Every decryption of the keys, newest first, page by page. */
export function KeyUses(): JSX.Element {
  const [rows, setRows] = createSignal<readonly CredentialUseView[] | null>(null);
  const [next, setNext] = createSignal<string | null>(null);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [isLoading, setLoading] = createSignal(false);
  const load = async (cursor: string | null): Promise<void> => {
    if (isLoading()) {
      return;
    }
    setLoading(true);
    const answer = await fetchKeyUses(cursor);
    setLoading(false);
    setProblem(answer.ok ? null : answer.error);
    if (answer.ok) {
      setRows((before) => (cursor === null ? answer.value.rows : [...(before ?? []), ...answer.value.rows]));
      setNext(answer.value.next);
    }
  };
  onMount(() => void load(null));
  return (
    <section aria-label="Uses of the keys" class="flex flex-col gap-2">
      <div class="flex items-baseline justify-between gap-3">
        <h3 class="font-semibold">Uses</h3>
        <Button size="small" onClick={() => void load(null)}>
          Read again
        </Button>
      </div>
      <p class="text-muted">
        A key lies encrypted and is opened right before it signs a call. Each time stands here, gathered by minute.
      </p>
      <Show
        when={rows()}
        fallback={
          <Show when={problem() === null}>
            <Skeleton rows={4} />
          </Show>
        }
      >
        {(uses) => (
          <Show when={uses().length > 0} fallback={<p class="text-muted">Not used yet.</p>}>
            <div class="flex max-h-72 flex-col rounded-md border">
              <DataTable label="Table of uses" columns={COLUMNS} rows={uses()} />
            </div>
            <Show when={next()}>
              {(cursor) => (
                <Button
                  class="self-start"
                  blockedReason={isLoading() ? "Being read" : null}
                  onClick={() => void load(cursor())}
                >
                  Older uses
                </Button>
              )}
            </Show>
          </Show>
        )}
      </Show>
      <Show when={problem()}>
        {(current) => (
          <p role="alert" class="text-danger">
            {current().message}
          </p>
        )}
      </Show>
    </section>
  );
}
