/** As assistant/trader-stub.ts, the other way round: the generated type of a stub and the port of its class, brought together once. */
import type { AssistantPort } from "../assistant/port.ts";

/** What a trader may tell its assistant. */
export type ToldAssistant = Pick<AssistantPort, "takeTriggers">;

export function assistantStub(stub: object): ToldAssistant {
  if (!isAssistantStub(stub)) {
    throw new TypeError("not the stub of an assistant");
  }
  return stub;
}

function isAssistantStub(stub: object): stub is ToldAssistant {
  return "fetch" in stub || "takeTriggers" in stub;
}
