/**
 * Rules for domain/ that the linter does not bring: a pure core reads no clock, and money is never a float.
 * Loaded by .oxlintrc.json.
 */

const messages = {
  clock: "domain/ reads no clock: take the time as an argument.",
  float: "Money is decimal: use domain/decimal.ts, never {{name}}.",
};

const noCurrentDate = {
  create(context) {
    return {
      NewExpression(node) {
        if (isNamed(node.callee, "Date") && node.arguments.length === 0) {
          context.report({ node, message: messages.clock });
        }
      },
      CallExpression(node) {
        if (isNamed(node.callee, "Date")) {
          context.report({ node, message: messages.clock });
        }
      },
    };
  },
};

const noFloatMoney = {
  create(context) {
    function report(node, name) {
      context.report({ node, message: messages.float.replace("{{name}}", name) });
    }
    return {
      CallExpression(node) {
        const { callee } = node;
        if (isNamed(callee, "parseFloat") || isNamed(callee, "Number")) {
          report(node, `${callee.name}()`);
        }
        const property = callee.type === "MemberExpression" ? callee.property.name : undefined;
        if (property === "toFixed" || property === "toNumber" || property === "parseFloat") {
          report(node, `.${property}()`);
        }
      },
    };
  },
};

function isNamed(node, name) {
  return node.type === "Identifier" && node.name === name;
}

export default {
  meta: { name: "pure" },
  rules: { "no-current-date": noCurrentDate, "no-float-money": noFloatMoney },
};
