/** Several instruments in one reply: each keeps its own stop, target and confidence (CASES). */
import { buy, close, fenced, hold, sell, type CorpusCase } from "./case.ts";

const btc = { action: "buy", symbol: "BTC/USD", quantity: 0.05, stop: 62_000, target: 68_000, confidence: 70 };
const eth = { action: "sell", symbol: "ETH/USD", quantity: 0.25, confidence: 55 };
const sol = { action: "buy", symbol: "SOL/USD", quantity: 4, limitPrice: 150, stop: 143, target: 170, confidence: 61 };
const expected = [
  buy("BTC/USD", { quantity: "0.05", stop: "62000", target: "68000", confidence: 70 }),
  sell("ETH/USD", { quantity: "0.25", confidence: 55 }),
  buy("SOL/USD", { quantity: "4", limitPrice: "150", stop: "143", target: "170", confidence: 61 }),
];

export const several: readonly CorpusCase[] = [
  {
    name: "a list",
    style: "gpt",
    text: fenced([btc, eth, sol]),
    kind: "proposals",
    proposals: expected,
    source: "fenced",
  },
  {
    name: "the declared shape",
    style: "gpt",
    text: JSON.stringify({ analysis: "Three ideas.", proposals: [btc, eth, sol] }),
    kind: "proposals",
    proposals: expected,
    source: "bare",
    reasoning: "Three ideas.",
  },
  {
    name: "a map keyed by symbol",
    style: "deepseek",
    text: fenced({
      "BTC/USD": { ...btc, symbol: undefined },
      ETH: { ...eth, symbol: undefined },
      "sol-usd": { ...sol, symbol: undefined },
    }),
    kind: "proposals",
    proposals: expected,
  },
  {
    name: "a map whose entries name themselves",
    style: "deepseek",
    text: fenced({ BTC: btc, ETH: eth, SOL: sol }),
    kind: "proposals",
    proposals: expected,
  },
  {
    name: "three objects in one block",
    style: "llama",
    text: fenced([btc, eth, sol].map((each) => JSON.stringify(each)).join("\n")),
    kind: "proposals",
    proposals: expected,
  },
  {
    name: "three blocks",
    style: "claude",
    text: `First BTC:\n${fenced(btc)}\nThen ETH:\n${fenced(eth)}\nAnd SOL:\n${fenced(sol)}`,
    kind: "proposals",
    proposals: expected,
  },
  {
    name: "bare objects among prose",
    style: "llama",
    text: `BTC looks good ${JSON.stringify(btc)} while ETH does not ${JSON.stringify(eth)} and SOL may ${JSON.stringify(sol)}`,
    kind: "proposals",
    proposals: expected,
    source: "bare",
  },
  {
    name: "a wrapper",
    style: "gemini",
    text: fenced({ decisions: [btc, eth, sol] }),
    kind: "proposals",
    proposals: expected,
  },
  {
    name: "labelled lines of prose",
    style: "gpt",
    text: "BTC/USD: Buy 0.05, stop 62,000, target 68,000, confidence 70%.\nETH/USD: Hold.\nSOL/USD: Buy 4 at 150, stop 143, target 170, confidence 61%.",
    kind: "proposals",
    proposals: [
      buy("BTC/USD", { quantity: "0.05", stop: "62000", target: "68000", confidence: 70 }),
      hold("ETH/USD"),
      buy("SOL/USD", { quantity: "4", limitPrice: "150", stop: "143", target: "170", confidence: 61 }),
    ],
    source: "prose",
  },
  {
    name: "bullets in bold",
    style: "gemini",
    text: "* **BTC**: Buy 0.05 at 64,000 (stop: 62,000, target: 68,000)\n* **ETH**: Hold\n* **SOL**: Buy 4 at 150 (stop: 143, target: 170)",
    kind: "proposals",
    proposals: [
      buy("BTC/USD", { quantity: "0.05", limitPrice: "64000", stop: "62000", target: "68000" }),
      hold("ETH/USD"),
      buy("SOL/USD", { quantity: "4", limitPrice: "150", stop: "143", target: "170" }),
    ],
  },
  {
    name: "sentences that follow each other",
    style: "claude",
    text: "Buy 0.05 BTC at market with a stop at 62,000. Target 68,000. Sell 0.25 ETH at market. Buy 4 SOL at 150. Stop at 143.",
    kind: "proposals",
    proposals: [
      buy("BTC/USD", { quantity: "0.05", stop: "62000", target: "68000" }),
      sell("ETH/USD", { quantity: "0.25" }),
      buy("SOL/USD", { quantity: "4", limitPrice: "150", stop: "143" }),
    ],
  },
  {
    name: "numbers of another symbol stay there",
    style: "gpt",
    text: "Buy 0.05 BTC at market. ETH has its stop at 3,211.48. ",
    kind: "proposals",
    proposals: [buy("BTC/USD", { quantity: "0.05" })],
  },
  {
    name: "two with and",
    style: "llama",
    text: "Buy 0.05 BTC and 2 ETH.",
    kind: "proposals",
    proposals: [buy("BTC/USD", { quantity: "0.05" }), buy("ETH/USD", { quantity: "2" })],
  },
  {
    name: "respectively",
    style: "claude",
    text: "Buy 0.05 BTC and 2 ETH with stops at 62,000 and 3,250 respectively.",
    kind: "malformed",
    problems: ["BTC/USD", "ETH/USD"],
  },
  {
    name: "blocks under headings",
    style: "gemini",
    text: "### BTC/USD\nAction: BUY\nSize: 0.05 BTC\nStop loss: 62,000\nTake profit: 68,000\nConfidence: 70%\n\n### ETH/USD\nAction: CLOSE",
    kind: "proposals",
    proposals: [expected[0] ?? hold("BTC/USD"), close("ETH/USD")],
  },
  {
    name: "one of two is invalid",
    style: "gpt",
    text: fenced([btc, { ...eth, confidence: 0.55 }]),
    kind: "proposals",
    proposals: [buy("BTC/USD", { quantity: "0.05", stop: "62000", target: "68000", confidence: 70 })],
    problems: ["1.confidence"],
  },
  {
    name: "the same symbol twice, the same",
    style: "gpt",
    text: `${fenced(btc)}\nAgain:\n${fenced(btc)}`,
    kind: "proposals",
    proposals: [buy("BTC/USD", { quantity: "0.05", stop: "62000", target: "68000", confidence: 70 })],
  },
  {
    name: "the same symbol twice, differently",
    style: "deepseek",
    text: `${fenced(btc)}\nAnd also:\n${fenced({ ...btc, action: "hold", quantity: null })}`,
    kind: "malformed",
    problems: ["BTC/USD"],
  },
  {
    name: "the same symbol twice, the first taken back",
    style: "deepseek",
    text: `${fenced(btc)}\nOn reflection:\n${fenced({ action: "hold", symbol: "BTC/USD" })}`,
    kind: "proposals",
    proposals: [hold("BTC/USD")],
  },
  {
    name: "contradicting sentences",
    style: "llama",
    text: "Buy 0.05 BTC at market. Sell 0.05 BTC at 70,000.",
    kind: "malformed",
    problems: ["BTC/USD"],
  },
  {
    name: "a key and a symbol that differ",
    style: "deepseek",
    text: fenced({ "ETH/USD": btc }),
    kind: "malformed",
    problems: ["ETH/USD"],
  },
];
