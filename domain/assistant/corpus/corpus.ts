/** All replies of the corpus. */
import { authority } from "./authority.ts";
import type { CorpusCase } from "./case.ts";
import { disowned } from "./disowned.ts";
import { honest, invented } from "./claims.ts";
import { inventedProposals } from "./invented-proposals.ts";
import { inventedProse } from "./invented-prose.ts";
import { negation } from "./negation.ts";
import { numbers } from "./numbers.ts";
import { orders } from "./orders.ts";
import { outcomes } from "./outcomes.ts";
import { prose } from "./prose.ts";
import { several } from "./several.ts";
import { shapes } from "./shapes.ts";
import { words } from "./words.ts";

/** By the row of CASES that they belong to. */
export const CORPUS: Readonly<Record<string, readonly CorpusCase[]>> = {
  "negation and talk about trades": negation,
  "orders that are taken back": disowned,
  "ordinary words taken for symbols": words,
  numbers,
  "several instruments": several,
  "analysis before the decision, shape of the JSON": shapes,
  "no decision, malformed, cut off, scale and vocabulary": outcomes,
  authority,
  "numbers that are right or derived": honest,
  "invented numbers": invented,
  "orders and talk": orders,
  "plain prose": prose,
  "plain prose with an invented number": inventedProse,
  "proposals that rest on an invented number": inventedProposals,
};
