import { defineConfig } from "drizzle-kit";

/** D1 only. The Durable Objects' SQLite tables are migrated by their own code, beside each object. */
export default defineConfig({
  dialect: "sqlite",
  schema: "./migrations/schema/*.ts",
  out: "./migrations",
});
