/**
 * The names of feed objects. The root dials the venue; a relay ("relay:3") dials the root and fans out further. Everything
 * that is asked by RPC is asked of the root.
 */
export const ROOT_FEED = "root";

const relayPattern = /^relay:(\d{1,3})$/;

/** The name of a relay: "relay:3". */
export function relayName(index: number): string {
  return `relay:${index}`;
}

/** Which relay a name means, or null for the root. */
export function relayNumber(name: string): number | null {
  const digits = relayPattern.exec(name)?.[1];
  return digits === undefined ? null : Number(digits);
}
