/** /api/assistant: chats, runs and what they cost. Providers and keys: assistant-providers.ts; proposals: assistant-proposals.ts. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import {
  budgetRequest,
  chat,
  chatDetail,
  chatPage,
  chatQuery,
  openChatRequest,
  previewRequest,
  promptList,
  renameChatRequest,
  retryRunRequest,
  run,
  runPage,
  runQuery,
  runRecord,
  savePromptRequest,
  runPreview,
  startRunRequest,
  usage,
} from "../../contract/assistant.ts";
import { done } from "../../contract/auth.ts";
import { requireVisitor } from "../auth/require-visitor.ts";
import type { AppEnv } from "../context.ts";
import { requireIdempotencyKey, writeOf } from "../http/idempotency.ts";
import { reply } from "../http/problem.ts";
import { answers, body, id, makes, SIGNED_IN, writeHeaders } from "../http/route.ts";
import { askAssistant, PATIENT_MS } from "./ask-assistant.ts";

const base = "/api/assistant";
const tags = ["Assistant"];
const plain = { tags, security: SIGNED_IN, middleware: [requireVisitor] };
const keyed = { tags, security: SIGNED_IN, middleware: [requireVisitor, requireIdempotencyKey] };
const chatParams = z.object({ chatId: id });
const runParams = z.object({ runId: id });
const promptParams = z.object({ promptId: id });

const chatsRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/chats`,
  summary: "My chats, most recently used first",
  request: { query: chatQuery },
  responses: answers(chatPage, "A page of chats"),
});
const openChatRoute = createRoute({
  ...plain,
  method: "post",
  path: `${base}/chats`,
  summary: "Open a chat",
  request: { body: body(openChatRequest) },
  responses: makes(chat, "The chat"),
});
const chatRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/chats/{chatId}`,
  summary: "A chat with its runs and proposals",
  request: { params: chatParams },
  responses: answers(chatDetail, "The chat, oldest run first"),
});
const renameChatRoute = createRoute({
  ...plain,
  method: "put",
  path: `${base}/chats/{chatId}`,
  summary: "Rename a chat",
  request: { params: chatParams, body: body(renameChatRequest) },
  responses: answers(chat, "The chat"),
});
const removeChatRoute = createRoute({
  ...plain,
  method: "delete",
  path: `${base}/chats/{chatId}`,
  summary: "Delete a chat with its runs; proposals that became orders stay in the record",
  request: { params: chatParams },
  responses: answers(done, "Gone"),
});
const startRunRoute = createRoute({
  ...keyed,
  method: "post",
  path: `${base}/runs`,
  summary: "Ask a model",
  request: { headers: writeHeaders, body: body(startRunRequest) },
  responses: makes(run, "The run: it goes on by itself and tells /ws/assistant"),
});
const previewRoute = createRoute({
  ...plain,
  method: "post",
  path: `${base}/runs/preview`,
  summary: "Every message that a run would send now, and their size",
  request: { body: body(previewRequest) },
  responses: answers(runPreview, "The messages"),
});
const runsRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/runs`,
  summary: "Runs, newest first",
  request: { query: runQuery },
  responses: answers(runPage, "A page of runs"),
});
const runRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/runs/{runId}`,
  summary: "The complete record of a run: what was sent, what came, how it was read",
  request: { params: runParams },
  responses: answers(runRecord, "The record"),
});
const stopRunRoute = createRoute({
  ...plain,
  method: "post",
  path: `${base}/runs/{runId}/stop`,
  summary: "Stop a run, at its provider too",
  request: { params: runParams, body: body(z.strictObject({})) },
  responses: answers(run, "The run"),
});
const retryRunRoute = createRoute({
  ...keyed,
  method: "post",
  path: `${base}/runs/{runId}/retry`,
  summary: "The same question again as a new run, with another model if wished",
  request: { params: runParams, headers: writeHeaders, body: body(retryRunRequest) },
  responses: makes(run, "The new run"),
});
const promptsRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/prompts`,
  summary: "My prompt library, every version",
  responses: answers(promptList, "Prompts by name"),
});
const newPromptRoute = createRoute({
  ...plain,
  method: "post",
  path: `${base}/prompts`,
  summary: "Add a prompt to the library",
  request: { body: body(savePromptRequest) },
  responses: answers(promptList, "Prompts by name"),
});
const savePromptRoute = createRoute({
  ...plain,
  method: "put",
  path: `${base}/prompts/{promptId}`,
  summary: "Save a prompt as a new version",
  request: { params: promptParams, body: body(savePromptRequest) },
  responses: answers(promptList, "Prompts by name"),
});
const removePromptRoute = createRoute({
  ...plain,
  method: "delete",
  path: `${base}/prompts/{promptId}`,
  summary: "Remove a prompt with its versions",
  request: { params: promptParams },
  responses: answers(promptList, "Prompts by name"),
});
const usageRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/usage`,
  summary: "What models cost today, against the budget",
  responses: answers(usage, "Today, UTC"),
});
const budgetRoute = createRoute({
  ...plain,
  method: "put",
  path: `${base}/usage/budget`,
  summary: "Set the budget of a day, and of single models",
  request: { body: body(budgetRequest) },
  responses: answers(usage, "Today against it"),
});

export function addAssistantRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(chatsRoute, async (c) => {
    const { search = "", cursor = null, limit } = c.req.valid("query");
    return reply(
      c,
      await askAssistant(c, "chats", (assistant, who) => assistant.chats(who, search, { cursor, limit })),
    );
  });
  app.openapi(openChatRoute, async (c) => {
    const { title = null } = c.req.valid("json");
    return reply(c, await askAssistant(c, "openChat", (assistant, who) => assistant.openChat(who, title)), 201);
  });
  app.openapi(chatRoute, async (c) => {
    const { chatId } = c.req.valid("param");
    return reply(c, await askAssistant(c, "chat", (assistant, who) => assistant.chat(who, chatId)));
  });
  app.openapi(renameChatRoute, async (c) => {
    const { chatId } = c.req.valid("param");
    const { title } = c.req.valid("json");
    return reply(c, await askAssistant(c, "renameChat", (assistant, who) => assistant.renameChat(who, chatId, title)));
  });
  app.openapi(removeChatRoute, async (c) => {
    const { chatId } = c.req.valid("param");
    return reply(c, await askAssistant(c, "removeChat", (assistant, who) => assistant.removeChat(who, chatId)));
  });

  app.openapi(startRunRoute, async (c) => {
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askAssistant(c, "startRun", (assistant, who) => assistant.startRun(who, write), PATIENT_MS),
      201,
    );
  });
  app.openapi(previewRoute, async (c) => {
    const request = c.req.valid("json");
    return reply(
      c,
      await askAssistant(c, "previewRun", (assistant, who) => assistant.previewRun(who, request), PATIENT_MS),
    );
  });
  app.openapi(runsRoute, async (c) => {
    const { chatId = null, cursor = null, limit } = c.req.valid("query");
    return reply(c, await askAssistant(c, "runs", (assistant, who) => assistant.runs(who, chatId, { cursor, limit })));
  });
  app.openapi(runRoute, async (c) => {
    const { runId } = c.req.valid("param");
    return reply(c, await askAssistant(c, "run", (assistant, who) => assistant.run(who, runId)));
  });
  app.openapi(stopRunRoute, async (c) => {
    const { runId } = c.req.valid("param");
    return reply(c, await askAssistant(c, "stopRun", (assistant, who) => assistant.stopRun(who, runId)));
  });
  app.openapi(retryRunRoute, async (c) => {
    const { runId } = c.req.valid("param");
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askAssistant(c, "retryRun", (assistant, who) => assistant.retryRun(who, runId, write), PATIENT_MS),
      201,
    );
  });

  app.openapi(promptsRoute, async (c) =>
    reply(c, await askAssistant(c, "prompts", (assistant, who) => assistant.prompts(who))),
  );
  app.openapi(newPromptRoute, async (c) => {
    const request = c.req.valid("json");
    return reply(c, await askAssistant(c, "savePrompt", (assistant, who) => assistant.savePrompt(who, null, request)));
  });
  app.openapi(savePromptRoute, async (c) => {
    const { promptId } = c.req.valid("param");
    const request = c.req.valid("json");
    return reply(
      c,
      await askAssistant(c, "savePrompt", (assistant, who) => assistant.savePrompt(who, promptId, request)),
    );
  });
  app.openapi(removePromptRoute, async (c) => {
    const { promptId } = c.req.valid("param");
    return reply(c, await askAssistant(c, "removePrompt", (assistant, who) => assistant.removePrompt(who, promptId)));
  });

  app.openapi(usageRoute, async (c) =>
    reply(c, await askAssistant(c, "usage", (assistant, who) => assistant.usage(who))),
  );
  app.openapi(budgetRoute, async (c) => {
    const request = c.req.valid("json");
    return reply(c, await askAssistant(c, "setBudget", (assistant, who) => assistant.setBudget(who, request)));
  });
}
