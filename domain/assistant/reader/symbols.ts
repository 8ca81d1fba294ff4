/** Which words are instruments. Only what the exchange lists is one (CASES "ordinary words taken for symbols"). */
import type { Asset, Symbol } from "../../market.ts";

/** A pair that the exchange lists. */
export type ListedPair = { readonly symbol: Symbol; readonly base: Asset; readonly quote: Asset };

export type SymbolTable = {
  /** The symbol that a field of a decision names ("btc-usd", "BTCUSD", "BTC", "Bitcoin"); null when none is listed. */
  inField(text: string): Symbol | null;
  /**
   * The symbol that a word of a sentence names. Codes that are ordinary words ("NEAR", "LINK") count only as a pair, with a
   * dollar sign in front, or behind a quantity.
   */
  inSentence(word: string, behindQuantity: boolean): Symbol | null;
};

const names: Readonly<Record<string, string>> = {
  BITCOIN: "BTC",
  XBT: "BTC",
  ETHEREUM: "ETH",
  ETHER: "ETH",
  SOLANA: "SOL",
  CARDANO: "ADA",
  DOGECOIN: "DOGE",
  XDG: "DOGE",
  LITECOIN: "LTC",
  RIPPLE: "XRP",
  POLKADOT: "DOT",
  CHAINLINK: "LINK",
  AVALANCHE: "AVAX",
};

/** Written in small letters these are still codes and no words. */
const codesInSmallLetters = new Set([
  "btc",
  "xbt",
  "eth",
  "ltc",
  "xrp",
  "doge",
  "bch",
  "usdt",
  "usdc",
  "avax",
  "ada",
  "sol",
]);

/** Codes of coins that are words of English, or that traders write in capitals for something else. */
const wordLike = new Set(
  (
    "A ACE AI ALICE ALL AND ANY APE ARE ARK AT ATH ATOM BAND BAT BE BEAM BIT BLUR BOND BUY CAT CELL CHIP COW DASH DIP DO DOG DOT EMA " +
    "FLOW FOR FUN G GAS GO GRASS GUN HIGH HOLD HOT I ICE ID IN IO IS IT JUST KEEP KEY LINK LONG LOW MASK ME META MOVE MY NEAR NEO NO " +
    "NOT NOW OF OFF OM ON ONE OP OPEN OR OUT PEOPLE PLAY PRIME PUMP RAD RARE RED RISK RSI S SAFE SAND SELL SHORT SKY SO SOON STOP " +
    "STEP STRIKE SUN SUPER SWEAT T THE THETA TIA TIME TO TOKEN TOP TP TRADE TRUMP U UP US USUAL W WAVES WIN YOU ZERO"
  ).split(" "),
);

/** Builds the table once for a list of pairs. A base alone means its pair in the account's currency. */
export function createSymbolTable(pairs: readonly ListedPair[], currency: Asset): SymbolTable {
  const byPair = new Map<string, Symbol>();
  const byBase = new Map<string, Symbol>();
  for (const { symbol, base, quote } of pairs) {
    byPair.set(symbol, symbol);
    byPair.set(`${base}${quote}`, symbol);
    if (quote === currency) {
      byBase.set(base, symbol);
    }
  }

  function pairOf(text: string): Symbol | null {
    const parts = text.split(/[/_:-]/);
    const [base = "", quote] = parts.map((part) => names[part] ?? part);
    if (parts.length > 2) {
      return null;
    }
    return byPair.get(quote === undefined ? text.replace(/^XBT/, "BTC") : `${base}/${quote}`) ?? null;
  }

  function baseOf(text: string): Symbol | null {
    return byBase.get(names[text] ?? text) ?? null;
  }

  return {
    inField(text) {
      const upper = text.trim().toUpperCase().replace(/^\$/, "").replaceAll(/\s+/g, "");
      return pairOf(upper) ?? baseOf(upper);
    },
    inSentence(word, behindQuantity) {
      const isTagged = word.startsWith("$");
      const plain = word.replace(/^\$/, "");
      const upper = plain.toUpperCase();
      const pair = pairOf(upper);
      if (pair !== null && (plain === upper || /[/-]/.test(plain) || codesInSmallLetters.has(plain.slice(0, 3)))) {
        return pair;
      }
      const isName = names[upper] !== undefined && upper.length > 4;
      if (isName || isTagged) {
        return baseOf(upper);
      }
      if (plain !== upper) {
        return codesInSmallLetters.has(plain.toLowerCase()) ? baseOf(upper) : null;
      }
      return (wordLike.has(upper) || upper.length < 2) && !behindQuantity ? null : baseOf(upper);
    },
  };
}
