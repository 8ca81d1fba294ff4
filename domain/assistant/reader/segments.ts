/**
 * Cuts a reply, as it streams in, into prose, fenced blocks and text that is not the model's own word: quotations, repeated
 * data, results of tools, and its thinking aloud. Only whole lines are judged, so the cut does not depend on the chunks.
 */
export type SegmentKind =
  | "prose"
  | "fence"
  /** The model thinking before it answers: kept as reasoning, decides nothing. */
  | "thought"
  /** Somebody else's words (CASES "authority"): never a decision. */
  | "outside";

export type Segment = {
  readonly kind: SegmentKind;
  readonly text: string;
  /** The word behind an opening fence, in lower case; empty elsewhere. */
  readonly language: string;
  /** False where the reply ends inside. */
  readonly closed: boolean;
};

type Open =
  | { readonly kind: "prose" }
  | { readonly kind: "fence"; readonly marker: string; readonly language: string }
  | { readonly kind: "thought" | "outside"; readonly end: RegExp };

export const THOUGHT_TAGS = "think|thinking|thought|reasoning|scratchpad|reflection";
const outsideTags =
  "tool_result|tool_results|tool_response|tool_output|tool_call|function_result|function_results|function_call|observation|news|headline|headlines|article|data|document|documents|quote|blockquote|context|untrusted|untrusted_data|search_result|search_results|source|message|previous_reply|user|system";
const mark = new RegExp(
  String.raw`<<<DATA\b|<(?<thought>${THOUGHT_TAGS})\b[^<>]*>|<(?<outside>${outsideTags})\b[^<>]*>|<\/(?<end>${THOUGHT_TAGS})\s*>`,
  "i",
);
const fenceInLine = /^(?<before>.*?)(?<marker>`{3,}|~{3,})(?<rest>.*)$/;

export type Segmenter = {
  /** Takes the next piece of the stream, however it is cut. */
  push(chunk: string): void;
  /** The segments of all that came. Nothing may be pushed afterwards. */
  finish(): readonly Segment[];
};

export function createSegmenter(): Segmenter {
  let waiting = "";
  let open: Open = { kind: "prose" };
  let lines: string[] = [];
  let done: Segment[] = [];

  function close(closed: boolean): void {
    const text = lines.join("\n");
    lines = [];
    if (open.kind !== "prose" || text.trim() !== "") {
      done.push({ kind: open.kind, text, language: open.kind === "fence" ? open.language : "", closed });
    }
    open = { kind: "prose" };
  }

  function take(line: string): void {
    if (open.kind === "fence") {
      takeInFence(line, open.marker);
    } else if (open.kind === "prose") {
      takeInProse(line);
    } else {
      takeInMarks(line, open.end);
    }
  }

  function takeInFence(line: string, marker: string): void {
    const end = line.trimEnd();
    if (!end.endsWith(marker)) {
      lines.push(line);
      return;
    }
    const inside = end.slice(0, end.length - marker.length).replace(/[`~]+$/, "");
    if (inside.trim() !== "") {
      lines.push(inside);
    }
    close(true);
  }

  function takeInMarks(line: string, end: RegExp): void {
    const found = end.exec(line);
    if (found === null) {
      lines.push(line);
      return;
    }
    lines.push(line.slice(0, found.index));
    close(true);
    takeRest(line.slice(found.index + found[0].length));
  }

  function takeInProse(line: string): void {
    if (/^\s*>/.test(line)) {
      close(true);
      done.push({ kind: "outside", text: line, language: "", closed: true });
      return;
    }
    const marked = mark.exec(line);
    const fenced = fenceInLine.exec(line);
    const fenceAt = fenced?.groups?.before?.length ?? Infinity;
    if (marked !== null && marked.index < fenceAt) {
      takeMark(line, marked);
    } else if (fenced?.groups !== undefined) {
      const { before = "", marker = "", rest = "" } = fenced.groups;
      takeFence(before, marker, rest);
    } else {
      lines.push(line);
    }
  }

  function takeMark(line: string, marked: RegExpExecArray): void {
    const rest = line.slice(marked.index + marked[0].length);
    lines.push(line.slice(0, marked.index));
    const { thought, outside, end } = marked.groups ?? {};
    if (end !== undefined) {
      // Some templates leave the opening tag to the prompt: all that came before was thought.
      close(true);
      done = done.map((segment) => ({ ...segment, kind: segment.kind === "outside" ? "outside" : "thought" }));
      takeRest(rest);
      return;
    }
    close(true);
    if (thought !== undefined) {
      open = { kind: "thought", end: new RegExp(String.raw`<\/${thought}\s*>`, "i") };
    } else if (outside === undefined) {
      open = { kind: "outside", end: /<<<END DATA\b[^>]*(?:>>>|$)/ };
    } else {
      open = { kind: "outside", end: new RegExp(String.raw`<\/${outside}\s*>`, "i") };
    }
    takeRest(rest);
  }

  function takeFence(before: string, marker: string, rest: string): void {
    lines.push(before);
    close(true);
    const language = /^\s*[\w.+-]*/.exec(rest)?.[0] ?? "";
    open = { kind: "fence", marker, language: language.trim().toLowerCase() };
    const content = rest.slice(language.length);
    const end = content.indexOf(marker);
    if (end === -1) {
      takeRest(content);
      return;
    }
    lines.push(content.slice(0, end));
    close(true);
    takeRest(content.slice(end + marker.length));
  }

  function takeRest(rest: string): void {
    if (rest.trim() !== "") {
      take(rest);
    }
  }

  return {
    push(chunk) {
      const pieces = (waiting + chunk).split("\n");
      waiting = pieces.pop() ?? "";
      for (const piece of pieces) {
        take(piece.replace(/\r$/, ""));
      }
    },
    finish() {
      take(waiting.replace(/\r$/, ""));
      waiting = "";
      close(open.kind === "prose");
      return done;
    },
  };
}
