import { ensureBuilt } from "./lib/build.ts";
import { runMain } from "./lib/failure.ts";

await runMain(async () => {
  console.log((await ensureBuilt()) ? "Built into dist/." : "dist/ is up to date.");
  return 0;
});
