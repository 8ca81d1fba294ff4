/** From a choice of the user's to a wire: the address checked once more, the key opened and written down. */
import { analyse, rulesReply } from "../../../domain/assistant/rules-analyst.ts";
import type { Snapshot } from "../../../domain/assistant/snapshot.ts";
import { ok, refuse, type Result } from "../../../domain/problem.ts";
import type { Choice } from "../catalog.ts";
import type { ModelKeys } from "../keys/model-keys.ts";
import type { ModelWire } from "./call.ts";
import { compatibleWire } from "./compatible.ts";
import { rulesWire } from "./rules.ts";
import { workersAiWire, type WorkersAi } from "./workers-ai.ts";

export type WireSources = { readonly keys: ModelKeys; readonly workersAi: WorkersAi | null };

/** What the rules analyst judges; models read it in their messages. */
export type Judged = { readonly snapshot: Snapshot | null; readonly symbols: readonly string[] };

export async function openWire(
  { keys, workersAi }: WireSources,
  { provider, model }: Choice,
  { snapshot, symbols }: Judged,
  purpose: string,
): Promise<Result<ModelWire>> {
  switch (provider.kind) {
    case "rules":
      return ok(
        rulesWire(() => {
          const text =
            snapshot === null
              ? "There is no context to judge."
              : rulesReply(...symbols.map((symbol) => analyse(snapshot, symbol)));
          return { text, finish: "stop" };
        }),
      );
    case "workers_ai":
      return workersAi === null
        ? refuse("MODEL_NOT_READY", "Workers AI is not there in this installation.")
        : ok(workersAiWire(workersAi));
    case "compatible": {
      const key = await keys.open(provider.id, `${purpose} ${model.id}`);
      if (!key.ok) {
        return key;
      }
      if (provider.baseUrl === null || (provider.needsKey && key.value === null)) {
        return refuse("MODEL_NOT_READY", `${provider.name} needs a key: enter it in Settings.`);
      }
      const { name, baseUrl, id } = provider;
      return ok(compatibleWire({ name, baseUrl, key: key.value, isOpenAi: id === "openai" }));
    }
  }
}
