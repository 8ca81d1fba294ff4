import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { historyState } from "../../../contract/auth.ts";
import {
  chat as chatSchema,
  executedProposal,
  proposalView,
  providerList,
  run as runSchema,
  runPreview,
} from "../../../contract/assistant.ts";
import { addEndpoint, BASE, connect, ended, mockUrl, newDesk, start, textOf, waitFor, type Desk } from "./support.ts";

describe("a first start without any key", () => {
  it("offers the rules analyst, labelled as no language model, and says what the others need", async () => {
    const { client } = await newDesk();
    const { providers, preferred } = providerList.parse(await (await client.get(`${BASE}/providers`)).json());
    expect(preferred).toEqual({ providerId: "rules", modelId: "rules" });
    expect(providers[0]).toMatchObject({ id: "rules", ready: true, notice: "rules, not a language model" });
    expect(providers.find(({ id }) => id === "openai")).toMatchObject({
      ready: false,
      reason: expect.stringMatching(/key/),
    });
    const noted = providers.find(({ id }) => id === "deepseek")?.models.find(({ own }) => !own);
    expect(noted?.priceNote).toMatch(/peak hours/);
  });

  it("streams the analyst's answer from the figures of the simulated market", async () => {
    const desk = await newDesk();
    const socket = await connect(desk);
    socket.resume();
    const { id } = await start(desk, "rules", "What should I do with BTC?");
    await socket.waitFor("end", (frame) => frame.type === "end" && frame.runId === id);
    const { run, snapshot } = await ended(desk, id);
    expect(run).toMatchObject({ status: "finished", notice: "rules, not a language model" });
    expect(run.text).toContain("BTC/USD");
    expect(textOf(socket.frames, id)).toBe(run.text);
    expect(socket.frames.filter((frame) => frame.type === "delta").length).toBeGreaterThan(1);
    expect(snapshot?.text).toContain('"symbol":"BTC/USD"');
    expect(snapshot?.hash).toBe(run.snapshotHash);
  });

  it("tells a model that the account is halted, and the analyst proposes no entry then", async () => {
    const desk = await newDesk();
    expect((await desk.client.write("POST", "/api/stop", { mode: "keep" })).status).toBe(200);
    const { snapshot, proposals } = await ended(desk, (await start(desk, "rules", "What should I do with BTC?")).id);
    expect(snapshot?.text).toMatch(/"halts": \[\n\{"kind":"stopped","reason":"[^"]+","endsAt":null\}/);
    expect(proposals.filter(({ trade }) => trade.action === "buy")).toEqual([]);
  });
});

describe("the preview of a run", () => {
  const preview = async (desk: Desk, wish: object) => {
    const basis = { accountId: desk.accountId, chatId: desk.chatId, symbols: ["BTC/USD"] };
    return desk.client.write("POST", `${BASE}/runs/preview`, { ...basis, ...wish });
  };
  /** Each run has marks of its own around what comes from outside. */
  const unmarked = (messages: readonly { readonly content: string }[]) =>
    messages.map((message) => ({ ...message, content: message.content.replaceAll(/DATA [0-9a-f]{12}/g, "DATA") }));

  it("is message for message what the run then sends: prompt, conversation, attachments, no context when it is off", async () => {
    const desk = await newDesk();
    const model = { providerId: await addEndpoint(desk, mockUrl()), modelId: "mock-1" };
    await ended(desk, (await start(desk, model.providerId, "First [prose]")).id);
    const asked = { withContext: false, attachments: [{ source: "news", text: "Kraken lists a coin." }] };
    const shown = runPreview.parse(await (await preview(desk, { ...model, ...asked, prompt: "Now? [prose]" })).json());
    const { messages } = await ended(desk, (await start(desk, model.providerId, "Now? [prose]", asked)).id);
    expect(unmarked(shown.messages)).toEqual(unmarked(messages));
    const text = shown.messages.map(({ content }) => content).join("");
    expect(shown.characters).toBe(text.length);
    expect(text).toContain("First [prose]");
    expect(text).toContain("Kraken lists a coin.");
    expect(text).not.toContain('"symbol":"BTC/USD"');
  });

  it("and a question that is asked again is the same one: with what was said before it, without its own answer", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    const ask = async (prompt: string) => ended(desk, (await start(desk, endpoint, prompt, { withContext: false })).id);
    await ask("First [prose]");
    const second = await ask("Second [prose]");
    await ask("Third [prose]");
    const again = await desk.client.write("POST", `${BASE}/runs/${second.run.id}/retry`, {});
    const { messages } = await ended(desk, runSchema.parse(await again.json()).id);
    expect(unmarked(messages)).toEqual(unmarked(second.messages));
    const text = messages.map(({ content }) => content).join("");
    expect(text).toContain("First [prose]");
    expect(text).not.toContain("Third [prose]");
  });

  it("sends account and market where they are on, and refuses as the run would", async () => {
    const desk = await newDesk();
    const model = { providerId: "rules", modelId: "rules" };
    const shown = runPreview.parse(await (await preview(desk, model)).json());
    expect(shown.messages.at(-1)?.content).toContain('"symbol":"BTC/USD"');
    expect((await preview(desk, { ...model, withContext: false })).status).toBe(422);
    expect((await preview(desk, { ...model, promptId: "gone" })).status).toBe(404);
  });
});

describe("the copy in the history database", () => {
  const copied = async (traderId: string) => {
    const table = async (name: string) =>
      (await env.DB.prepare(`SELECT * FROM ${name} WHERE trader_id = ? ORDER BY 1`).bind(traderId).all()).results.map(
        ({ version: _version, ...row }) => row,
      );
    return {
      runs: await table("assistant_runs"),
      proposals: await table("assistant_proposals"),
      usage: await table("assistant_usage"),
    };
  };
  const inOutbox = async (traderId: string, change: string | null = null) =>
    runInDurableObject(env.ASSISTANT.getByName(traderId), (_instance, { storage }) => {
      if (change !== null) {
        storage.sql.exec(change);
      }
      return storage.sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM outbox").one().n;
    });

  it("is rebuilt whole on request, with what a deleted chat has cost; what was parked is shown until then", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    await ended(desk, (await start(desk, endpoint, "Gone [prose]")).id);
    await desk.client.send("DELETE", `${BASE}/chats/${desk.chatId}`);
    const chatId = chatSchema.parse(await (await desk.client.post(`${BASE}/chats`, {})).json()).id;
    const { run } = await ended(desk, (await start({ ...desk, chatId }, endpoint, "Please [buy]")).id);
    const traderId = await waitFor("the copy", async () =>
      env.DB.prepare("SELECT trader_id FROM assistant_runs WHERE id = ?").bind(run.id).first<string>("trader_id"),
    );
    await waitFor("all was sent", async () => ((await inOutbox(traderId)) === 0 ? true : null));
    const before = await copied(traderId);
    expect([before.runs.length, before.proposals.length, before.usage.length]).toEqual([1, 1, 2]);

    for (const table of ["assistant_runs", "assistant_proposals", "assistant_usage"]) {
      await env.DB.prepare(`DELETE FROM ${table} WHERE trader_id = ?`).bind(traderId).run();
    }
    await inOutbox(traderId, "INSERT INTO outbox (subject, kind, version, parked) VALUES ('run x', 'run', 1, 'why')");
    const state = async () => historyState.parse(await (await desk.client.get("/api/me/history")).json());
    expect(await state()).toEqual({ parkedRows: 1 });
    expect((await desk.client.post("/api/me/rebuild-history")).status).toBe(200);
    expect(await state()).toEqual({ parkedRows: 0 });
    await waitFor("all is sent again", async () => ((await inOutbox(traderId)) === 0 ? true : null));
    expect(await copied(traderId)).toEqual(before);
  });
});

describe("a run over the wire", () => {
  it("streams, is charged by the usage that the provider tells, and becomes one order at a click", async () => {
    const desk = await newDesk();
    const endpoint = await addEndpoint(desk, mockUrl());
    const { id } = await start(desk, endpoint, "Please [buy]");
    const { run, proposals, rawReply, messages } = await ended(desk, id);
    expect(run).toMatchObject({ status: "finished", outcome: { kind: "proposals" }, text: "Buying a little is fine." });
    expect(rawReply?.text).toContain('"action":"buy"');
    expect(messages[0]?.role).toBe("system");
    expect(messages.at(-1)?.content).toContain("Please [buy]");
    expect(run.usage).toMatchObject({ estimated: false });
    expect(run.usage?.inputTokens).toBeGreaterThan(0);
    const [proposal] = proposals;
    expect(proposal).toMatchObject({
      status: "open",
      obstacle: null,
      contradicted: false,
      trade: { action: "buy", quantity: "0.001" },
      request: { symbol: "BTC/USD", side: "buy", type: "market", quantity: "0.001" },
    });
    const key = crypto.randomUUID();
    const path = `${BASE}/proposals/${proposal?.id ?? ""}/execute`;
    const [first, second] = await Promise.all([
      desk.client.write("POST", path, {}, key),
      desk.client.write("POST", path, {}, key),
    ]);
    const placed = executedProposal.parse(await first.json());
    const again = executedProposal.parse(await second.json());
    expect(again.placed.order.id).toBe(placed.placed.order.id);
    expect(placed.placed.order).toMatchObject({
      origin: "assistant",
      provenance: { runId: id, proposalId: proposal?.id, providerId: endpoint, modelId: "mock-1", edited: false },
    });
    expect(placed.placed.fills[0]).toMatchObject({ origin: "assistant", provenance: { runId: id } });
    const shown = await waitFor("the proposal follows its order", async () => {
      const view = proposalView.parse(await (await desk.client.get(path.replace("/execute", ""))).json());
      return view.orderStatus === "filled" ? view : null;
    });
    expect(shown).toMatchObject({ status: "placed", filledQuantity: "0.001" });
  });
});
