/**
 * A model's answer for the eye: paragraphs, lists, headings, bold and code, as elements made here and from nothing else. No
 * markup of the model's becomes markup of the page: no links, no images, no HTML (issue 5 §6).
 */
import { For, Index, Match, Switch, type JSX } from "solid-js";

type Block = {
  readonly type: "text" | "list" | "numbered" | "heading" | "code";
  readonly lines: readonly string[];
  /** Of the lines of a numbered list, as the model wrote them. */
  readonly numbers: readonly number[];
};

/** A price with a full stop behind it ("64250. Then …") is no number of a list. */
const NUMBERED = /^\s*(\d|[1-9]\d)\.\s+(.*)$/u;
const LISTED = /^\s*[-*]\s+(.*)$/u;

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
          <Match when={block().type === "numbered"}>
            <ol class="list-decimal pl-6">
              <Index each={block().lines}>
                {(line, place) => (
                  <li value={block().numbers[place]}>
                    <Inline text={line()} />
                  </li>
                )}
              </Index>
            </ol>
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
  const blocks: { type: Block["type"]; lines: string[]; numbers: number[] }[] = [];
  const add = (type: Block["type"], line: string | null): void => {
    blocks.push({ type, lines: line === null ? [] : [line], numbers: [] });
  };
  const goOn = (type: "list" | "numbered" | "text", line: string): void => {
    const last = blocks.at(-1);
    if (last?.type === type) {
      last.lines.push(line);
    } else {
      add(type, line);
    }
  };
  let fenced: string[] | null = null;
  for (const line of text.split("\n")) {
    if (line.trimStart().startsWith("```")) {
      if (fenced === null) {
        fenced = [];
        blocks.push({ type: "code", lines: fenced, numbers: [] });
      } else {
        fenced = null;
      }
      continue;
    }
    if (fenced !== null) {
      fenced.push(line);
      continue;
    }
    const [, number, numbered] = NUMBERED.exec(line) ?? [];
    const item = LISTED.exec(line)?.[1];
    const heading = /^#{1,6}\s+(.*)$/u.exec(line)?.[1];
    if (heading !== undefined) {
      add("heading", heading);
    } else if (numbered !== undefined) {
      goOn("numbered", numbered);
      blocks.at(-1)?.numbers.push(Number(number));
    } else if (item !== undefined) {
      goOn("list", item);
    } else if (line.trim() === "") {
      add("text", null);
    } else {
      goOn("text", line);
    }
  }
  return blocks.filter(({ lines }) => lines.length > 0);
}
