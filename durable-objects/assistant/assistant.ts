/**
 * The owner of one user's chats, runs and proposals. It has no authority: what a trader executes of a proposal is placed by the
 * Trader, like any other client's wish. This class is the platform's view: RPC, socket, alarm; the work is in the parts.
 */
import { DurableObject } from "cloudflare:workers";
import {
  addProviderRequest,
  budgetRequest,
  changeProviderRequest,
  executeProposalRequest,
  savePromptRequest,
  previewRequest,
  startRunRequest,
} from "../../contract/assistant.ts";
import type {
  AddProviderRequest,
  BudgetRequest,
  ChangeProviderRequest,
  ChatDetailView,
  ChatPage,
  ChatView,
  CredentialListView,
  ExecutedProposalView,
  ExecuteProposalRequest,
  KeyTestView,
  ModelKeyUsePage,
  PromptListView,
  ProposalPage,
  ProposalView,
  ProviderListView,
  RunPage,
  RunRecordView,
  RunView,
  SavePromptRequest,
  ShadowListView,
  PreviewRequest,
  RunPreviewView,
  StartRunRequest,
  UsageView,
} from "../../contract/assistant.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { log } from "../lib/log.ts";
import { checked } from "../trader/checked.ts";
import type { Principal, Write } from "../trader/port.ts";
import { chatDetail, chatPage, exportEverything, proposalPage, runPage, runRecord } from "./answers.ts";
import { runDueJobs } from "./jobs.ts";
import type { Resealed } from "./keys/model-keys.ts";
import { testKey } from "./keys/test-key.ts";
import { assemble, type Parts } from "./parts.ts";
import type { AssistantPort, PageAsked } from "./port.ts";
import { read, write } from "./requests.ts";
import type { ProposalFilter } from "./storage/proposal-table.ts";
import { toldTriggers, type ToldTrigger } from "./triggers/told.ts";
import { acceptSocket } from "./upgrade.ts";
import { openWire } from "./wire/open-wire.ts";

const MAXIMUM_CHATS = 2_000;
const MAXIMUM_PROMPTS = 100;

export class Assistant extends DurableObject<Env> implements AssistantPort {
  #assembled: Parts | null = null;

  constructor(state: DurableObjectState, env: Env) {
    super(state, env);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    // Start-up is the recovery path: what was cut by a reset ends here, what waited goes on.
    const { runDesk, proposalDesk, schedule } = this.#parts();
    runDesk.recover();
    proposalDesk.recover();
    state.waitUntil(schedule.arm());
  }

  async providers(principal: Principal): Promise<Result<ProviderListView>> {
    return read(this.#parts(), principal, ({ catalog }) => ok(catalog.list()));
  }

  async addProvider(principal: Principal, request: AddProviderRequest): Promise<Result<ProviderListView>> {
    return write(this.#parts(), principal, "add_provider", {}, ({ catalog }) => {
      const valid = checked(addProviderRequest, request);
      return valid.ok ? catalog.add(valid.value) : valid;
    });
  }

  async changeProvider(
    principal: Principal,
    providerId: string,
    request: ChangeProviderRequest,
  ): Promise<Result<ProviderListView>> {
    return write(this.#parts(), principal, "change_provider", { provider: providerId }, ({ catalog }) => {
      const valid = checked(changeProviderRequest, request);
      return valid.ok ? catalog.change(providerId, valid.value) : valid;
    });
  }

  async removeProvider(principal: Principal, providerId: string): Promise<Result<ProviderListView>> {
    return write(this.#parts(), principal, "remove_provider", { provider: providerId }, ({ catalog }) =>
      catalog.remove(providerId),
    );
  }

  async credentials(principal: Principal): Promise<Result<CredentialListView>> {
    return read(this.#parts(), principal, ({ keys }) => ok(keys.list()));
  }

  async saveKey(
    principal: Principal,
    providerId: string,
    sealedKey: string | null,
  ): Promise<Result<CredentialListView>> {
    return write(this.#parts(), principal, "save_model_key", { provider: providerId }, async ({ keys, catalog }) => {
      const provider = catalog.provider(providerId);
      if (provider === null || provider.kind !== "compatible") {
        return refuse("NOT_FOUND", "There is no such provider that takes a key.");
      }
      const saved = sealedKey === null ? ok(null) : await keys.save(providerId, sealedKey);
      return saved.ok ? ok(keys.list()) : saved;
    });
  }

  async testKey(principal: Principal, providerId: string, modelId: string | null): Promise<Result<KeyTestView>> {
    return write(this.#parts(), principal, "test_model_key", { provider: providerId }, async (parts) => {
      const { catalog, keys, workersAi, now } = parts;
      const model = modelId ?? catalog.provider(providerId)?.models[0]?.id ?? "";
      const choice = catalog.choose(providerId, model);
      if (!choice.ok) {
        return choice;
      }
      const wire = await openWire({ keys, workersAi }, choice.value, { snapshot: null, symbols: [] }, "test");
      if (!wire.ok) {
        return wire;
      }
      const test = await testKey(wire.value, choice.value, now);
      keys.noteTest(providerId, test);
      return ok(test);
    });
  }

  async removeKey(principal: Principal, providerId: string): Promise<Result<CredentialListView>> {
    return write(this.#parts(), principal, "remove_model_key", { provider: providerId }, ({ keys }) =>
      keys.remove(providerId) ? ok(keys.list()) : refuse("NOT_FOUND", "There is no key of this provider."),
    );
  }

  async keyUses(principal: Principal, { cursor, limit }: PageAsked): Promise<Result<ModelKeyUsePage>> {
    return read(this.#parts(), principal, ({ keys }) => keys.uses(cursor, limit));
  }

  async prompts(principal: Principal): Promise<Result<PromptListView>> {
    return read(this.#parts(), principal, ({ library }) => ok({ prompts: library.prompts() }));
  }

  async savePrompt(
    principal: Principal,
    promptId: string | null,
    request: SavePromptRequest,
  ): Promise<Result<PromptListView>> {
    return write(this.#parts(), principal, "save_prompt", { prompt: promptId }, ({ library, newId, now, state }) => {
      const valid = checked(savePromptRequest, request);
      if (!valid.ok) {
        return valid;
      }
      const prompts = library.prompts();
      if (promptId !== null && !prompts.some(({ id }) => id === promptId)) {
        return refuse("NOT_FOUND", "There is no such prompt in your library.");
      }
      if (promptId === null && prompts.length >= MAXIMUM_PROMPTS) {
        return refuse("ASSISTANT_LIMIT", `At most ${MAXIMUM_PROMPTS} prompts are kept. Remove one first.`);
      }
      const { name, text } = valid.value;
      state.storage.transactionSync(() => {
        library.savePrompt(promptId ?? newId(), name, text, now());
      });
      return ok({ prompts: library.prompts() });
    });
  }

  async removePrompt(principal: Principal, promptId: string): Promise<Result<PromptListView>> {
    return write(this.#parts(), principal, "remove_prompt", { prompt: promptId }, ({ library }) => {
      library.removePrompt(promptId);
      return ok({ prompts: library.prompts() });
    });
  }

  async chats(principal: Principal, search: string, page: PageAsked): Promise<Result<ChatPage>> {
    return read(this.#parts(), principal, (parts) => chatPage(parts, search, page));
  }

  async openChat(principal: Principal, title: string | null): Promise<Result<ChatView>> {
    return write(this.#parts(), principal, "open_chat", {}, ({ library, newId, now }) => {
      if (library.chatCount() >= MAXIMUM_CHATS) {
        return refuse("ASSISTANT_LIMIT", `At most ${MAXIMUM_CHATS} chats are kept. Remove some of them.`);
      }
      const id = newId();
      library.openChat(id, title ?? "", now());
      return shownChat(library.chat(id));
    });
  }

  async chat(principal: Principal, chatId: string): Promise<Result<ChatDetailView>> {
    return read(this.#parts(), principal, (parts) => chatDetail(parts, chatId));
  }

  async renameChat(principal: Principal, chatId: string, title: string): Promise<Result<ChatView>> {
    return write(this.#parts(), principal, "rename_chat", { chat: chatId }, ({ library }) => {
      library.renameChat(chatId, title);
      return shownChat(library.chat(chatId));
    });
  }

  async removeChat(principal: Principal, chatId: string): Promise<Result<{ readonly done: true }>> {
    return write(this.#parts(), principal, "remove_chat", { chat: chatId }, async (parts) => {
      const { library, runs, proposals, runDesk, proposalDesk, outbox, state } = parts;
      if (library.chat(chatId) === null) {
        return refuse("NOT_FOUND", "There is no such chat.");
      }
      await runDesk.stopAll(chatId);
      state.storage.transactionSync(() => {
        // Runs that orders came of stay, and all proposals: they are the record of those orders.
        for (const runId of runs.idleOfChat(chatId)) {
          for (const { id } of proposals.ofRun(runId)) {
            proposalDesk.expire(id);
          }
          outbox.changed("run", runId);
          runs.remove(runId);
        }
        library.removeChat(chatId);
      });
      return ok({ done: true });
    });
  }

  async startRun(principal: Principal, asked: Write<StartRunRequest>): Promise<Result<RunView>> {
    const { chatId, providerId, modelId } = asked.request;
    const ids = { chat: chatId, provider: providerId, model: modelId };
    return write(this.#parts(), principal, "start_run", ids, async ({ runDesk }) => {
      const valid = checked(startRunRequest, asked.request);
      return valid.ok ? runDesk.start(principal, { ...asked, request: valid.value }) : valid;
    });
  }

  async retryRun(
    principal: Principal,
    runId: string,
    asked: Write<{ readonly providerId?: string | undefined; readonly modelId?: string | undefined }>,
  ): Promise<Result<RunView>> {
    return write(this.#parts(), principal, "retry_run", { run: runId }, ({ runDesk }) =>
      runDesk.retry(principal, runId, asked),
    );
  }

  async stopRun(principal: Principal, runId: string): Promise<Result<RunView>> {
    const work = ({ runDesk }: Parts): Promise<Result<RunView>> => runDesk.stop(runId);
    return write(this.#parts(), principal, "stop_run", { run: runId }, work, "protective");
  }

  async runs(principal: Principal, chatId: string | null, page: PageAsked): Promise<Result<RunPage>> {
    return read(this.#parts(), principal, (parts) => runPage(parts, chatId, page));
  }

  async run(principal: Principal, runId: string): Promise<Result<RunRecordView>> {
    return read(this.#parts(), principal, (parts) => runRecord(parts, runId));
  }

  async previewRun(principal: Principal, asked: PreviewRequest): Promise<Result<RunPreviewView>> {
    return read(this.#parts(), principal, ({ runDesk }) => {
      const valid = checked(previewRequest, asked);
      return valid.ok ? runDesk.preview(principal, valid.value) : valid;
    });
  }

  async proposals(principal: Principal, filter: ProposalFilter, page: PageAsked): Promise<Result<ProposalPage>> {
    return read(this.#parts(), principal, (parts) => proposalPage(parts, filter, page));
  }

  async proposal(principal: Principal, proposalId: string): Promise<Result<ProposalView>> {
    return read(this.#parts(), principal, ({ proposals }) => {
      const stored = proposals.get(proposalId);
      return stored === null ? refuse("NOT_FOUND", "There is no such proposal.") : ok(stored.view);
    });
  }

  async executeProposal(
    principal: Principal,
    proposalId: string,
    asked: Write<ExecuteProposalRequest>,
  ): Promise<Result<ExecutedProposalView>> {
    const ids = { proposal: proposalId };
    return write(this.#parts(), principal, "execute_proposal", ids, async ({ proposalDesk }) => {
      const valid = checked(executeProposalRequest, asked.request);
      return valid.ok ? proposalDesk.execute(principal, proposalId, { ...asked, request: valid.value }) : valid;
    });
  }

  async rejectProposal(principal: Principal, proposalId: string, reason: string | null): Promise<Result<ProposalView>> {
    return write(this.#parts(), principal, "reject_proposal", { proposal: proposalId }, ({ proposalDesk }) =>
      proposalDesk.reject(proposalId, reason),
    );
  }

  async shadows(principal: Principal): Promise<Result<ShadowListView>> {
    return read(this.#parts(), principal, async ({ shadowDesk }) =>
      ok({ shadows: [...(await shadowDesk.list(principal))] }),
    );
  }

  async usage(principal: Principal): Promise<Result<UsageView>> {
    return read(this.#parts(), principal, ({ spending }) => ok(spending.today()));
  }

  async setBudget(principal: Principal, request: BudgetRequest): Promise<Result<UsageView>> {
    return write(this.#parts(), principal, "set_budget", {}, ({ spending }) => {
      const valid = checked(budgetRequest, request);
      if (!valid.ok) {
        return valid;
      }
      spending.setLimits(valid.value);
      return ok(spending.today());
    });
  }

  async takeTriggers(userId: string, told: readonly ToldTrigger[]): Promise<Result<null>> {
    const { admission, triggerDesk, schedule } = this.#parts();
    const valid = checked(toldTriggers, told);
    const recognised = valid.ok ? admission.recognise(userId) : valid;
    if (!valid.ok || !recognised.ok) {
      return valid.ok ? recognised : valid;
    }
    try {
      triggerDesk.take(valid.value);
    } catch (error) {
      schedule.reload();
      throw error;
    }
    log("triggers_taken", { assistant: this.#parts().traderId, triggers: valid.value.length });
    await schedule.arm();
    return ok(null);
  }

  async revokeSessions(sessionIds: readonly string[] | null): Promise<void> {
    this.#parts().sockets.revoke(sessionIds);
  }

  async exportData(principal: Principal): Promise<Result<Readonly<Record<string, unknown>>>> {
    return read(this.#parts(), principal, (parts) => ok(exportEverything(parts)));
  }

  async rebuildHistory(principal: Principal): Promise<Result<{ readonly queued: number }>> {
    return write(this.#parts(), principal, "rebuild_history", {}, ({ outbox }) => {
      const queued = outbox.rebuild();
      this.ctx.waitUntil(outbox.drain());
      return ok({ queued });
    });
  }

  async parkedRows(principal: Principal): Promise<Result<number>> {
    return read(this.#parts(), principal, ({ outbox }) => ok(outbox.parkedRows()));
  }

  async erase(principal: Principal): Promise<Result<null>> {
    const parts = this.#parts();
    const admitted = parts.admission.recognise(principal.userId);
    if (!admitted.ok) {
      return admitted;
    }
    parts.sockets.revoke(null);
    await parts.runDesk.close();
    const shadows = await parts.shadowDesk.erase(principal);
    if (!shadows.ok) {
      return shadows;
    }
    await parts.outbox.settle();
    await this.ctx.storage.deleteAll();
    this.#assembled = null;
    return ok(null);
  }

  async reseal(): Promise<Result<Resealed>> {
    return ok(await this.#parts().keys.reseal());
  }

  /** The upgrade of a socket; nothing else is served here. */
  override async fetch(request: Request): Promise<Response> {
    return acceptSocket(this.#parts(), request);
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const { sockets, unexpected } = this.#parts();
    try {
      sockets.receive(socket, message);
    } catch (error) {
      unexpected("socket_frame_failed", error, {});
      sockets.failed(socket);
    }
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    this.#parts().sockets.closed(socket, code);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#parts().sockets.failed(socket);
  }

  override async alarm(): Promise<void> {
    const parts = this.#parts();
    parts.schedule.rang();
    try {
      await runDueJobs(parts);
    } finally {
      await parts.schedule.arm();
    }
  }

  #parts(): Parts {
    this.#assembled ??= assemble(this.ctx, this.env);
    return this.#assembled;
  }
}

function shownChat(chat: ChatView | null): Result<ChatView> {
  return chat === null ? refuse("NOT_FOUND", "There is no such chat.") : ok(chat);
}
