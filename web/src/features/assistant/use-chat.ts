import { createEffect, createMemo, createSignal, on, onCleanup, onMount, type Accessor } from "solid-js";
import type {
  ChatView,
  PromptView,
  ProposalView,
  ProviderListView,
  RunView,
  UsageView,
} from "../../../../contract/assistant.ts";
import type { Problem, Result } from "../../../../domain/problem.ts";
import {
  fetchChat,
  fetchChats,
  fetchPrompts,
  fetchProviders,
  fetchUsage,
  openChat,
  retryRun,
  startRun,
  stopRun,
  type Question,
} from "../../data/assistant-api.ts";
import { createAssistantStore, type AssistantStore } from "../../data/assistant-store.ts";
import { newIntent } from "../../data/http.ts";
import { changePanelChoice, panelChoice } from "../../data/preferences.ts";

export type Chat = {
  readonly store: AssistantStore;
  readonly providers: Accessor<ProviderListView | null>;
  readonly chats: Accessor<readonly ChatView[]>;
  readonly chatId: Accessor<string | null>;
  /** The chat on screen; null for a new one. */
  readonly current: Accessor<ChatView | null>;
  readonly prompts: Accessor<readonly PromptView[]>;
  /** Oldest first. */
  readonly runs: Accessor<readonly RunView[]>;
  readonly usage: Accessor<UsageView | null>;
  readonly problem: Accessor<Problem | null>;
  readonly isSending: Accessor<boolean>;
  /** "provider/model" as the picker names it. */
  readonly model: Accessor<string>;
  readonly chosen: Accessor<{ readonly providerId: string; readonly modelId: string }>;
  readonly chooseModel: (value: string) => void;
  readonly choose: (chatId: string | null) => void;
  readonly search: (text: string) => void;
  readonly ask: (question: Omit<Question, "chatId" | "providerId" | "modelId">) => Promise<boolean>;
  readonly stop: (runId: string) => Promise<void>;
  readonly retry: (runId: string) => Promise<void>;
  readonly refreshChats: () => void;
  readonly changed: (proposal: ProposalView) => void;
};

const SEPARATOR = " ";

/** One chat with its runs, as the socket tells them; everything that the trader does in it. */
export function useChat(): Chat {
  const store = createAssistantStore();
  onCleanup(() => store.dispose());
  const [providers, setProviders] = createSignal<ProviderListView | null>(null);
  const [chats, setChats] = createSignal<readonly ChatView[]>([]);
  const [opened, setOpened] = createSignal<ChatView | null>(null);
  const [prompts, setPrompts] = createSignal<readonly PromptView[]>([]);
  const [usage, setUsage] = createSignal<UsageView | null>(null);
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const [isSending, setSending] = createSignal(false);
  const kept = panelChoice("assistant.chat", "");
  const [chatId, setChatId] = createSignal<string | null>(kept === "" ? null : kept);
  const [chosenModel, setModel] = createSignal("");

  const model = (): string => {
    const preferred = providers()?.preferred;
    return chosenModel() !== ""
      ? chosenModel()
      : preferred === undefined
        ? ""
        : `${preferred.providerId}${SEPARATOR}${preferred.modelId}`;
  };
  const chosen = () => {
    const [providerId = "", modelId = ""] = model().split(SEPARATOR);
    return { providerId, modelId };
  };
  const runs = createMemo(() =>
    Object.values(store.assistant.runs)
      .filter((run) => run.chatId === chatId())
      .toSorted((left, right) => left.createdAt - right.createdAt),
  );
  const refreshProviders = async (): Promise<void> => {
    const answer = await fetchProviders();
    if (answer.ok) {
      setProviders(answer.value);
    } else {
      setProblem(answer.error);
    }
  };
  const refreshChats = async (search = ""): Promise<void> => {
    const answer = await fetchChats(search);
    if (answer.ok) {
      setChats(answer.value.rows);
    }
  };
  const current = (): ChatView | null => {
    const id = chatId();
    return chats().find((each) => each.id === id) ?? (opened()?.id === id ? opened() : null);
  };
  const refreshPrompts = async (): Promise<void> => {
    const answer = await fetchPrompts();
    if (answer.ok) {
      setPrompts(answer.value.prompts);
    }
  };
  const refreshUsage = async (): Promise<void> => {
    const answer = await fetchUsage();
    if (answer.ok) {
      setUsage(answer.value);
    }
  };
  const choose = (id: string | null): void => {
    setProblem(null);
    setChatId(id);
    changePanelChoice("assistant.chat", id ?? "");
  };
  const learned = (answer: Result<RunView>): boolean => {
    if (!answer.ok) {
      setProblem(answer.error);
      return false;
    }
    store.learn({ runs: [answer.value] });
    void refreshChats();
    return true;
  };
  /** One question at a time: whoever presses twice asks, and pays, once. */
  const askOnce = async (send: () => Promise<Result<RunView>>): Promise<boolean> => {
    if (isSending()) {
      return false;
    }
    setProblem(null);
    setSending(true);
    try {
      return learned(await send());
    } finally {
      setSending(false);
    }
  };

  onMount(() => {
    void refreshProviders();
    void refreshChats();
    void refreshPrompts();
    void refreshUsage();
  });
  createEffect(
    on(chatId, async (id) => {
      if (id === null) {
        return;
      }
      const answer = await fetchChat(id);
      if (answer.ok) {
        setOpened(answer.value.chat);
        store.learn(answer.value);
      } else if (answer.error.code === "NOT_FOUND") {
        choose(null);
      } else {
        setProblem(answer.error);
      }
    }),
  );
  // What alerts ask may open a chat of its own.
  createEffect(
    on(
      () => Object.values(store.assistant.runs).filter(({ triggers }) => triggers !== undefined).length,
      () => void refreshChats(),
      { defer: true },
    ),
  );
  // What was spent is known when a run has ended.
  createEffect(
    on(
      () => runs().filter(({ endedAt }) => endedAt !== null).length,
      () => void refreshUsage(),
      { defer: true },
    ),
  );

  return {
    store,
    providers,
    chats,
    chatId,
    current,
    prompts,
    runs,
    usage,
    problem,
    isSending,
    model,
    chosen,
    chooseModel: setModel,
    choose,
    search: (text) => void refreshChats(text),
    async ask(question) {
      const asked = chosen();
      const shown = chatId();
      return askOnce(async () => {
        let id = shown;
        if (id === null) {
          const answer = await openChat(newIntent());
          if (!answer.ok) {
            return answer;
          }
          setOpened(answer.value);
          id = answer.value.id;
          choose(id);
        }
        return startRun({ ...question, ...asked, chatId: id }, newIntent());
      });
    },
    async stop(runId) {
      setProblem(null);
      learned(await stopRun(runId, newIntent()));
    },
    async retry(runId) {
      await askOnce(() => retryRun(runId, newIntent()));
    },
    refreshChats: () => void refreshChats(),
    changed: (proposal) => store.learn({ proposals: [proposal] }),
  };
}
