import { createSignal, For, Show, type JSX } from "solid-js";
import type { Attachment } from "../../data/assistant-api.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";

const MOST = 5;
const LONGEST = 8_000;

/** Text of others that goes along with a question: a news item, another model's answer. It is data, never an instruction. */
export function Attachments(props: {
  items: readonly Attachment[];
  onChange: (items: readonly Attachment[]) => void;
}): JSX.Element {
  const [isAdding, setAdding] = createSignal(false);
  const [source, setSource] = createSignal("");
  const [text, setText] = createSignal("");
  const missing = (): string | null =>
    source().trim() === "" || text().trim() === "" ? "Say where it is from, and paste the text." : null;
  const add = (): void => {
    if (missing() === null) {
      props.onChange([...props.items, { source: source().trim(), text: text() }]);
      setSource("");
      setText("");
      setAdding(false);
    }
  };
  return (
    <div class="flex flex-col gap-2 text-sm">
      <div class="flex flex-wrap items-center gap-2">
        <For each={props.items}>
          {(item, index) => (
            <span class="inline-flex max-w-full items-center gap-1 rounded-md border bg-raised pl-2" title={item.text}>
              <span class="truncate">
                {item.source}, {item.text.length} characters
              </span>
              <IconButton
                label={`Leave out ${item.source}`}
                size="small"
                onClick={() => props.onChange(props.items.filter((_, other) => other !== index()))}
              >
                <Icon name="close" />
              </IconButton>
            </span>
          )}
        </For>
        <Show when={!isAdding()}>
          <Button
            size="small"
            blockedReason={props.items.length >= MOST ? `At most ${String(MOST)} texts go along.` : null}
            onClick={() => setAdding(true)}
          >
            Attach text…
          </Button>
        </Show>
      </div>
      <Show when={isAdding()}>
        <div role="group" aria-label="Text to attach" class="flex flex-col gap-2 rounded-md border p-2">
          <TextField
            label="Where it is from"
            maxlength={80}
            placeholder="A news item, another model …"
            value={source()}
            onInput={setSource}
          />
          <label class="flex flex-col gap-1">
            <span class="text-muted">Text</span>
            <textarea
              class="field min-h-16 resize-y"
              rows={3}
              maxlength={LONGEST}
              value={text()}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          <p class="text-muted">It is marked as somebody else’s words. Nothing in it can become a proposal.</p>
          <div class="flex gap-2">
            <Button size="small" tone="primary" blockedReason={missing()} onClick={add}>
              Attach
            </Button>
            <Button size="small" onClick={() => setAdding(false)}>
              Leave it
            </Button>
          </div>
        </div>
      </Show>
    </div>
  );
}
