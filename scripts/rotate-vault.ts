import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Failure, runMain } from "./lib/failure.ts";
import { root } from "./lib/paths.ts";
import { resealEverything, ResealFailure, type ResealTotals } from "./lib/reseal.ts";
import { drawVaultSecret, dropPreviousVaultSecret, type LocalSecrets, readSecrets } from "./lib/secrets.ts";

const usage = `npm run vault:rotate -- --new [--state FOLDER]    locally: draws a new VAULT_SECRET; restart the desk then
npm run vault:rotate [-- --state FOLDER]          locally: encrypts every key with it, and drops the old one
npm run vault:rotate -- --url https://DESK        deployed: the same, with VAULT_SECRET from the environment

  --url URL       where the desk answers (http://127.0.0.1:8787)
  --state FOLDER  the state folder of a local desk (.state/sim; TRADEWITHAI_STATE)
  --help          this text

It can be run as often as one likes. docs/operations.md tells the whole of it.`;

async function main(): Promise<number> {
  const { values } = parse();
  if (values.help === true) {
    console.log(usage);
    return 0;
  }
  // A secret in the environment belongs to a deployed desk: then no file is read or changed.
  const given = process.env.VAULT_SECRET;
  const folder = resolve(values.state ?? process.env.TRADEWITHAI_STATE ?? join(root, ".state", "sim"));
  if (values.new === true) {
    draw(localSecrets(folder));
    return 0;
  }
  const local = given === undefined ? localSecrets(folder) : undefined;
  const secret = given ?? local?.values["VAULT_SECRET"] ?? "";
  try {
    const totals = await resealEverything(values.url, secret, ({ traders }) => {
      console.log(`  ${traders} users ...`);
    });
    return conclude(totals, local);
  } catch (error) {
    throw error instanceof ResealFailure ? new Failure(error.message) : error;
  }
}

function draw(local: LocalSecrets): void {
  if ((local.values["VAULT_SECRET_PREVIOUS"] ?? "") !== "") {
    throw new Failure(
      `A rotation is under way: ${local.file} holds VAULT_SECRET_PREVIOUS. Finish it with \`npm run vault:rotate\` first.`,
    );
  }
  drawVaultSecret(local);
  console.log(
    `A new VAULT_SECRET is in ${local.file}, the old one beside it. Restart the desk, then run this without --new.`,
  );
}

/** Says what was done. 0: the previous secret is needed no more. */
function conclude(
  { traders, resealed, current, unreadable, failed }: ResealTotals,
  local: LocalSecrets | undefined,
): number {
  console.log(`${traders} users: ${resealed} keys encrypted anew, ${current} were so already.`);
  if (failed > 0) {
    console.log(`${failed} users did not answer. Keep VAULT_SECRET_PREVIOUS and run this again.`);
    return 1;
  }
  if (unreadable > 0) {
    console.log(
      `${unreadable} keys can be decrypted with neither secret; their owners have to enter them again. If an older ` +
        "secret still exists, put it as VAULT_SECRET_PREVIOUS and run this again.",
    );
  }
  if (local === undefined) {
    console.log(
      "VAULT_SECRET_PREVIOUS is needed no more: remove it with `wrangler secret delete VAULT_SECRET_PREVIOUS`.",
    );
  } else if ((local.values["VAULT_SECRET_PREVIOUS"] ?? "") !== "" && unreadable === 0) {
    dropPreviousVaultSecret(local);
    console.log(`VAULT_SECRET_PREVIOUS was needed no more and is gone from ${local.file}.`);
  }
  return 0;
}

function localSecrets(folder: string): LocalSecrets {
  const local = readSecrets(folder);
  if (local?.values["VAULT_SECRET"] === undefined) {
    throw new Failure(
      `There is no VAULT_SECRET in ${folder}. Name the desk's state folder with --state, or set VAULT_SECRET for a deployed one.`,
    );
  }
  return local;
}

function parse() {
  try {
    return parseArgs({
      options: {
        new: { type: "boolean" },
        url: { type: "string", default: "http://127.0.0.1:8787" },
        state: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

await runMain(main);
