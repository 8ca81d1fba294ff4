/** Providers and models as one user has them: the table of the domain, their own endpoints and models, their keys. */
import type {
  AddProviderRequest,
  ChangeProviderRequest,
  ModelView,
  OwnModel,
  ProviderListView,
  ProviderView,
} from "../../contract/assistant.ts";
import {
  MODELS,
  priceAt,
  PROVIDERS,
  RULES_LABEL,
  type Model,
  type Provider,
  type TokenPrice,
} from "../../domain/assistant/providers.ts";
import { ok, refuse, type Result } from "../../domain/problem.ts";
import { parseTrusted } from "../lib/trusted-json.ts";
import type { ModelKeys } from "./keys/model-keys.ts";
import type { EndpointDefinition, Library } from "./storage/library.ts";
import { addressFault, type Environment } from "./wire/addresses.ts";

/** A model that a run may use, with what is needed to ask it. */
export type Choice = {
  readonly provider: ProviderView;
  readonly model: ModelView;
  /** Null: not known, and then nothing is charged to any budget. */
  readonly price: TokenPrice | null;
  readonly schemaFamily: Provider["schemaFamily"];
};

export type CatalogDependencies = {
  readonly library: Library;
  readonly keys: ModelKeys;
  readonly environment: Environment;
  /** Addresses that stand in for those of known providers. */
  readonly baseUrls: ReadonlyMap<string, string>;
  readonly hasWorkersAi: boolean;
  readonly now: () => number;
  readonly newId: () => string;
};

export const RULES_PROVIDER = "rules";
export const WORKERS_AI_PROVIDER = "workers-ai";
/** Stands in the table for endpoints that users add; by itself it is none. */
const TEMPLATE = "custom";
const MAXIMUM_ENDPOINTS = 20;

export class Catalog {
  readonly #dependencies: CatalogDependencies;

  constructor(dependencies: CatalogDependencies) {
    this.#dependencies = dependencies;
  }

  list(): ProviderListView {
    const providers = this.#providers();
    return { providers, preferred: this.#preferred(providers) };
  }

  /** NOT_FOUND for what is not in the list, MODEL_NOT_READY where something is missing. */
  choose(providerId: string, modelId: string): Result<Choice> {
    const provider = this.#providers().find(({ id }) => id === providerId);
    const model = provider?.models.find(({ id }) => id === modelId);
    if (provider === undefined || model === undefined) {
      return refuse("NOT_FOUND", "There is no such model in your list.");
    }
    if (!provider.ready) {
      return refuse("MODEL_NOT_READY", provider.reason ?? `${provider.name} is not ready.`);
    }
    const { price } = model;
    const schemaFamily = PROVIDERS.find(({ id }) => id === providerId)?.schemaFamily ?? "none";
    return ok({ provider, model, price, schemaFamily });
  }

  provider(providerId: string): ProviderView | null {
    return this.#providers().find(({ id }) => id === providerId) ?? null;
  }

  /** The model that the picker starts with next time. */
  prefer(providerId: string, modelId: string): void {
    this.#dependencies.library.setMeta("preferred", JSON.stringify([providerId, modelId]));
  }

  add(request: AddProviderRequest): Result<ProviderListView> {
    const { library, environment, newId, now } = this.#dependencies;
    const fault = addressFault(request.baseUrl, environment);
    if (fault !== null) {
      return refuse("ENDPOINT_REFUSED", fault, { baseUrl: fault });
    }
    if (library.endpoints().size >= MAXIMUM_ENDPOINTS) {
      return refuse("ASSISTANT_LIMIT", `At most ${MAXIMUM_ENDPOINTS} endpoints can be added. Remove one first.`, {
        limit: String(MAXIMUM_ENDPOINTS),
      });
    }
    library.saveEndpoint(`own-${newId()}`, { ...request, baseUrl: trimmed(request.baseUrl) }, now());
    return ok(this.list());
  }

  /** A changed address takes its key away: it was entered for the other one. */
  change(providerId: string, request: ChangeProviderRequest): Result<ProviderListView> {
    const { library, environment, keys, now } = this.#dependencies;
    const known = PROVIDERS.find(({ id }) => id === providerId && id !== TEMPLATE && id !== RULES_PROVIDER);
    const before = library.endpoints().get(providerId);
    if (before === undefined && known === undefined) {
      return refuse("NOT_FOUND", "There is no such provider in your list.");
    }
    if (known !== undefined) {
      const others = [request.name, request.baseUrl, request.needsKey].some((field) => field !== undefined);
      if (others) {
        return refuse("CONFLICT", `${known.name} is built in: only models can be added to it.`);
      }
      const models = request.models ?? before?.models ?? [];
      library.saveEndpoint(providerId, { name: null, baseUrl: null, needsKey: known.needsKey, models }, now());
      return ok(this.list());
    }
    const fault = request.baseUrl === undefined ? null : addressFault(request.baseUrl, environment);
    if (fault !== null) {
      return refuse("ENDPOINT_REFUSED", fault, { baseUrl: fault });
    }
    const baseUrl = request.baseUrl === undefined ? (before?.baseUrl ?? "") : trimmed(request.baseUrl);
    if (baseUrl !== before?.baseUrl) {
      keys.remove(providerId);
    }
    const definition: EndpointDefinition = {
      name: request.name ?? before?.name ?? "",
      baseUrl,
      needsKey: request.needsKey ?? before?.needsKey ?? true,
      models: request.models ?? before?.models ?? [],
    };
    library.saveEndpoint(providerId, definition, now());
    return ok(this.list());
  }

  remove(providerId: string): Result<ProviderListView> {
    const { library, keys } = this.#dependencies;
    const definition = library.endpoints().get(providerId);
    if (definition?.baseUrl === undefined || definition.baseUrl === null) {
      return refuse("NOT_FOUND", "There is no such endpoint of your own.");
    }
    keys.remove(providerId);
    library.removeEndpoint(providerId);
    return ok(this.list());
  }

  #providers(): ProviderView[] {
    const { library, hasWorkersAi } = this.#dependencies;
    const endpoints = library.endpoints();
    const known = PROVIDERS.filter(({ id }) => id !== TEMPLATE && (id !== WORKERS_AI_PROVIDER || hasWorkersAi)).map(
      (provider) => this.#known(provider, endpoints.get(provider.id)?.models ?? []),
    );
    const own = [...endpoints].flatMap(([id, definition]) =>
      definition.baseUrl === null ? [] : [this.#own(id, definition, definition.baseUrl)],
    );
    return [...known, ...own];
  }

  #known(provider: Provider, added: readonly OwnModel[]): ProviderView {
    const { keys, baseUrls, now } = this.#dependencies;
    const { id, name, needsKey } = provider;
    const missing = needsKey && !keys.has(id);
    const listed = MODELS.filter((model) => model.provider === id && !added.some((own) => own.id === model.id));
    return {
      id,
      name,
      kind: id === RULES_PROVIDER ? "rules" : id === WORKERS_AI_PROVIDER ? "workers_ai" : "compatible",
      baseUrl: baseUrls.get(id) ?? provider.baseUrl,
      needsKey,
      ready: !missing,
      reason: missing ? noKey(name) : null,
      notice: id === RULES_PROVIDER ? RULES_LABEL : null,
      credential: keys.view(id),
      models: [...listed.map((model) => listedModel(model, now())), ...added.map(ownModelView)],
      own: false,
    };
  }

  #own(id: string, definition: EndpointDefinition, baseUrl: string): ProviderView {
    const { keys, environment } = this.#dependencies;
    const name = definition.name ?? baseUrl;
    const missing = definition.needsKey && !keys.has(id);
    // What was accepted here may have been entered on another kind of installation.
    const fault = addressFault(baseUrl, environment);
    return {
      id,
      name,
      kind: "compatible",
      baseUrl,
      needsKey: definition.needsKey,
      ready: !missing && fault === null,
      reason: fault ?? (missing ? noKey(name) : null),
      notice: null,
      credential: keys.view(id),
      models: definition.models.map(ownModelView),
      own: true,
    };
  }

  #preferred(providers: readonly ProviderView[]): ProviderListView["preferred"] {
    const stored = this.#dependencies.library.meta("preferred");
    const [providerId, modelId] = stored === null ? [] : parseTrusted<readonly string[]>(stored);
    const last = providers.find((provider) => provider.id === providerId && provider.ready);
    const model = last?.models.find(({ id }) => id === modelId);
    return last !== undefined && model !== undefined
      ? { providerId: last.id, modelId: model.id }
      : { providerId: RULES_PROVIDER, modelId: RULES_PROVIDER };
  }
}

function listedModel(model: Model, now: number): ModelView {
  const { id, name, contextTokens, maximumOutputTokens, supports, timeoutSeconds, priceNote } = model;
  const { structuredOutput, tools, streamingUsage } = supports;
  return {
    id,
    name,
    contextTokens,
    maximumOutputTokens,
    price: { ...priceAt(model, now) },
    ...(priceNote === null ? {} : { priceNote }),
    supports: { structuredOutput, tools, streamingUsage },
    timeoutSeconds,
    own: false,
  };
}

function ownModelView({ name, ...model }: OwnModel): ModelView {
  return { ...model, name: name ?? model.id, own: true };
}

function noKey(name: string): string {
  return `${name} needs a key: enter it in Settings.`;
}

function trimmed(address: string): string {
  return address.replace(/\/+$/, "");
}
