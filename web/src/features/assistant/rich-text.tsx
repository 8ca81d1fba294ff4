/**
 * A model's answer for the eye: paragraphs, lists, headings, bold and code, as elements made here and from nothing else. No
 * markup of the model's becomes markup of the page: no links, no images, no HTML (issue 5 §6).
 */
import { For, type JSX } from "solid-js";

type Block = { readonly type: "text" | "list" | "heading" | "code"; readonly lines: readonly string[] };

export function RichText(props: { text: string }): JSX.Element {
  return <For each={blocksOf(props.text)}>{(block) => <BlockOf block={block} />}</For>;
}

function BlockOf(props: { block: Block }): JSX.Element {
  switch (props.block.type) {
    case "code":
      return <pre class="overflow-x-auto rounded-sm bg-raised p-2 text-sm">{props.block.lines.join("\n")}</pre>;
    case "heading":
      return (
        <p class="font-semibold">
          <Inline text={props.block.lines[0] ?? ""} />
        </p>
      );
    case "list":
      return (
        <ul class="list-disc pl-5">
          <For each={props.block.lines}>
            {(line) => (
              <li>
                <Inline text={line} />
              </li>
            )}
          </For>
        </ul>
      );
    case "text":
      return (
        <p class="whitespace-pre-wrap">
          <Inline text={props.block.lines.join("\n")} />
        </p>
      );
  }
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
