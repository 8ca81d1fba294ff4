/**
 * Passwords that attackers try first. At twelve characters and more the lists of leaked passwords consist almost wholly of a
 * few patterns: a repeated piece, a walk over the keyboard, and one or two favourite words with digits around them. These
 * patterns are judged instead of shipping a list of millions; the words and the walks are those of the published lists.
 */
const WORDS = new Set(
  `password passwort passw0rd pass word login admin administrator root user guest test testing default secret private
  welcome hello hallo letmein access master superman batman spiderman pokemon naruto dragon monkey tiger lion eagle falcon
  shadow sunshine princess prince queen king angel devil demon ghost ninja samurai warrior soldier hunter killer ranger
  football baseball basketball soccer hockey tennis golf cricket rugby chelsea arsenal liverpool manchester united barcelona
  madrid juventus yankees lakers cowboys steelers raiders eagles jordan michael jackson jennifer jessica ashley amanda
  andrew anthony charlie daniel david george james john joshua matthew robert thomas william christopher alexander nicole
  samantha elizabeth victoria maria isabella sophia michelle melissa stephanie jesus christ god church faith blessed heaven
  love lover iloveyou iloveu ilove you me my babe baby honey sweet heart forever always together friend friends family
  mother father mommy daddy mamma sister brother summer winter spring autumn january february march april june july august
  september october november december monday tuesday wednesday thursday friday saturday sunday morning flower butterfly
  rainbow star stars moon sun sky blue red green black white yellow purple orange silver golden gold diamond money dollar
  cash bank rich lucky winner success power energy freedom liberty peace happy smile computer internet google facebook
  twitter amazon apple samsung microsoft windows linux android iphone playstation nintendo xbox minecraft fortnite roblox
  starwars startrek matrix metallica nirvana slipknot linkin park eminem rockstar guitar music movie cookie chocolate
  cheese banana pepper ginger coffee whiskey vodka beer pizza chicken buster bailey maggie bella lucy max rocky harley
  ferrari porsche mercedes toyota honda yamaha mustang corvette camaro trustno trust nobody everybody unbelievable
  motherfucker fuck fucker fuckyou fuckoff asshole bitch pussy sexy hardcore naked bigdick hotdog change changeme please
  qwerty qwertz azerty asdf zxcvbn abc abcd abcdef the and for with this that trade trader trading tradewithai bitcoin
  ethereum kraken binance coinbase crypto wallet satoshi hodl blockchain doge dogecoin solana`.split(/\s+/),
);

/** Rows and columns of keyboards, and the two orders everybody knows. */
const WALKS = [
  "01234567890",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "qwertzuiop",
  "azertyuiop",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
  "qazwsxedcrfvtgbyhnujmikolp",
  "1q2w3e4r5t6y7u8i9o0p",
  "q1w2e3r4t5y6u7i8o9p0",
  "zaq1xsw2cde3vfr4bgt5nhy6mju7",
];

const LOOKALIKES: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

const MINIMUM_VARIETY = 5;
const MINIMUM_WALK = 4;
/** What must be left of a password once everything foreseeable is taken out of it. */
const MINIMUM_REST = 4;
const MAXIMUM_FAVOURITES = 3;

/**
 * Why the password is too easy to guess, as the rest of a sentence ("is …"), or null when it is not. `personal` are words
 * that an attacker knows anyway: parts of the e-mail address, the name.
 */
export function weaknessOf(password: string, personal: readonly string[]): string | null {
  const text = password.normalize("NFKC").toLowerCase();
  if (new Set(text).size < MINIMUM_VARIETY) {
    return "is too easy to guess: it repeats a few characters";
  }
  if (isRepetition(text)) {
    return "is too easy to guess: it repeats one piece";
  }
  const withoutPersonal = personal
    .filter((word) => word.length >= MINIMUM_REST)
    .reduce((rest, word) => rest.replaceAll(word.toLowerCase(), ""), text);
  if (withoutPersonal.length < text.length && withoutPersonal.length < 2 * MINIMUM_REST) {
    return "is too easy to guess: it is made of your name or e-mail address";
  }
  if (withoutWalks(text).length < MINIMUM_REST) {
    return "is too easy to guess: it follows the keyboard or the alphabet";
  }
  if (isFavourite(text)) {
    return "is too easy to guess: it is one of the common passwords";
  }
  return null;
}

function isRepetition(text: string): boolean {
  // A text is a repetition of a shorter piece exactly when it occurs inside its own double, away from both ends.
  return (text + text).indexOf(text, 1) < text.length;
}

/** The text without the pieces that follow a walk for at least four steps, forwards or backwards. */
function withoutWalks(text: string): string {
  let rest = "";
  let index = 0;
  while (index < text.length) {
    const length = walkAt(text, index);
    if (length < MINIMUM_WALK) {
      rest += text[index];
      index += 1;
    } else {
      index += length;
    }
  }
  return rest;
}

function walkAt(text: string, start: number): number {
  let longest = 0;
  for (const walk of WALKS) {
    for (const direction of [walk, [...walk].toReversed().join("")]) {
      let length = Math.min(direction.length, text.length - start);
      while (length > longest && !direction.includes(text.slice(start, start + length))) {
        length -= 1;
      }
      longest = Math.max(longest, length);
    }
  }
  return longest;
}

/** One to three favourite words, in whatever digits and punctuation, some letters replaced by their lookalikes. */
function isFavourite(text: string): boolean {
  return [text, withoutWalks(text)]
    .flatMap((base) => [base, base.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, "")])
    .flatMap((base) => [base, [...base].map((character) => LOOKALIKES[character] ?? character).join("")])
    .some((spelling) => isMadeOfFavourites(spelling.replaceAll(/[^\p{L}]/gu, ""), MAXIMUM_FAVOURITES));
}

function isMadeOfFavourites(text: string, words: number): boolean {
  if (text === "") {
    return true;
  }
  if (words === 0) {
    return false;
  }
  for (let length = text.length; length >= 2; length -= 1) {
    if (WORDS.has(text.slice(0, length)) && isMadeOfFavourites(text.slice(length), words - 1)) {
      return true;
    }
  }
  return false;
}
