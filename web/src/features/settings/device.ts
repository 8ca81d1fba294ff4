/** "Chrome on Windows" out of a User-Agent; its own beginning where it is none of the usual ones. */
export function deviceWords(userAgent: string | null): string {
  if (userAgent === null || userAgent === "") {
    return "Unknown device";
  }
  const browser = firstFound(userAgent, [
    ["Edg/", "Edge"],
    ["OPR/", "Opera"],
    ["Firefox/", "Firefox"],
    ["Chrome/", "Chrome"],
    ["Safari/", "Safari"],
  ]);
  const system = firstFound(userAgent, [
    ["Android", "Android"],
    ["iPhone", "iPhone"],
    ["iPad", "iPad"],
    ["Windows", "Windows"],
    ["Mac OS X", "macOS"],
    ["Linux", "Linux"],
  ]);
  if (browser === null) {
    return userAgent.slice(0, 60);
  }
  return system === null ? browser : `${browser} on ${system}`;
}

function firstFound(text: string, names: readonly (readonly [mark: string, name: string])[]): string | null {
  return names.find(([mark]) => text.includes(mark))?.[1] ?? null;
}
