import { createEffect, createSignal, For, onCleanup, onMount, Show, type JSX } from "solid-js";
import type { ModelView, ProviderView } from "../../../../contract/assistant.ts";
import { previewContext } from "../../data/assistant-api.ts";
import { useDesk } from "../../data/desk-context.tsx";
import { useAccount } from "../../data/use-account.ts";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { formatMoney } from "../../ui/format.ts";
import { Switch } from "../../ui/switch.tsx";
import { isKraken } from "../account-mode/mode-words.ts";
import { RunMessage } from "./run-message.tsx";
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
  const [context, setContext] = createSignal<string | null>(null);
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
  const options = () =>
    (chat.providers()?.providers ?? []).flatMap((provider) =>
      provider.ready
        ? provider.models.map((model) => ({ value: `${provider.id} ${model.id}`, label: modelLabel(provider, model) }))
        : [],
    );
  const onlyRules = (): boolean =>
    (chat.providers()?.providers ?? []).every(({ ready, kind }) => !ready || kind === "rules");
  const ask = async (prompt: string): Promise<void> => {
    const owner = account();
    if (owner === null || prompt.trim() === "" || chat.isSending()) {
      return;
    }
    const asked = { prompt: prompt.trim(), accountId: owner.id, symbols: [desk.symbol()], withContext: withContext() };
    setFollows(true);
    if (await chat.ask(asked)) {
      setText("");
    }
  };
  const showContext = async (): Promise<void> => {
    const owner = account();
    if (context() !== null || owner === null) {
      setContext(null);
      return;
    }
    const answer = await previewContext(owner.id, [desk.symbol()]);
    setContext(
      answer.ok
        ? `${answer.value.characters} characters, about ${answer.value.estimatedTokens} tokens\n\n${answer.value.text}`
        : answer.error.message,
    );
  };
  const spent = (): string => {
    const total = chat.usage()?.total;
    return total === undefined
      ? ""
      : `Spent today ${formatMoney(total.spent)}${total.limit === null ? "" : ` of ${formatMoney(total.limit)}`}`;
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
      <div class="flex flex-wrap items-end gap-2 border-b p-2">
        <SelectField
          label="Model"
          class="min-w-48 flex-1"
          options={options()}
          value={chat.model()}
          onChange={chat.chooseModel}
        />
        <SelectField
          label="Chat"
          class="min-w-40 flex-1"
          options={[
            { value: "", label: "New chat" },
            ...chat.chats().map(({ id, title }) => ({ value: id, label: title === "" ? "Untitled" : title })),
          ]}
          value={chat.chatId() ?? ""}
          onChange={(id) => chat.choose(id === "" ? null : id)}
        />
        <TextField label="Search chats" class="w-36" value="" onInput={chat.search} type="search" />
      </div>
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
                isReal={isKraken(account())}
                onStop={() => void chat.stop(run.id)}
                onRetry={() => void chat.retry(run.id)}
                onChanged={chat.changed}
              />
            )}
          </For>
        </Show>
      </div>
      <Show when={context()}>
        {(sent) => (
          <pre class="max-h-60 overflow-auto border-t bg-raised p-2 text-xs" tabindex="0" aria-label="What is sent">
            {sent()}
          </pre>
        )}
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
        <div class="flex items-end gap-2">
          <label class="flex min-w-0 flex-1 flex-col gap-1">
            <span class="sr-only">Question</span>
            <textarea
              ref={(element) => {
                input = element;
              }}
              class="field min-h-16 resize-y"
              rows={2}
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
              account() === null
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
        <div class="flex flex-wrap items-center justify-between gap-2 text-sm text-muted">
          <Switch label="Send account and market" checked={withContext()} onChange={setWithContext} />
          <Button size="small" onClick={() => void showContext()}>
            {context() === null ? "Show what is sent" : "Hide what is sent"}
          </Button>
          <span class="numeric">{spent()}</span>
        </div>
      </form>
    </section>
  );
}

function modelLabel(provider: ProviderView, model: ModelView): string {
  const price =
    provider.notice ??
    (model.price === null ? "price not known" : `$${model.price.input} in, $${model.price.output} out per million`);
  return provider.notice === null ? `${model.name} · ${provider.name} · ${price}` : model.name;
}
