/// <reference types="vite/types/importMeta.d.ts" />
/** What the page reads an answer with is the very schema that the route answers with. */
import { z } from "zod";
import { afterEach, expect, it, vi } from "vitest";
import { eventList } from "../../../contract/trader-socket.ts";
import { createApp } from "../../../worker/app.ts";

type Route = { readonly method: string; readonly path: RegExp; readonly schema: z.ZodType };

/** Of the calls that do not take whatever is given. */
const ARGUMENTS: Readonly<Record<string, readonly (readonly unknown[])[]>> = {
  fetchCandles: [["BTC/USD", "15m"]],
  cancelExternalOrders: [["x", ["x"], "x"]],
};
/** Without the first argument some take another way: all accounts, a new prompt. */
const ANY = [
  ["x", "x", "x", "x"],
  [null, "x", "x", "x"],
];

const MODULES = import.meta.glob<Record<string, unknown>>("../../../web/src/data/*api.ts", { eager: true });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function routesWithAnswers(): readonly Route[] {
  return createApp().openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") {
      return [];
    }
    const { method, path, responses } = definition.route;
    const [, success] = Object.entries(responses).find(([status]) => status.startsWith("2")) ?? [];
    const content = success !== undefined && "content" in success ? success.content?.["application/json"] : undefined;
    const schema = content !== undefined && "schema" in content ? content.schema : undefined;
    const pattern = new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    // Its events hold any JSON, which is documented as something simpler (worker/routes/accounts.ts).
    const answered = path.endsWith("/events") ? eventList : schema;
    return answered instanceof z.ZodType ? [{ method: method.toUpperCase(), path: pattern, schema: answered }] : [];
  });
}

it("every call of the page reads the answer by the schema of its route", async () => {
  const routes = routesWithAnswers();
  const readBy = new Set<unknown>();
  for (const schema of new Set(routes.map((route) => route.schema))) {
    const read = schema.safeParse.bind(schema);
    vi.spyOn(schema, "safeParse").mockImplementation((...given) => {
      readBy.add(schema);
      return read(...given);
    });
  }
  const asked: string[] = [];
  vi.stubGlobal("fetch", (path: string, { method }: { readonly method: string }) => {
    asked.push(`${method} ${path.replace(/\?.*/, "")}`);
    return Promise.resolve(Response.json({}));
  });
  // An answer that fits no schema is written to the console.
  vi.spyOn(console, "error").mockImplementation(() => undefined);

  const faults: string[] = [];
  let calls = 0;
  for (const [name, call] of Object.values(MODULES).flatMap((module) => Object.entries(module))) {
    for (const given of ARGUMENTS[name] ?? ANY) {
      asked.length = 0;
      readBy.clear();
      await (typeof call === "function" ? Reflect.apply(call, undefined, [...given]) : null);
      const [wish = "nothing"] = asked;
      const fitting = routes.filter(
        ({ method, path }) => path.test(wish.slice(method.length + 1)) && wish.startsWith(method),
      );
      if (!fitting.some(({ schema }) => readBy.has(schema))) {
        faults.push(`${name} asks ${wish} and reads the answer by another schema`);
      }
      calls += 1;
    }
  }
  expect(faults).toEqual([]);
  expect(calls).toBeGreaterThan(120);
});
