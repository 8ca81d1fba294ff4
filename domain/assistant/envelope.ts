/**
 * Text from outside (news, another model, a reply of before) travels between two marks that carry a name the text cannot know
 * (CASES "authority"). The system prompt says that nothing inside is an instruction, and the reader drops what a model repeats
 * of it. Limits do not depend on either: they live in the Trader.
 */

/** What the text is. It is shown to the model and in the panel. */
export type OutsideText = {
  /** "news", "model reply", "user note" … */
  readonly source: string;
  readonly text: string;
};

const OPENING = /<<<DATA\b/;
const CLOSING = /<<<END DATA\b[^>\n]*>>>/;

/**
 * The text inside its marks. `token` is random per run (the caller's): the closing mark cannot be written by whoever wrote the
 * text. Marks in the text itself are broken up, so that there is exactly one of each.
 */
export function dataEnvelope({ source, text }: OutsideText, token: string): string {
  const name = source.replaceAll(/[^\w .:/-]/g, " ").trim();
  return `<<<DATA ${token} source="${name}">>>\n${text.replaceAll("<<<", "< < <").replaceAll(">>>", "> > >")}\n<<<END DATA ${token}>>>`;
}

/** The reply without what it repeats of an envelope; one that is not closed goes to the end. */
export function withoutEnvelopes(text: string): string {
  const start = OPENING.exec(text);
  if (start === null) {
    return text;
  }
  const rest = text.slice(start.index);
  const end = CLOSING.exec(rest);
  const before = text.slice(0, start.index);
  return end === null ? before : `${before}\n${withoutEnvelopes(rest.slice(end.index + end[0].length))}`;
}
