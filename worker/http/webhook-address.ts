/** Addresses to which the desk posts for a user: https, and never into a network of its own. */
const PRIVATE_IPV4 =
  /^(?:0|10|127|169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./u;
const PRIVATE_NAME = /^(?:localhost|.*\.(?:localhost|local|internal|lan|home|arpa))$/u;

/** Why the address is not taken, as a sentence; null when it is. `local`: plain http to this machine is taken too. */
export function webhookProblem(url: URL, local: boolean): string | null {
  const host = url.hostname.toLowerCase().replace(/\.$/u, "");
  if (local && url.protocol === "http:" && (host === "127.0.0.1" || host === "localhost")) {
    return null;
  }
  if (url.protocol !== "https:") {
    return "A webhook's address begins with https: messages about your money do not travel in the open.";
  }
  if (url.username !== "" || url.password !== "") {
    return "A webhook's address has no user name or password in it: bodies are signed instead.";
  }
  // An IPv6 literal stands in brackets; none is needed for a public webhook.
  if (host.startsWith("[") || PRIVATE_IPV4.test(host) || PRIVATE_NAME.test(host) || !host.includes(".")) {
    return "A webhook's address is a public one: this name or number belongs to a private network.";
  }
  return null;
}
