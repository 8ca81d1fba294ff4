/** /api/assistant/proposals: what models proposed and what the trader did with it. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import {
  executedProposal,
  executeProposalRequest,
  proposalPage,
  proposalQuery,
  proposalView,
  rejectProposalRequest,
  shadowList,
} from "../../contract/assistant.ts";
import { requireVisitor } from "../auth/require-visitor.ts";
import type { AppEnv } from "../context.ts";
import { requireIdempotencyKey, writeOf } from "../http/idempotency.ts";
import { reply } from "../http/problem.ts";
import { answers, body, id, SIGNED_IN, writeHeaders } from "../http/route.ts";
import { askAssistant, PATIENT_MS } from "./ask-assistant.ts";

const base = "/api/assistant/proposals";
const tags = ["Assistant"];
const plain = { tags, security: SIGNED_IN, middleware: [requireVisitor] };
const proposalParams = z.object({ proposalId: id });

const listRoute = createRoute({
  ...plain,
  method: "get",
  path: base,
  summary: "Proposals, newest first",
  request: { query: proposalQuery },
  responses: answers(proposalPage, "A page of proposals"),
});
const readRoute = createRoute({
  ...plain,
  method: "get",
  path: `${base}/{proposalId}`,
  summary: "One proposal, with the order that it would become or became",
  request: { params: proposalParams },
  responses: answers(proposalView, "The proposal"),
});
const executeRoute = createRoute({
  tags,
  security: SIGNED_IN,
  middleware: [requireVisitor, requireIdempotencyKey],
  method: "post",
  path: `${base}/{proposalId}/execute`,
  summary: "Place the order of a proposal, once; shelf life and drift are checked now",
  request: { params: proposalParams, headers: writeHeaders, body: body(executeProposalRequest) },
  responses: answers(executedProposal, "The proposal and its order"),
});
const rejectRoute = createRoute({
  ...plain,
  method: "post",
  path: `${base}/{proposalId}/reject`,
  summary: "Reject a proposal, with a reason if there is one",
  request: { params: proposalParams, body: body(rejectProposalRequest) },
  responses: answers(proposalView, "The proposal"),
});

const shadowsRoute = createRoute({
  ...plain,
  method: "get",
  path: "/api/assistant/shadows",
  summary: "The paper account of each model, in which all its proposals are carried out",
  responses: answers(shadowList, "What they are worth now"),
});

export function addAssistantProposalRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(shadowsRoute, async (c) =>
    reply(c, await askAssistant(c, "shadows", (assistant, who) => assistant.shadows(who), PATIENT_MS)),
  );
  app.openapi(listRoute, async (c) => {
    const { accountId = null, runId = null, status = null, cursor = null, limit } = c.req.valid("query");
    const filter = { accountId, runId, status };
    return reply(
      c,
      await askAssistant(c, "proposals", (assistant, who) => assistant.proposals(who, filter, { cursor, limit })),
    );
  });
  app.openapi(readRoute, async (c) => {
    const { proposalId } = c.req.valid("param");
    return reply(c, await askAssistant(c, "proposal", (assistant, who) => assistant.proposal(who, proposalId)));
  });
  app.openapi(executeRoute, async (c) => {
    const { proposalId } = c.req.valid("param");
    const write = writeOf(c, c.req.valid("json"));
    return reply(
      c,
      await askAssistant(
        c,
        "executeProposal",
        (assistant, who) => assistant.executeProposal(who, proposalId, write),
        PATIENT_MS,
      ),
    );
  });
  app.openapi(rejectRoute, async (c) => {
    const { proposalId } = c.req.valid("param");
    const { reason = null } = c.req.valid("json");
    return reply(
      c,
      await askAssistant(c, "rejectProposal", (assistant, who) => assistant.rejectProposal(who, proposalId, reason)),
    );
  });
}
