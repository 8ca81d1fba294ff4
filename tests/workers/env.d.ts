declare namespace Cloudflare {
  interface Env {
    /** The D1 migrations, applied before each test file by apply-migrations.ts. */
    TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}
