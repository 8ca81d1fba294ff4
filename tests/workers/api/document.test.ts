import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { createApp } from "../../../worker/app.ts";
import { browser, ORIGIN } from "./client.ts";

type Operation = {
  tags?: string[];
  summary?: string;
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
};
type Document = {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, object>; schemas?: Record<string, object> };
};

async function readDocument(): Promise<Document> {
  const response = await browser().get("/api/openapi.json");
  expect(response.status).toBe(200);
  return response.json<Document>();
}

describe("/api/openapi.json", () => {
  it("has every route of the application, and no other", async () => {
    const document = await readDocument();
    const served = createApp()
      .routes.filter((route) => route.method !== "ALL" && route.path.startsWith("/api/"))
      .map((route) => `${route.method} ${route.path.replaceAll(/:(\w+)/g, "{$1}")}`);
    const undocumented = new Set(["GET /api/openapi.json", "GET /api/docs"]);
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const expected = [...new Set(served)].filter((route) => !undocumented.has(route));
    expect(documented.toSorted()).toEqual(expected.toSorted());
    expect(documented.length).toBeGreaterThan(30);
  });

  it("is made once, whoever asks how often", async () => {
    const app = createApp();
    const made = vi.spyOn(app, "getOpenAPI31Document");
    const answers = [];
    for (let asked = 0; asked < 3; asked += 1) {
      const response = await app.fetch(new Request(`${ORIGIN}/api/openapi.json`), env, createExecutionContext());
      answers.push([response.headers.get("content-type"), await response.text()]);
    }
    expect(made).toHaveBeenCalledTimes(1);
    expect(new Set(answers.map(String)).size).toBe(1);
    expect(answers[0]?.[0]).toBe("application/json");
    expect(answers[0]?.[1]).toContain('"openapi":"3.1.0"');
  });

  it("is a sound OpenAPI 3.1 document", async () => {
    const document = await readDocument();
    expect(document.openapi).toBe("3.1.0");
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+$/);
    const flaws = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        flawsOf(path, operation, document).map((flaw) => `${method} ${path}: ${flaw}`),
      ),
    );
    expect(flaws).toEqual([]);
  });

  it("gives every reference a target", async () => {
    const document = await readDocument();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? "");
    const dangling = references.filter(
      (reference) =>
        reference.split("/").reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document) ===
        undefined,
    );
    expect(dangling).toEqual([]);
  });

  it("tells decimals from numbers and required fields from others", async () => {
    const document = await readDocument();
    const place = document.paths["/api/accounts/{accountId}/orders"]?.["post"]?.requestBody;
    const schema = place?.content["application/json"]?.schema;
    expect(schema).toMatchObject({
      type: "object",
      required: ["symbol", "side", "type"],
      additionalProperties: false,
      properties: { quantity: { type: "string" }, side: { enum: ["buy", "sell"] } },
    });
  });
});

describe("/api/docs", () => {
  it("shows every route and runs no script", async () => {
    const document = await readDocument();
    const response = await browser().get("/api/docs");
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(response.headers.get("content-security-policy")).not.toContain("script-src");
    const page = await response.text();
    expect(page).not.toContain("<script");
    expect(page).not.toMatch(/(?:src|href)="https?:/);
    for (const path of Object.keys(document.paths)) {
      expect(page).toContain(path);
    }
    expect(page).toContain("idempotency-key");
    expect(page).toContain("timeInForce?: ");
  });
});

function flawsOf(path: string, operation: Operation, document: Document): string[] {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).join();
  const inPath = (operation.parameters ?? []).filter((one) => one.in === "path");
  const schemes = (operation.security ?? []).flatMap((one) => Object.keys(one));
  const checks: [string, boolean][] = [
    ["has one tag", operation.tags?.length === 1],
    ["has a summary", /\w/.test(operation.summary ?? "")],
    ["declares its path parameters", inPath.map((one) => one.name).join() === named],
    ["requires its path parameters", inPath.every((one) => one.required === true)],
    ["has one success", Object.keys(operation.responses).filter((status) => status.startsWith("2")).length === 1],
    ["shows refusals", operation.responses["default"]?.content?.["application/json"]?.schema !== undefined],
    ["names known security schemes", schemes.every((scheme) => scheme in document.components.securitySchemes)],
  ];
  return checks.filter(([, holds]) => !holds).map(([name]) => `not: ${name}`);
}
