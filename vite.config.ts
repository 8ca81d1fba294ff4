import { cloudflare } from "@cloudflare/vite-plugin";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

// Request.cf is not worth a network call on a machine that may have none.
process.env.CLOUDFLARE_CF_FETCH_ENABLED ??= "false";

// Set by the scripts: where `vite dev` keeps D1 and the Durable Objects, which variables it overrides, where a build goes.
const stateFolder = process.env.TRADEWITHAI_STATE;
const variables = process.env.TRADEWITHAI_VARIABLES;
const outDir = process.env.TRADEWITHAI_OUT_DIR ?? "dist";

export default defineConfig({
  root: "web",
  envDir: false,
  build: {
    outDir: `../${outDir}`,
    emptyOutDir: true,
    target: "es2022",
  },
  server: { host: "127.0.0.1", port: Number(process.env.PORT ?? 8787), strictPort: true },
  plugins: [
    solid(),
    tailwindcss(),
    cloudflare({
      configPath: "../wrangler.toml",
      remoteBindings: false,
      ...(stateFolder === undefined ? {} : { persistState: { path: stateFolder } }),
      config: (worker) => {
        if (variables !== undefined) {
          Object.assign(worker.vars ?? {}, JSON.parse(variables));
        }
      },
    }),
  ],
});
