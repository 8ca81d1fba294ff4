import { For, Match, Show, Switch, createSignal, type JSX } from "solid-js";
import type { SessionEntry } from "../../../../contract/auth.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { endAllSessions, endSession, fetchSessions } from "../../data/session-api.ts";
import { useStores } from "../../data/stores.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Skeleton } from "../../ui/panel.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { plural } from "../stop/stop-words.ts";
import { deviceWords } from "./device.ts";
import { SaveNote, Section } from "./section.tsx";

/** Where one is signed in, and how to end it. */
export function Sessions(): JSX.Element {
  const { session } = useStores();
  const [list, setList] = createSignal<readonly SessionEntry[] | null>(null);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [note, setNote] = createSignal<string | null>(null);
  const others = () => (list() ?? []).filter((entry) => !entry.current);

  const load = async (): Promise<void> => {
    const answer = await fetchSessions();
    setProblem(answer.ok ? null : answer.error);
    if (answer.ok) {
      setList(answer.value.sessions);
    }
  };
  const end = async (entry: SessionEntry): Promise<void> => {
    const answer = await endSession(entry.id);
    setProblem(answer.ok ? null : answer.error);
    setNote(answer.ok ? `${deviceWords(entry.userAgent)} is signed out.` : null);
    await load();
  };
  const endOthers = async (): Promise<void> => {
    const answer = await endAllSessions(true);
    setProblem(answer.ok ? null : answer.error);
    setNote(answer.ok ? `${plural(answer.value.ended, "session")} ended.` : null);
    await load();
  };
  void load();

  return (
    <Show when={session.user()}>
      <Section id="sessions" title="Sessions" description="Every place that is signed in as you.">
        <Switch>
          <Match when={list()}>
            {(entries) => (
              <ul class="flex flex-col">
                <For each={entries()}>
                  {(entry) => (
                    <li class="flex flex-wrap items-center gap-x-3 gap-y-1 border-t py-1.5 first:border-t-0">
                      <span class="min-w-40 flex-1" title={entry.userAgent ?? undefined}>
                        {deviceWords(entry.userAgent)}
                        <span class="text-muted">{entry.address === null ? "" : ` · ${entry.address}`}</span>
                      </span>
                      <span class="text-muted">
                        since <TimeText time={entry.createdAt} form="date-time" />
                      </span>
                      <Show when={!entry.current} fallback={<Badge tone="accent">this one</Badge>}>
                        <Button size="small" onClick={() => void end(entry)}>
                          Sign out
                        </Button>
                      </Show>
                    </li>
                  )}
                </For>
              </ul>
            )}
          </Match>
          <Match when={problem() === null}>
            <Skeleton rows={2} />
          </Match>
        </Switch>
        <div class="flex items-center gap-3">
          <Button
            blockedReason={others().length === 0 ? "Only this one is signed in" : null}
            onClick={() => void endOthers()}
          >
            Sign out all others
          </Button>
          <SaveNote text={problem()?.message ?? note()} isError={problem() !== null} />
        </div>
      </Section>
    </Show>
  );
}
