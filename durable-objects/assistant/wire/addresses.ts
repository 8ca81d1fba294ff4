/**
 * Which addresses a model may be asked at. A key is only ever sent over https, except to this very machine when the desk runs
 * on it; redirects are not followed (fetch.ts), so that what was checked here is where it goes.
 */

export type Environment = "local" | "staging" | "production";

/** Why an endpoint is not accepted, as a sentence; null: it is. */
export function addressFault(address: string, environment: Environment): string | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return "This is no address. It looks like https://openrouter.ai/api/v1.";
  }
  if (url.username !== "" || url.password !== "") {
    return "The address holds a user name or a password. Keys are saved apart from it.";
  }
  if (url.search !== "" || url.hash !== "") {
    return "The address must end with its path: without ? and #.";
  }
  const loopback = isLoopback(url.hostname);
  if (url.protocol === "http:" && loopback && environment === "local") {
    return null;
  }
  if (url.protocol !== "https:") {
    return environment === "local"
      ? "The address must be https. Plain http is accepted for this machine alone (127.0.0.1, localhost)."
      : "The address must be https.";
  }
  return loopback && environment !== "local" ? "This address is the server's own machine." : null;
}

/** "openai=http://127.0.0.1:4010/v1 deepseek=https://…" by provider; null when it is not of that form. */
export function readBaseUrls(text: string): ReadonlyMap<string, string> | null {
  const addresses = new Map<string, string>();
  for (const entry of text.split(/\s+/).filter((part) => part !== "")) {
    const at = entry.indexOf("=");
    const address = entry.slice(at + 1);
    if (at < 1 || !URL.canParse(address)) {
      return null;
    }
    addresses.set(entry.slice(0, at), address);
  }
  return addresses;
}

function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return host === "localhost" || host.endsWith(".localhost") || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
