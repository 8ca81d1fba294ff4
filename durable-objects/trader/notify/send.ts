/** One message to one channel. Whatever the other side does, the answer is a value; secrets stand in no sentence of it. */
import { withDeadline } from "../../lib/deadline.ts";

export type Sent = {
  readonly delivered: boolean;
  /** A sentence for the trader. */
  readonly message: string;
  /** The other side asked to wait so long. */
  readonly retryAfterMs: number | null;
};

export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const DEADLINE_MS = 5_000;
const ANSWER_CHARACTERS = 200;
const TELEGRAM_CHARACTERS = 4_000;

/** Posts the body with `x-tradewithai-signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of "SECONDS.BODY". */
export async function sendWebhook(
  fetcher: Fetch,
  target: { readonly url: string; readonly secret: string },
  body: string,
  now: number,
): Promise<Sent> {
  const seconds = Math.floor(now / 1_000);
  const signature = await hmac(target.secret, `${seconds}.${body}`);
  return post(fetcher, "The webhook", target.url, body, {
    "content-type": "application/json",
    "x-tradewithai-signature": `t=${seconds},v1=${signature}`,
  });
}

export async function sendTelegram(
  fetcher: Fetch,
  target: { readonly base: string; readonly token: string; readonly chatId: string },
  text: string,
): Promise<Sent> {
  const body = JSON.stringify({
    chat_id: target.chatId,
    text: text.slice(0, TELEGRAM_CHARACTERS),
    link_preview_options: { is_disabled: true },
  });
  return post(fetcher, "Telegram", `${target.base}/bot${target.token}/sendMessage`, body, {
    "content-type": "application/json",
  });
}

/** HMAC-SHA256 in hex. */
export async function hmac(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(text)));
  return Array.from(signature, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function post(
  fetcher: Fetch,
  who: string,
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<Sent> {
  const abort = new AbortController();
  try {
    const request = fetcher(url, { method: "POST", body, headers, redirect: "manual", signal: abort.signal });
    const response = await withDeadline(request, DEADLINE_MS, who);
    const words = await withDeadline(answerOf(response), DEADLINE_MS, who);
    if (response.ok) {
      return { delivered: true, message: `${who} took it.`, retryAfterMs: null };
    }
    const said = words === "" ? "" : `: ${words}`;
    return {
      delivered: false,
      message: `${who} answered ${response.status}${said}`,
      retryAfterMs: retryAfter(response.headers.get("retry-after")),
    };
  } catch (error) {
    abort.abort();
    // The error's own words may hold the address.
    const why =
      error instanceof Error && error.name === "DeadlineExceeded" ? "did not answer in time" : "cannot be reached";
    return { delivered: false, message: `${who} ${why}.`, retryAfterMs: null };
  }
}

/** The beginning of what was answered: enough for a sentence of Telegram's. */
async function answerOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) {
    return "";
  }
  const read: { readonly value?: unknown } = await reader.read();
  await reader.cancel();
  const text = new TextDecoder()
    .decode(read.value instanceof Uint8Array ? read.value : new Uint8Array())
    .slice(0, ANSWER_CHARACTERS);
  const description = /"description":"(?<words>[^"]*)"/u.exec(text)?.groups?.words;
  return (description ?? (response.ok ? "" : text)).trim();
}

function retryAfter(header: string | null): number | null {
  return header !== null && /^\d{1,5}$/u.test(header) ? Number(header) * 1_000 : null;
}
