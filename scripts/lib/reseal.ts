/** Rotation of the vault's master, as its operator asks the desk for it. */
import { resealAnswer, type ResealAnswer } from "../../contract/operator.ts";
import { makeOperatorProof, OPERATOR_PROOF_HEADER } from "../../durable-objects/lib/operator-proof.ts";
import { Secret } from "../../durable-objects/lib/secret.ts";
import { Vault } from "../../durable-objects/lib/vault.ts";

/** Something the operator can act on. */
export class ResealFailure extends Error {
  override readonly name = "ResealFailure";
}

export type ResealTotals = Omit<ResealAnswer, "next">;

type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Asks for page after page until the last one, and answers the sums. Throws a ResealFailure when the desk does not know the secret or
 * does not answer; running it again goes on where it matters, because what is done stays done.
 */
export async function resealEverything(
  url: string,
  vaultSecret: string,
  onPage: (totals: ResealTotals) => void,
  send: Fetch = fetch,
): Promise<ResealTotals> {
  const vault = new Vault(new Secret(vaultSecret), null);
  let totals: ResealTotals = { traders: 0, resealed: 0, current: 0, unreadable: 0, failed: 0 };
  let cursor: string | null = null;
  do {
    const page = await askForPage(new URL("/api/operator/vault/reseal", url), vault, cursor, send);
    totals = {
      traders: totals.traders + page.traders,
      resealed: totals.resealed + page.resealed,
      current: totals.current + page.current,
      unreadable: totals.unreadable + page.unreadable,
      failed: totals.failed + page.failed,
    };
    onPage(totals);
    cursor = page.next;
  } while (cursor !== null);
  return totals;
}

async function askForPage(address: URL, vault: Vault, cursor: string | null, send: Fetch): Promise<ResealAnswer> {
  const body = JSON.stringify({ cursor });
  const proof = await makeOperatorProof(vault, Date.now(), body);
  const headers = { "content-type": "application/json", [OPERATOR_PROOF_HEADER]: proof };
  let response: Response;
  try {
    response = await send(address.href, { method: "POST", headers, body });
  } catch {
    throw new ResealFailure(`The desk at ${address.origin} does not answer. Start it first, or name it with --url.`);
  }
  if (response.status === 403) {
    throw new ResealFailure(
      `The desk at ${address.origin} does not run with this VAULT_SECRET. Locally: restart it after --new. Deployed: put ` +
        "the same value with `wrangler secret put VAULT_SECRET`.",
    );
  }
  const answer = resealAnswer.safeParse(await response.json().catch(() => null));
  if (!answer.success) {
    throw new ResealFailure(
      `The desk at ${address.origin} answered ${response.status}. Nothing is lost: run this again.`,
    );
  }
  return answer.data;
}
