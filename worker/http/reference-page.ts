/**
 * The OpenAPI document as a page for people, rendered here: no script, nothing loaded from elsewhere, so that it works
 * offline and under the strictest policy (docs/adr on why not Scalar).
 */
import { html, raw } from "hono/html";
import { z } from "zod";

const anySchema = z.record(z.string(), z.unknown());
type Schema = z.infer<typeof anySchema>;

const content = z.record(z.string(), z.object({ schema: anySchema.optional() })).optional();
const operation = z.object({
  summary: z.string().optional(),
  tags: z.array(z.string()).default([]),
  security: z.array(z.unknown()).optional(),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.string(),
        required: z.boolean().default(false),
        description: z.string().optional(),
        schema: anySchema.optional(),
      }),
    )
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(z.string(), z.object({ description: z.string(), content })).default({}),
});
type Operation = z.infer<typeof operation>;

const document = z.object({
  info: z.object({ title: z.string(), version: z.string(), description: z.string().optional() }),
  paths: z.record(z.string(), z.record(z.string(), operation)),
});

type Entry = { readonly method: string; readonly path: string; readonly operation: Operation };
type Html = ReturnType<typeof html>;

const STYLES = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 62rem; margin: 0 auto; padding: 2rem 1rem 6rem; }
  nav { columns: 14rem; margin: 1rem 0 2rem; }
  nav a { display: block; text-decoration: none; overflow-wrap: anywhere; }
  h2 { margin-top: 3rem; border-bottom: 1px solid #8886; }
  article { margin: 1.5rem 0; padding: 1rem; border: 1px solid #8886; border-radius: .5rem; }
  article h3 { margin: 0; font: 600 1rem ui-monospace, monospace; overflow-wrap: anywhere; }
  .method { display: inline-block; min-width: 4rem; color: #06c; }
  .delete { color: #c22; } .post { color: #080; } .patch { color: #a60; }
  @media (prefers-color-scheme: dark) { .method { color: #6bf; } .delete { color: #f77; } .post { color: #6d6; } .patch { color: #fb6; } a { color: #9cf; } }
  .note { color: GrayText; }
  pre { overflow-x: auto; padding: .75rem; border-radius: .4rem; background: #8882; font-size: .85rem; }
  table { border-collapse: collapse; } td, th { padding: .2rem 1rem .2rem 0; text-align: left; vertical-align: top; }
`;

/** The page. Takes the document as it is served. */
export function referencePage(served: unknown): Html {
  const { info, paths } = document.parse(served);
  const entries = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, entry]): Entry => ({ method, path, operation: entry })),
  );
  const groups = Map.groupBy(entries, (entry) => entry.operation.tags[0] ?? "Other");
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} API</title>
        <style>
          ${raw(STYLES)}
        </style>
      </head>
      <body>
        <h1>${info.title} API ${info.version}</h1>
        <p>${info.description ?? ""}</p>
        <p><a href="/api/openapi.json">openapi.json</a></p>
        <nav aria-label="Routes">
          ${entries.map((entry) => html`<a href="#${anchor(entry)}">${entry.method.toUpperCase()} ${entry.path}</a>`)}
        </nav>
        <main>
          ${[...groups].map(
            ([tag, group]) =>
              html`<h2>${tag}</h2>
                ${group.map(article)}`,
          )}
        </main>
      </body>
    </html>`;
}

function article(entry: Entry): Html {
  const { method, path, operation: shown } = entry;
  const request = shown.requestBody?.content?.["application/json"]?.schema;
  return html`<article id="${anchor(entry)}">
    <h3><span class="method ${method}">${method.toUpperCase()}</span> ${path}</h3>
    <p>${shown.summary ?? ""}${shown.security === undefined ? "" : html` <span class="note">Signed in.</span>`}</p>
    ${shown.parameters.length === 0 ? "" : parameters(shown)}
    ${
      request === undefined
        ? ""
        : html`<h4>Request</h4>
            <pre>${schemaText(request)}</pre>`
    }
    ${Object.entries(shown.responses).map(([status, response]) => answer(status, response))}
  </article>`;
}

function parameters(shown: Operation): Html {
  return html`<table>
    <thead>
      <tr>
        <th>Parameter</th>
        <th>In</th>
        <th>Value</th>
      </tr>
    </thead>
    <tbody>
      ${shown.parameters.map(
        (one) =>
          html`<tr>
            <td><code>${one.name}</code>${one.required ? "" : "?"}</td>
            <td>${one.in}</td>
            <td>${one.description ?? describedText(one.schema ?? {})}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function answer(status: string, response: Operation["responses"][string]): Html {
  const schema = response.content?.["application/json"]?.schema;
  const isRefusal = status === "default";
  return html`<h4>${isRefusal ? "Otherwise" : status}: ${response.description}</h4>
    ${schema === undefined || isRefusal ? "" : html`<pre>${schemaText(schema)}</pre>`}`;
}

function anchor(entry: Entry): string {
  return `${entry.method}${entry.path}`.replaceAll(/[^\w]+/g, "-");
}

function describedText(schema: Schema): string {
  const { description } = schema;
  return typeof description === "string" ? `${schemaText(schema)}: ${description}` : schemaText(schema);
}

/** A JSON schema as one would write the type by hand. */
export function schemaText(schema: Schema, indent = ""): string {
  const alternatives = list(schema["anyOf"]) ?? list(schema["oneOf"]);
  if (alternatives !== null) {
    return alternatives.map((one) => schemaText(one, indent)).join(" | ");
  }
  const values = z.array(z.unknown()).safeParse(schema["enum"]);
  if (values.success) {
    return values.data.map((value) => JSON.stringify(value)).join(" | ");
  }
  if (schema["const"] !== undefined) {
    return JSON.stringify(schema["const"]);
  }
  const properties = z.record(z.string(), anySchema).safeParse(schema["properties"]);
  if (properties.success) {
    const required = z.array(z.string()).catch([]).parse(schema["required"]);
    const lines = Object.entries(properties.data).map(
      ([name, value]) => `${indent}  ${name}${required.includes(name) ? "" : "?"}: ${schemaText(value, `${indent}  `)}`,
    );
    return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
  }
  return typeText(schema, indent);
}

function typeText(schema: Schema, indent: string): string {
  const items = anySchema.safeParse(schema["items"]);
  if (items.success) {
    const inner = schemaText(items.data, indent);
    return inner.includes(" | ") ? `(${inner})[]` : `${inner}[]`;
  }
  const members = list(schema["prefixItems"]);
  if (members !== null) {
    return `[${members.map((one) => schemaText(one, indent)).join(", ")}]`;
  }
  const record = anySchema.safeParse(schema["additionalProperties"]);
  if (record.success && Object.keys(record.data).length > 0) {
    return `{ [name]: ${schemaText(record.data, indent)} }`;
  }
  const types = z
    .union([z.string().transform((text) => [text]), z.array(z.string())])
    .catch(["any"])
    .parse(schema["type"]);
  return types.join(" | ");
}

function list(value: unknown): Schema[] | null {
  const parsed = z.array(anySchema).safeParse(value);
  return parsed.success ? parsed.data : null;
}
