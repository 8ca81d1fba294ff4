/** Replies with an invented number, written without looking at the claim check. Each blocks one-click. */
import type { CorpusCase, Style } from "./case.ts";

const styles: readonly Style[] = ["gpt", "claude", "gemini", "deepseek", "llama"];

/** The symbol that was asked about is Bitcoin's. */
const texts: readonly string[] = [
  "Bitcoin is currently trading at $67,850, just shy of its 24h high of $68,200.",
  "**BTC/USD** – Price: $62,250.1 | 24h High: $65,010",
  "BTC sits at 62,900 after a volatile night.",
  "BTC is down 3.4% over the last 24 hours.",
  "Your equity of $100,000 gives plenty of room.",
  "You currently have 2 BTC in your portfolio.",
  "Given your current holding of 0.3 BTC, I would add.",
  "ETH's price is 3,650 at the moment.",
  "The spot price of ETH is $2,410.",
  "BTC has surged past 70,000 in the past 24 hours.",
  "BTC plunged to 58,000 today.",
  "The daily low was 60,500.",
  "Buying power: $25,000.",
  "SOL at $180 is trading above resistance; SOL is trading at $180.",
  "BTC just broke through 68,000 this morning.",
  "With SOL at 142, the trend is weak.",
  "The best bid is 63,100.",
  "Your average entry of 2,950 on ETH leaves you well in profit.",
  "BTC currently changes hands for $61,500.",
  "The market price is now $66,000 for BTC.",
];

export const inventedProse: readonly CorpusCase[] = texts.map((text, index) => ({
  name: `invented: ${text.slice(0, 60)}`,
  style: styles[index % styles.length] ?? "gpt",
  text,
  kind: "no_decision",
  anyClaims: true,
  invented: true,
}));
