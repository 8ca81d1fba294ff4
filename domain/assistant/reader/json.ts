/**
 * JSON as models write it: trailing commas, comments, single, typographic or wide quotes and punctuation, bare words, Python's
 * None. Text inside strings stays as it is, and numbers keep the text they were written in.
 */
import type { JsonValue } from "../outcome.ts";

/** Deeper nesting is no decision, and is not worth the stack. */
const MAXIMUM_DEPTH = 24;

/** The value that begins at `start`, and where it ends; null when none can be read there. */
export type ParsedJson = { readonly value: JsonValue; readonly end: number };

class Unreadable extends Error {}

const closers: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "“": "”“",
  "”": "”“",
  "„": "”“",
  "「": "」",
  "＂": "＂",
  "‘": "’‘",
  "’": "’‘",
};
const wide: Readonly<Record<string, string>> = {
  "｛": "{",
  "｝": "}",
  "［": "[",
  "］": "]",
  "【": "[",
  "】": "]",
  "：": ":",
  "，": ",",
  "、": ",",
};

export function parseJsonAt(text: string, start: number): ParsedJson | null {
  const cursor = { text, at: start };
  try {
    const value = readValue(cursor, 0);
    return { value, end: cursor.at };
  } catch (error) {
    if (error instanceof Unreadable) {
      return null;
    }
    throw error;
  }
}

type Cursor = { readonly text: string; at: number };

/** The structural sign at the cursor, behind spaces and comments; "" at the end. */
function sign(cursor: Cursor): string {
  const { text } = cursor;
  for (;;) {
    const space = /[\s\uFEFF\u200B]*/y;
    space.lastIndex = cursor.at;
    cursor.at += space.exec(text)?.[0].length ?? 0;
    if (text.startsWith("//", cursor.at)) {
      const end = text.indexOf("\n", cursor.at);
      cursor.at = end === -1 ? text.length : end;
    } else if (text.startsWith("/*", cursor.at)) {
      const end = text.indexOf("*/", cursor.at);
      cursor.at = end === -1 ? text.length : end + 2;
    } else {
      const character = text.charAt(cursor.at);
      return wide[character] ?? character;
    }
  }
}

function readValue(cursor: Cursor, depth: number): JsonValue {
  if (depth > MAXIMUM_DEPTH) {
    throw new Unreadable();
  }
  const first = sign(cursor);
  if (first === "{") {
    return readObject(cursor, depth);
  }
  if (first === "[") {
    return readArray(cursor, depth);
  }
  return closers[first] === undefined ? readWord(cursor) : readString(cursor);
}

function readObject(cursor: Cursor, depth: number): JsonValue {
  const entries = new Map<string, JsonValue>();
  cursor.at += 1;
  while (sign(cursor) !== "}") {
    const key = closers[sign(cursor)] === undefined ? readName(cursor) : readString(cursor);
    if (sign(cursor) !== ":" || entries.has(key)) {
      // A key that is there twice says two things.
      throw new Unreadable();
    }
    cursor.at += 1;
    entries.set(key, readValue(cursor, depth + 1));
    endEntry(cursor, "}");
  }
  cursor.at += 1;
  return Object.fromEntries(entries);
}

function readArray(cursor: Cursor, depth: number): JsonValue {
  const values: JsonValue[] = [];
  cursor.at += 1;
  while (sign(cursor) !== "]") {
    values.push(readValue(cursor, depth + 1));
    endEntry(cursor, "]");
  }
  cursor.at += 1;
  return values;
}

function endEntry(cursor: Cursor, closer: string): void {
  const next = sign(cursor);
  if (next === ",") {
    cursor.at += 1;
  } else if (next !== closer) {
    throw new Unreadable();
  }
}

function readName(cursor: Cursor): string {
  const name = /[\p{L}_$][\p{L}\d_$/-]*/uy;
  name.lastIndex = cursor.at;
  const found = name.exec(cursor.text)?.[0];
  if (found === undefined) {
    throw new Unreadable();
  }
  cursor.at += found.length;
  return found;
}

/** A number, true, false, null, or a bare word, which is text: `N/A`, `$64250`, `BUY`. */
function readWord(cursor: Cursor): JsonValue {
  const pattern = /[^\s,:{}[\]"“”，：｛｝［］【】、]+/uy;
  pattern.lastIndex = cursor.at;
  const word = pattern.exec(cursor.text)?.[0];
  if (word === undefined || word.length > 64) {
    throw new Unreadable();
  }
  cursor.at += word.length;
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(word)) {
    return { numberText: word };
  }
  switch (word.toLowerCase()) {
    case "true":
      return true;
    case "false":
      return false;
    case "null":
    case "none":
    case "nan":
    case "undefined":
      return null;
    default:
      return word;
  }
}

function readString(cursor: Cursor): string {
  const { text } = cursor;
  const opener = text.charAt(cursor.at);
  const ends = closers[opener] ?? opener;
  let value = "";
  for (let at = cursor.at + 1; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "\\") {
      const escape = readEscape(text, at);
      value += escape.value;
      at = escape.end - 1;
    } else if (ends.includes(character) || (character === '"' && endsEntry(text, at + 1))) {
      cursor.at = at + 1;
      return value;
    } else {
      value += character;
    }
  }
  throw new Unreadable();
}

/** A typographic quote is often closed by a plain one; it is the end only where an entry can end. */
function endsEntry(text: string, at: number): boolean {
  return /^\s*[:,}\]：，｝］]/.test(text.slice(at, at + 16));
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

function readEscape(text: string, at: number): { readonly value: string; readonly end: number } {
  const letter = text.charAt(at + 1);
  if (letter === "u") {
    const code = text.slice(at + 2, at + 6);
    if (!/^[\da-f]{4}$/i.test(code)) {
      throw new Unreadable();
    }
    return { value: String.fromCharCode(Number.parseInt(code, 16)), end: at + 6 };
  }
  return { value: escapes[letter] ?? letter, end: at + 2 };
}
