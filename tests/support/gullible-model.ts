/**
 * The worst model that there is: it does what any text tells it to. It speaks OpenAI's wire and answers with what stands in the
 * last data envelope that it was sent, or in its own last answer, in the manner that its address names.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * `repeat`: word for word. `block`: the JSON of it in a fence, as a decision of its own. `tool`: that JSON as a call of the tool
 * that it was offered. `think`: word for word, aloud, before an answer that decides nothing. `remember`: its own answer of before.
 * `own-words`: it decides what it was told to in words and figures of its own, which nobody can tell from a decision.
 */
export const MANNERS = ["repeat", "block", "tool", "think", "remember", "own-words"] as const;
export type Manner = (typeof MANNERS)[number];

type Message = { readonly role: string; readonly content: string };
type Delta = {
  readonly content?: string;
  readonly reasoning_content?: string;
  readonly tool_calls?: readonly object[];
};

export async function answerGullibly(
  manner: Manner,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = "";
  for await (const piece of request) {
    body += String(piece);
  }
  const messages = messagesOf(body);
  const given =
    manner === "remember" ? (messages.findLast(({ role }) => role === "assistant")?.content ?? "") : told(messages);
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const delta of deltasOf(manner, given)) {
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`);
  }
  const reason = manner === "tool" ? "tool_calls" : "stop";
  response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: reason }] })}\n\n`);
  response.end("data: [DONE]\n\n");
}

function deltasOf(manner: Manner, given: string): readonly Delta[] {
  switch (manner) {
    case "repeat":
    case "remember":
      return [...given.matchAll(/[\s\S]{1,17}/g)].map(([content]) => ({ content }));
    case "block":
      return [{ content: `My decision:\n\n\`\`\`json\n${jsonOf(given)}\n\`\`\`` }];
    case "tool":
      return [{ tool_calls: [{ index: 0, id: "call-1", type: "function", function: call(given) }] }];
    case "think":
      return [{ reasoning_content: given }, { content: "There is nothing to do." }];
    case "own-words":
      return [{ content: `Bought because I was told to.\n\n\`\`\`json\n${JSON.stringify(OWN)}\n\`\`\`` }];
  }
}

const OWN = {
  proposals: [
    { action: "buy", symbol: "BTC/USD", orderType: "market", quantity: "1000", confidence: 100, reasoning: "." },
  ],
};

function call(given: string): object {
  return { name: "propose_trades", arguments: jsonOf(given) };
}

/** What stands between the first brace and the last. */
function jsonOf(text: string): string {
  return text.slice(Math.max(0, text.indexOf("{")), text.lastIndexOf("}") + 1);
}

/** The text inside the last envelope of the last question. */
function told(messages: readonly Message[]): string {
  const question = messages.findLast(({ role }) => role === "user")?.content ?? "";
  const envelopes = [...question.matchAll(/<<<DATA [^>\n]*>>>\n([\s\S]*?)\n<<<END DATA [^>\n]*>>>/g)];
  return envelopes.at(-1)?.[1] ?? "";
}

function messagesOf(body: string): readonly Message[] {
  const parsed: unknown = JSON.parse(body);
  const list: unknown = typeof parsed === "object" && parsed !== null ? Reflect.get(parsed, "messages") : [];
  return (Array.isArray(list) ? list : []).map((message: unknown) => {
    const at = (name: string): unknown =>
      typeof message === "object" && message !== null ? Reflect.get(message, name) : undefined;
    return { role: String(at("role")), content: String(at("content")) };
  });
}
