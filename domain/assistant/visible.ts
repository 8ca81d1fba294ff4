/** What of a reply the trader sees while it streams: the prose, without thinking aloud and the block that carries the decision. */

const decisionFence = /(?:^|\n)[ \t]*(?:`{3,}|~{3,})[ \t]*(?:(?:json|jsonc|json5|decision)\b|\n\s*[{[]\s*["{])/i;
/** What may still become one. */
const partialFence = /(?:^|\n)[ \t]*[`~]{1,}[ \t]*[a-z0-9]{0,8}\s*(?:[{[]\s*)?$/i;
const analysisKey = /^\s*\{\s*"analysis"\s*:\s*"/;
const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "", b: "", f: "" };

/**
 * The prose of a reply so far. Of an answer in the declared JSON shape it is the text of `analysis`, decoded as far as it has
 * come. What is shown only grows while the reply grows.
 */
export function visibleSoFar(reply: string): string {
  const text = withoutThoughts(reply);
  const opening = analysisKey.exec(text);
  if (opening !== null) {
    return decodeSoFar(text.slice(opening[0].length));
  }
  // Until it is clear that the answer is JSON nothing of it is shown.
  if (/^\s*\{(?:\s*(?:"(?:a(?:n(?:a(?:l(?:y(?:s(?:i(?:s"?)?)?)?)?)?)?)?)?)?(?:\s*:?\s*)?)?$/.test(text)) {
    return "";
  }
  const fence = decisionFence.exec(text);
  if (fence !== null) {
    return text.slice(0, fence.index).trimEnd();
  }
  const partial = partialFence.exec(text);
  return (partial === null ? text : text.slice(0, partial.index)).trimEnd();
}

/** Some models write their thinking into the answer. It is kept with the run and is not part of what they say. */
function withoutThoughts(text: string): string {
  return text
    .replaceAll(/<(think|thinking)>[\s\S]*?(?:<\/\1>\s*|$)/gi, "")
    .replace(/<\/?(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?$/i, "");
}

function decodeSoFar(text: string): string {
  let shown = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      return shown;
    }
    if (character !== "\\") {
      shown += character;
      continue;
    }
    const letter = text.charAt(at + 1);
    if (letter === "u") {
      const code = text.slice(at + 2, at + 6);
      if (!/^[\da-f]{4}$/i.test(code)) {
        return shown;
      }
      shown += String.fromCharCode(Number.parseInt(code, 16));
      at += 5;
    } else if (letter === "") {
      return shown;
    } else {
      shown += escapes[letter] ?? letter;
      at += 1;
    }
  }
  return shown;
}
