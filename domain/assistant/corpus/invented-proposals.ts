/** Proposals that rest on an invented number, in every form in which a decision comes. Each blocks one-click. Asked was about Bitcoin. */
import { buy, close, fenced, hold, type CorpusCase, type Expected, type Style } from "./case.ts";

const decision = { action: "buy", symbol: "BTC/USD", quantity: 0.05, stop: 62_000, reasoning: "The trend is up." };
const bought = buy("BTC/USD", { quantity: "0.05", stop: "62000" });

function resting(
  name: string,
  style: Style,
  text: string,
  proposals: readonly Expected[] = [bought],
  more: Partial<CorpusCase> = {},
): CorpusCase {
  return {
    name: `rests on an invention: ${name}`,
    style,
    text,
    kind: "proposals",
    proposals,
    anyClaims: true,
    invented: true,
    ...more,
  };
}

function reasoned(reasoning: string): string {
  return fenced({ ...decision, reasoning });
}

export const inventedProposals: readonly CorpusCase[] = [
  resting("before the block", "gpt", `Price broke 71,000 today.\n\n${fenced(decision)}`),
  resting(
    "between two blocks of JSON",
    "deepseek",
    `MACD: ${fenced([12.5, 14.1])}\nBTC broke 71,000 today, so I buy.\n${fenced(decision)}`,
  ),
  resting("behind the block", "claude", `${fenced(decision)}\n\nNote that BTC is trading at 71,000.`),
  resting(
    "behind a table of data",
    "gemini",
    `${fenced({ rsi: 58.3 })}\n\nThe 24h high is 71,000.\n\n${fenced(decision)}`,
  ),
  resting("in the reasons, no symbol named", "gpt", `${reasoned("The 24h high is 71,000.")}`),
  resting("in the reasons, the price", "llama", reasoned("Price broke 71,000 today.")),
  resting("in the reasons, the range", "deepseek", reasoned("The daily low was 60,500 and it held.")),
  resting("in the reasons, the spread", "claude", reasoned("The spread is 12.5, which is wide.")),
  resting("in the reasons, the cash", "gemini", reasoned("You have $25,000 available.")),
  resting(
    "in the reasons of another symbol's decision",
    "gpt",
    fenced({ action: "hold", symbol: "ETH/USD", reasoning: "The 24h high is 3,900." }),
    [hold("ETH/USD")],
  ),
  resting(
    "in the reasons of a close",
    "claude",
    fenced({ action: "close", symbol: "ETH/USD", reasoning: "The average entry is 2,950." }),
    [close("ETH/USD")],
  ),
  resting("in the analysis of a tool call", "claude", "", [bought], {
    toolArguments: [JSON.stringify({ analysis: "BTC broke 71,000 today, momentum is strong.", proposals: [decision] })],
  }),
  resting("in the analysis of a tool call beside text", "deepseek", "The trend is up.", [bought], {
    toolArguments: [JSON.stringify({ analysis: "The 24h high is 71,000.", proposals: [decision] })],
  }),
  resting("in the text beside a tool call", "claude", "BTC is trading at 71,000.", [bought], {
    toolArguments: [JSON.stringify({ analysis: "", proposals: [decision] })],
  }),
  resting("in the reasons of a tool call", "claude", "", [bought], {
    toolArguments: [
      JSON.stringify({ analysis: "Strong.", proposals: [{ ...decision, reasoning: "The 24h high is 71,000." }] }),
    ],
  }),
  resting(
    "in the declared shape",
    "gpt",
    JSON.stringify({ analysis: "BTC is trading at 71,000.", proposals: [decision] }),
  ),
  resting("in a fenced wrapper", "llama", fenced({ analysis: "BTC broke 71,000 today.", proposals: [decision] })),
  resting("bare JSON", "llama", `Price broke 71,000 today. ${JSON.stringify(decision)} Good luck.`),
  resting("behind bare JSON", "llama", `${JSON.stringify(decision)} The 24h high is 71,000.`),
  resting("in words", "gpt", "The 24h high is 71,000. Buy 0.05 BTC at market, stop 62,000."),
  resting("in words, behind the order", "gemini", "Buy 0.05 BTC at market, stop 62,000. BTC is trading at 71,000."),
  resting(
    "behind its thinking",
    "deepseek",
    `<think>Is it 64,250?</think>Price broke 71,000 today.\n${fenced(decision)}`,
  ),
  resting(
    "beside one that is right",
    "gemini",
    `BTC is trading at 64,250.1.\n\n${fenced({ ...decision, reasoning: "It broke 71,000 today." })}`,
  ),
  resting(
    "for one of two",
    "claude",
    fenced([decision, { action: "hold", symbol: "ETH/USD", reasoning: "The 24h low is 3,100." }]),
    [bought, hold("ETH/USD")],
  ),
];
