import { createSignal, Show, untrack, type JSX } from "solid-js";
import type { ModelView, ProviderView } from "../../../../contract/assistant.ts";
import { ActionDialog } from "../../ui/action-dialog.tsx";
import { Button } from "../../ui/button.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { removeChat, renameChat } from "../../data/assistant-api.ts";
import type { Chat } from "./use-chat.ts";

/** Which model answers and which chat is on screen; chats are found, renamed and deleted here. */
export function ChatBar(props: { chat: Chat }): JSX.Element {
  const [asked, setAsked] = createSignal<"rename" | "delete" | null>(null);
  const [isSearching, setSearching] = createSignal(false);
  const [searched, setSearched] = createSignal("");
  const search = (text: string): void => {
    setSearched(text);
    props.chat.search(text);
  };
  const stopSearching = (): void => {
    setSearching(false);
    search("");
  };
  const models = () =>
    (props.chat.providers()?.providers ?? []).flatMap((provider) =>
      provider.ready
        ? provider.models.map((model) => ({ value: `${provider.id} ${model.id}`, label: modelLabel(provider, model) }))
        : [],
    );
  const chats = () => {
    const found = props.chat.chats();
    const chosen = props.chat.current();
    // The one on screen stays in the list when the search does not find it.
    const all = chosen === null || found.some(({ id }) => id === chosen.id) ? found : [chosen, ...found];
    return [{ value: "", label: "New chat" }, ...all.map(({ id, title }) => ({ value: id, label: titleOf(title) }))];
  };
  return (
    <div class="@container border-b p-2">
      <div class="flex flex-wrap items-end gap-2">
        <SelectField
          label="Model"
          class="min-w-44 flex-1 @max-xl:basis-full"
          options={models()}
          value={props.chat.model()}
          onChange={props.chat.chooseModel}
        />
        <Show
          when={isSearching()}
          fallback={
            <SelectField
              label="Chat"
              class="min-w-36 flex-1"
              options={chats()}
              value={props.chat.chatId() ?? ""}
              onChange={(id) => props.chat.choose(id === "" ? null : id)}
            />
          }
        >
          <FoundChats chat={props.chat} text={searched()} onText={search} onClose={stopSearching} />
        </Show>
        <Menu
          label="Chat actions"
          trigger={<Icon name="more" />}
          triggerClass="h-7 w-7"
          items={[
            { label: "New chat", onSelect: () => props.chat.choose(null) },
            { label: "Search chats…", onSelect: () => setSearching(true) },
            ...(props.chat.current() === null
              ? []
              : [
                  { label: "Rename this chat…", separatorBefore: true, onSelect: () => setAsked("rename") },
                  { label: "Delete this chat…", danger: true, onSelect: () => setAsked("delete") },
                ]),
          ]}
        />
      </div>
      <Show when={asked() === "rename" ? props.chat.current() : null}>
        {(chat) => (
          <RenameDialog
            chatId={chat().id}
            title={chat().title}
            onDone={props.chat.refreshChats}
            onClose={() => setAsked(null)}
          />
        )}
      </Show>
      <Show when={asked() === "delete" ? props.chat.current() : null}>
        {(chat) => (
          <ActionDialog
            title="Delete this chat?"
            description={`“${titleOf(chat().title)}” with ${String(chat().runs)} ${chat().runs === 1 ? "question" : "questions"} and their answers. Questions that orders came of stay in the record of those orders, with their answers; proposals that wait for you expire.`}
            action="Delete the chat"
            tone="danger"
            run={(intent) => removeChat(chat().id, intent)}
            onDone={() => {
              props.chat.choose(null);
              props.chat.refreshChats();
            }}
            onClose={() => setAsked(null)}
          />
        )}
      </Show>
    </div>
  );
}

/** What was said in which chat: titles, questions and answers are searched. */
function FoundChats(props: {
  chat: Chat;
  text: string;
  onText: (text: string) => void;
  onClose: () => void;
}): JSX.Element {
  return (
    <div class="flex min-w-36 flex-1 flex-col gap-1">
      <div class="flex items-end gap-1">
        <TextField
          label="Search chats"
          class="min-w-0 flex-1"
          type="search"
          autofocus
          value={props.text}
          onInput={props.onText}
          onKeyDown={(event) => {
            if (event.key === "Escape") {
              event.stopPropagation();
              props.onClose();
            }
          }}
        />
        <Button onClick={() => props.onClose()}>Done</Button>
      </div>
      <Show when={props.text !== ""}>
        <SelectField
          label="Found"
          hideLabel
          options={[
            { value: "", label: foundWords(props.chat.chats().length) },
            ...props.chat.chats().map(({ id, title }) => ({ value: id, label: titleOf(title) })),
          ]}
          value=""
          onChange={(id) => {
            if (id !== "") {
              props.chat.choose(id);
              props.onClose();
            }
          }}
        />
      </Show>
    </div>
  );
}

function RenameDialog(props: { chatId: string; title: string; onDone: () => void; onClose: () => void }): JSX.Element {
  const [title, setTitle] = createSignal(untrack(() => props.title));
  return (
    <ActionDialog
      title="Rename this chat"
      action="Rename"
      blockedReason={title().trim() === "" ? "Give it a name." : null}
      run={(intent) => renameChat(props.chatId, title().trim(), intent)}
      onDone={() => props.onDone()}
      onClose={() => props.onClose()}
    >
      <TextField label="Name" maxlength={80} value={title()} onInput={setTitle} />
    </ActionDialog>
  );
}

function foundWords(count: number): string {
  return count === 0 ? "Nothing found" : `${String(count)} found: choose one`;
}

function titleOf(title: string): string {
  return title === "" ? "Untitled" : title;
}

function modelLabel(provider: ProviderView, model: ModelView): string {
  const price =
    provider.notice ??
    (model.price === null ? "price not known" : `$${model.price.input} in, $${model.price.output} out per million`);
  const note = model.priceNote === undefined ? "" : ` · ${model.priceNote}`;
  return provider.notice === null ? `${model.name} · ${provider.name} · ${price}${note}` : model.name;
}
