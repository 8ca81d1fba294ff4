/**
 * A model's answer for the eye: paragraphs, lists, headings, bold and code, as elements made here and from nothing else. No
 * markup of the model's becomes markup of the page: no links, no images, no HTML (issue 5 §6).
 */
import { For, Index, Match, Switch, type JSX } from "solid-js";

type Block = { readonly type: "text" | "list" | "heading" | "code"; readonly lines: readonly string[] };

export function RichText(props: { text: string }): JSX.Element {
  return (
    // By place, not by value: a block that grows letter by letter stays the same element.
    <Index each={blocksOf(props.text)}>
      {(block) => (
        <Switch>
          <Match when={block().type === "code"}>
            <pre class="overflow-x-auto rounded-sm bg-raised p-2 text-sm">{block().lines.join("\n")}</pre>
          </Match>
          <Match when={block().type === "heading"}>
            <p class="font-semibold">
              <Inline text={block().lines[0] ?? ""} />
            </p>
          </Match>
          <Match when={block().type === "list"}>
            <ul class="list-disc pl-5">
              <Index each={block().lines}>
                {(line) => (
                  <li>
                    <Inline text={line()} />
                  </li>
                )}
              </Index>
            </ul>
          </Match>
          <Match when={block().type === "text"}>
            <p class="whitespace-pre-wrap">
              <Inline text={block().lines.join("\n")} />
            </p>
          </Match>
        </Switch>
      )}
    </Index>
  );
}

/** Bold and code; everything else is letters. */
function Inline(props: { text: string }): JSX.Element {
  const parts = (): readonly string[] => props.text.split(/(\*\*[^*]+\*\*|`[^`]+`)/u);
  return (
    <For each={parts()}>
      {(part) => {
        if (part.startsWith("**") && part.endsWith("**") && part.length > 4) {
          return <strong>{part.slice(2, -2)}</strong>;
        }
        return part.startsWith("`") && part.endsWith("`") && part.length > 2 ? (
          <code class="rounded-sm bg-raised px-1">{part.slice(1, -1)}</code>
        ) : (
          part
        );
      }}
    </For>
  );
}

/** The blocks of an answer, also of one that is still being written. */
export function blocksOf(text: string): readonly Block[] {
  const blocks: { type: Block["type"]; lines: string[] }[] = [];
  let fenced: string[] | null = null;
  for (const line of text.split("\n")) {
    if (line.trimStart().startsWith("```")) {
      if (fenced === null) {
        fenced = [];
        blocks.push({ type: "code", lines: fenced });
      } else {
        fenced = null;
      }
      continue;
    }
    if (fenced !== null) {
      fenced.push(line);
      continue;
    }
    const item = /^\s*(?:[-*]|\d+\.)\s+(.*)$/u.exec(line)?.[1];
    const heading = /^#{1,6}\s+(.*)$/u.exec(line)?.[1];
    const last = blocks.at(-1);
    if (heading !== undefined) {
      blocks.push({ type: "heading", lines: [heading] });
    } else if (item !== undefined) {
      if (last?.type === "list") {
        last.lines.push(item);
      } else {
        blocks.push({ type: "list", lines: [item] });
      }
    } else if (line.trim() === "") {
      blocks.push({ type: "text", lines: [] });
    } else if (last?.type === "text") {
      last.lines.push(line);
    } else {
      blocks.push({ type: "text", lines: [line] });
    }
  }
  return blocks.filter(({ lines }) => lines.length > 0);
}
