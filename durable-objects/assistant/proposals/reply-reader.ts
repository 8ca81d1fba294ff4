/** A reply is read: its outcome, and of each decision a proposal with its claims checked and its order sized. */
import type { ProposalView, RunView } from "../../../contract/assistant.ts";
import { validateProposal } from "../../../contract/proposals.ts";
import { isContradicted, type Claim } from "../../../domain/assistant/claims/claims.ts";
import { claimsOfProposal, focusOf } from "../../../domain/assistant/claims/proposal-claims.ts";
import type { ReadProposal, ReplyOutcome } from "../../../domain/assistant/outcome.ts";
import { readReply } from "../../../domain/assistant/reader/reader.ts";
import { createSymbolTable } from "../../../domain/assistant/reader/symbols.ts";
import { basisOf } from "../../../domain/assistant/shelf-life.ts";
import { rewardToRisk } from "../../../domain/assistant/sizing.ts";
import { ACCOUNT_CURRENCY } from "../../../domain/account/state.ts";
import type { ContextTaker } from "../context.ts";
import type { RawReply, StoredRun } from "../storage/run-table.ts";
import { orderOf } from "./order-of.ts";
import type { RiskQuestion } from "./size.ts";

export type Reading = {
  readonly outcome: NonNullable<RunView["outcome"]>;
  /** What the trader sees of the reply. */
  readonly text: string;
  readonly proposals: readonly ProposalView[];
};

export type ReplyReaderDependencies = {
  readonly context: Pick<ContextTaker, "view" | "pairs">;
  /** What the risk engine says of an order of an account of the user's. */
  readonly checkRisk: (accountId: string, ...asked: Parameters<RiskQuestion>) => ReturnType<RiskQuestion>;
  readonly now: () => number;
  readonly newId: () => string;
};

const MOST_PROPOSALS = 10;
const ENVELOPE = /<<<DATA [^>\n]*>>>\n([\s\S]*?)\n<<<END DATA [^>\n]*>>>/g;

export class ReplyReader {
  readonly #dependencies: ReplyReaderDependencies;

  constructor(dependencies: ReplyReaderDependencies) {
    this.#dependencies = dependencies;
  }

  async read(run: StoredRun, raw: RawReply): Promise<Reading> {
    const symbols = createSymbolTable(await this.#dependencies.context.pairs(), ACCOUNT_CURRENCY);
    const outcome = readReply(raw, { symbols, validate: validateProposal, outside: outsideOf(run) });
    const { prompt, symbols: sent, triggers = [] } = run.view;
    const focus = focusOf({ prompt, symbols: sent, isTriggered: triggers.length > 0 }, symbols);
    const found = outcome.kind === "proposals" ? outcome.proposals.slice(0, MOST_PROPOSALS) : [];
    return {
      outcome: outcomeView(outcome),
      text: outcome.said,
      proposals: await Promise.all(
        found.map((each) => {
          const { snapshot } = run;
          const claims = snapshot === null ? [] : claimsOfProposal(outcome.said, each, snapshot, symbols, focus);
          return this.#proposal(run, each, claims);
        }),
      ),
    };
  }

  async #proposal(run: StoredRun, { proposal, source }: ReadProposal, claims: readonly Claim[]): Promise<ProposalView> {
    const { context, checkRisk, now, newId } = this.#dependencies;
    const { snapshot, view } = run;
    const market = snapshot?.symbols.find(({ symbol }) => symbol === proposal.symbol) ?? null;
    const listed = proposal.action === "hold" ? null : await context.view(proposal.symbol);
    const order = await orderOf(proposal, snapshot, market, listed, (request) => checkRisk(view.accountId, request));
    const basis = basisOf(proposal, snapshot?.time ?? view.createdAt, market?.last ?? null);
    const { symbol: _symbol, ...trade } = proposal;
    return {
      id: newId(),
      runId: view.id,
      chatId: view.chatId,
      accountId: view.accountId,
      providerId: view.providerId,
      modelId: view.modelId,
      providerName: view.providerName,
      modelName: view.modelName,
      notice: view.notice,
      source,
      trade: { ...trade, symbol: proposal.symbol },
      status: order.status,
      request: order.request,
      obstacle: order.obstacle,
      claims: claims.map((claim) => ({ ...claim })),
      contradicted: isContradicted(claims),
      referencePrice: basis.price,
      driftLimitPercent: basis.driftLimitPercent,
      rewardToRisk: rewardToRisk(proposal, market?.last ?? null),
      expiresAt: basis.expiresAt,
      createdAt: now(),
      decidedAt: null,
      reason: order.note,
      edits: null,
      overridden: false,
      denial: null,
      orderId: null,
      orderStatus: null,
      filledQuantity: null,
      averagePrice: null,
    };
  }
}

/** What was sent inside envelopes. */
function outsideOf({ messages }: StoredRun): readonly string[] {
  return messages.flatMap(({ role, content }) =>
    role === "user" ? Array.from(content.matchAll(ENVELOPE), (match) => match[1] ?? "") : [],
  );
}

function outcomeView(outcome: ReplyOutcome): NonNullable<RunView["outcome"]> {
  const problems = "problems" in outcome ? outcome.problems.map((problem) => ({ ...problem })) : [];
  return { kind: outcome.kind, message: messageOf(outcome), problems };
}

function messageOf(outcome: ReplyOutcome): string | null {
  switch (outcome.kind) {
    case "proposals":
      return null;
    case "no_decision":
      return "The answer decides nothing.";
    case "malformed":
      return "A decision was meant, and cannot be read as one. Nothing was proposed.";
    case "cut_off":
      return outcome.reason === "interrupted"
        ? "The answer was broken off before its decision."
        : "The answer ends before its decision does.";
    case "refused":
      return outcome.message;
  }
}
