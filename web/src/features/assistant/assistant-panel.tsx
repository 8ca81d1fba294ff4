import { createEffect, createSignal, For, onCleanup, onMount, Show, type JSX } from "solid-js";
import type { Attachment } from "../../data/assistant-api.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { changePanelChoice, panelChoice, preferences } from "../../data/preferences.ts";
import { useAccount } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField } from "../../ui/field.tsx";
import { Switch } from "../../ui/switch.tsx";
import { ASKED, tickSteps } from "../first-run/steps-done.ts";
import { Attachments } from "./attachments.tsx";
import { ChatBar } from "./chat-bar.tsx";
import { RunMessage } from "./run-message.tsx";
import { SentPreview, type Asked } from "./sent-preview.tsx";
import { Spent, SpendNotice } from "./spend.tsx";
import { useChat } from "./use-chat.ts";

/** Distance from the end of the list within which it follows what is written. */
const FOLLOWS_WITHIN = 60;

/** Ask a model about the market and the account. It proposes, the trader decides (issue 5). */
export function AssistantPanel(): JSX.Element {
  let list: HTMLDivElement | undefined;
  let input: HTMLTextAreaElement | undefined;
  const desk = useDesk();
  const account = useAccount();
  const chat = useChat();
  const [text, setText] = createSignal("");
  const [withContext, setWithContext] = createSignal(true);
  const [withWatched, setWithWatched] = createSignal(panelChoice("assistant.watched", "no") === "yes");
  const [useCache, setUseCache] = createSignal(false);
  const [attachments, setAttachments] = createSignal<readonly Attachment[]>([]);
  const [chosenPrompt, setPrompt] = createSignal(panelChoice("assistant.prompt", ""));
  // One that was deleted in Settings meanwhile is not asked with.
  const promptId = (): string => (chat.prompts().some(({ id }) => id === chosenPrompt()) ? chosenPrompt() : "");
  const [showsSent, setShowsSent] = createSignal(false);
  const [follows, setFollows] = createSignal(true);

  onMount(() => onCleanup(desk.registerAssistant(() => input?.focus())));
  createEffect(() => {
    // Read so that every new letter brings the list to its end, unless the trader has scrolled up.
    chat.runs().forEach((run) => `${run.text}${run.status}`);
    if (follows() && list !== undefined) {
      const element = list;
      queueMicrotask(() => element.scrollTo({ top: element.scrollHeight }));
    }
  });
  const onlyRules = (): boolean =>
    (chat.providers()?.providers ?? []).every(({ ready, kind }) => !ready || kind === "rules");
  /** The question with everything that goes along; null while the account or the models are not known. */
  const asking = (prompt: string) => {
    const owner = account();
    return owner === null || chat.providers() === null
      ? null
      : {
          prompt: prompt.trim(),
          accountId: owner.id,
          symbols: symbolsOf(desk.symbol(), withWatched() ? preferences.watched : []),
          withContext: withContext(),
          attachments: attachments(),
          ...(promptId() === "" ? {} : { promptId: promptId() }),
        };
  };
  const ask = async (prompt: string): Promise<void> => {
    const asked = asking(prompt);
    if (asked === null || asked.prompt === "" || chat.isSending()) {
      return;
    }
    setFollows(true);
    if (await chat.ask({ ...asked, useCache: useCache() })) {
      tickSteps([ASKED]);
      setText("");
      setAttachments([]);
    }
  };
  const previewed = (): Asked | null => {
    const asked = asking(text());
    const chatId = chat.chatId();
    return asked === null ? null : { ...asked, ...chat.chosen(), ...(chatId === null ? {} : { chatId }) };
  };
  const watchedBeside = (): string => symbolsOf(desk.symbol(), preferences.watched).slice(1).join(", ");
  const choosePrompt = (id: string): void => {
    setPrompt(id);
    changePanelChoice("assistant.prompt", id);
  };
  const toNewest = (): void => {
    setFollows(true);
    list?.scrollTo({ top: list.scrollHeight });
  };
  const suggestions = (): readonly string[] => {
    const [base = ""] = desk.symbol().split("/");
    return [
      `What should I do with ${base}?`,
      `Where would a stop for ${base} make sense?`,
      "What in my account is most at risk?",
    ];
  };

  return (
    <section aria-label="Assistant" class="flex min-h-0 flex-1 flex-col">
      <ChatBar chat={chat} />
      <div
        ref={(element) => {
          list = element;
        }}
        class="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto p-3"
        tabindex="0"
        role="log"
        aria-label="Conversation"
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          setFollows(scrollHeight - scrollTop - clientHeight < FOLLOWS_WITHIN);
        }}
      >
        <Show
          when={chat.runs().length > 0}
          fallback={
            <div class="flex flex-col gap-2 text-muted">
              <p>Ask about the market or your account. A model can propose an order; only you can place it.</p>
              <div class="flex flex-wrap gap-2">
                <For each={suggestions()}>
                  {(suggestion) => (
                    <Button size="small" onClick={() => void ask(suggestion)}>
                      {suggestion}
                    </Button>
                  )}
                </For>
              </div>
            </div>
          }
        >
          <For each={chat.runs()}>
            {(run) => (
              <RunMessage
                run={run}
                proposals={run.proposalIds.flatMap((id) => chat.store.assistant.proposals[id] ?? [])}
                onStop={() => void chat.stop(run.id)}
                onRetry={() => void chat.retry(run.id)}
                onChanged={chat.changed}
              />
            )}
          </For>
        </Show>
      </div>
      <Show when={!follows() && chat.runs().length > 0}>
        <div class="flex justify-center border-t p-1">
          <Button size="small" onClick={toNewest}>
            To the newest
          </Button>
        </div>
      </Show>
      <Show when={showsSent()}>
        <SentPreview asked={previewed()} />
      </Show>
      <form
        class="flex flex-col gap-2 border-t p-2"
        onSubmit={(event) => {
          event.preventDefault();
          void ask(text());
        }}
      >
        <Show when={chat.problem()}>
          {(problem) => (
            <p role="alert" class="text-sm text-danger">
              {problem().message}
            </p>
          )}
        </Show>
        <Show when={chat.providers() !== null && onlyRules()}>
          <p class="text-sm text-muted">
            Answered by rules, not a language model.{" "}
            <a class="text-accent underline" href="/settings#models">
              Add a model
            </a>
          </p>
        </Show>
        <SpendNotice usage={chat.usage()} />
        <div class="flex items-end gap-2">
          <label class="flex min-w-0 flex-1 flex-col gap-1">
            <span class="sr-only">Question</span>
            <textarea
              ref={(element) => {
                input = element;
              }}
              class="field field-sizing-content max-h-40 min-h-9 resize-none"
              rows={1}
              maxlength={8000}
              placeholder={`Ask about ${desk.symbol()}`}
              value={text()}
              onInput={(event) => setText(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
                  event.preventDefault();
                  void ask(text());
                }
              }}
            />
          </label>
          <Button
            type="submit"
            tone="primary"
            blockedReason={
              account() === null || chat.providers() === null
                ? "Loading."
                : text().trim() === ""
                  ? "Write a question."
                  : chat.isSending()
                    ? "Being sent."
                    : null
            }
          >
            Send
          </Button>
        </div>
        <Attachments items={attachments()} onChange={setAttachments} />
        <div class="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 text-sm text-muted">
          <Switch label="Send account and market" checked={withContext()} onChange={setWithContext} />
          <Show when={withContext() && watchedBeside() !== ""}>
            <Switch
              label={`Watched pairs too: ${watchedBeside()}`}
              checked={withWatched()}
              onChange={(sends) => {
                setWithWatched(sends);
                changePanelChoice("assistant.watched", sends ? "yes" : "no");
              }}
            />
          </Show>
          <Show when={!onlyRules()}>
            <Switch label="Reuse an identical answer" checked={useCache()} onChange={setUseCache} />
          </Show>
          <Show when={chat.prompts().length > 0}>
            <SelectField
              label="System prompt"
              hideLabel
              class="w-40"
              options={[
                { value: "", label: "Built-in prompt" },
                ...chat.prompts().map(({ id, name }) => ({ value: id, label: name })),
              ]}
              value={promptId()}
              onChange={choosePrompt}
            />
          </Show>
          <Button size="small" aria-expanded={showsSent()} onClick={() => setShowsSent((shows) => !shows)}>
            {showsSent() ? "Hide what is sent" : "Show what is sent"}
          </Button>
          <Spent usage={chat.usage()} />
        </div>
      </form>
    </section>
  );
}

/** What a run may name at most. */
const MOST_SYMBOLS = 5;

/** The pair on screen first, then those that are watched. */
function symbolsOf(current: string, watched: readonly string[]): string[] {
  return [...new Set([current, ...watched])].slice(0, MOST_SYMBOLS);
}
