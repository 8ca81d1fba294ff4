import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MUTANTS, root } from "./mutants.ts";

it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  "the text that «%s» breaks is in the source",
  (_, { file, from }) => {
    expect(readFileSync(join(root, file), "utf8")).toContain(from);
  },
);
