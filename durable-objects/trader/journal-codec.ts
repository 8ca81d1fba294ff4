/**
 * Events as journal rows. `data` is the event without its type. A row of an older version is lifted step by step by
 * upcasters before the domain sees it; a row of a newer version means that older code was deployed over newer data, and
 * then guessing would be worse than stopping.
 */
import { EVENT_VERSION, type AccountEvent } from "../../domain/account/events.ts";
import { DEFAULT_RISK } from "../../domain/risk/settings.ts";
import { parseTrusted } from "../lib/trusted-json.ts";

export type EventData = Readonly<Record<string, unknown>>;
/** Turns the data of one version into that of the next; entry 1 lifts version 1 to 2. */
export type Upcasters = Readonly<Record<number, (type: string, data: EventData) => EventData>>;

const UPCASTERS: Upcasters = {
  // Version 2 brought accounts with an exchange key: what is theirs is empty in events of paper accounts.
  1: (type, data) => {
    switch (type) {
      case "order_submitted":
        return {
          triggerPrice: null,
          trailingPercent: null,
          conditionalClose: null,
          deadline: null,
          waitsFor: [],
          ...data,
        };
      case "order_opened":
        return { venueOrderId: null, ...data };
      case "order_amended":
        return { triggerPrice: null, ...data };
      case "fill_booked":
        return { executionId: null, ...data };
      case "cancel_requested":
        return { reason: "Cancelled by you.", ...data };
      default:
        return data;
    }
  },
  // Version 3 brought the risk engine: the rules that older limits did not know take their defaults.
  2: (type, data) => {
    switch (type) {
      case "account_opened":
        return { ...data, limits: completed(data.limits) };
      case "settings_changed":
        return data.limits === null ? data : { ...data, limits: completed(data.limits) };
      default:
        return data;
    }
  },
};

function completed(limits: unknown): unknown {
  return typeof limits === "object" && limits !== null ? { ...DEFAULT_RISK, ...limits } : DEFAULT_RISK;
}

export function encodeEvent(event: AccountEvent): { readonly version: number; readonly data: string } {
  const { type: _, ...data } = event;
  return { version: EVENT_VERSION, data: JSON.stringify(data) };
}

export function decodeEvent(row: {
  readonly type: string;
  readonly version: number;
  readonly data: string;
}): AccountEvent {
  const data = liftEvent(row.type, parseTrusted<EventData>(row.data), row.version, EVENT_VERSION, UPCASTERS);
  return parseTrusted<AccountEvent>(JSON.stringify({ type: row.type, ...data }));
}

/** The data of an event at version `to`. Throws when there is no way there. */
export function liftEvent(type: string, data: EventData, from: number, to: number, upcasters: Upcasters): EventData {
  if (from > to) {
    throw new Error(`${type} is of version ${from}, this code knows ${to}`);
  }
  let lifted = data;
  for (let version = from; version < to; version += 1) {
    const upcaster = upcasters[version];
    if (upcaster === undefined) {
      throw new Error(`nothing lifts ${type} from version ${version}`);
    }
    lifted = upcaster(type, lifted);
  }
  return lifted;
}
