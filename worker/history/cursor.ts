/** Where a page of a list ended: the time and id of its last row, as text that clients hand back unread. */
export type Position = { readonly time: number; readonly id: string };

const shape = /^(\d{1,16})~([\w-]{1,64})$/;

export function encodeCursor(position: Position): string {
  return btoa(`${position.time}~${position.id}`).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The position, or null when the text was not made by encodeCursor. */
export function decodeCursor(text: string): Position | null {
  const [, time, id] = shape.exec(fromBase64Url(text)) ?? [];
  return time === undefined || id === undefined ? null : { time: Number(time), id };
}

/** Newest first; rows of one millisecond by id. The order of every list. */
export function comesBefore(left: Position, right: Position): boolean {
  return left.time === right.time ? left.id > right.id : left.time > right.time;
}

function fromBase64Url(text: string): string {
  try {
    return atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch (error) {
    if (error instanceof DOMException) {
      return "";
    }
    throw error;
  }
}
