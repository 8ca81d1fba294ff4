/**
 * A secret that a test writes out has to be noted (tests/support/secrets.ts, scripts/lib/leaks/noted.ts), or the search of the logs
 * would not know it. Loaded by .oxlintrc.json for tests.
 */

const NOTING = new Set(["testSecret", "noteSecret"]);
/** Shorter texts cannot be told from others in a log (scripts/lib/leaks/search.ts). */
const SHORTEST = 12;
const NAMES = /(?:secret|password|api_?key)$|^(?:bot_?)?token$/iu;
const SHAPES = [
  /\bsk-[\w-]{8,}/u, // a key of a model provider
  /\d{6,}:[\w-]{16,}/u, // a token of a Telegram bot
  /^https:\/\/hooks\.[^/]+\/.{6,}/u, // an address that is a secret
  /^[A-Za-z0-9+/]{80,}={0,2}$/u, // a private key of the exchange, or a signature
];

/** Whether a text is a secret by its shape, or by the name it is given. */
export function looksSecret(text, name) {
  return (
    text.length >= SHORTEST &&
    (SHAPES.some((shape) => shape.test(text)) || (NAMES.test(name) && /^[^\s/]+$/u.test(text)))
  );
}

const notedSecrets = {
  create(context) {
    function look(node, text) {
      const { parent } = node;
      if (isNoted(parent) || !looksSecret(text, nameFor(parent, node))) {
        return;
      }
      context.report({
        node,
        message: 'This looks like a secret: write testSecret("its kind", "…"), so that logs are searched for it.',
      });
    }
    return {
      Literal(node) {
        if (typeof node.value === "string") {
          look(node, node.value);
        }
      },
      TemplateLiteral(node) {
        look(node, node.quasis.map((part) => part.value.cooked ?? "").join("0123456789abcdef"));
      },
    };
  },
};

function isNoted(parent) {
  return parent?.type === "CallExpression" && parent.callee.type === "Identifier" && NOTING.has(parent.callee.name);
}

/** What the value is called where it stands. */
function nameFor(parent, node) {
  if (parent?.type === "Property" && parent.value === node) {
    return parent.key.name ?? String(parent.key.value ?? "");
  }
  if (parent?.type === "VariableDeclarator" && parent.id.type === "Identifier") {
    return parent.id.name;
  }
  return parent?.type === "NewExpression" && parent.callee.type === "Identifier" ? parent.callee.name : "";
}

export default {
  meta: { name: "secrets" },
  rules: { noted: notedSecrets },
};
