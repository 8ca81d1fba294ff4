import type { AccountBook } from "../engine/account-book.ts";
import type { Account } from "../engine/accounts.ts";
import type { OrderDesk } from "../engine/order-desk.ts";
import type { ApiKey, KeyRing, Permission } from "../keys.ts";
import type { Answer } from "./envelope.ts";
import type { PrivateRequest } from "./private-request.ts";
import type { PublicContext } from "./public.ts";

export interface PrivateContext extends PublicContext {
  readonly keys: KeyRing;
  readonly book: AccountBook;
  readonly desk: OrderDesk;
  /** How far reads of orders lag behind what was accepted, in microseconds (PROTOCOL §2.5). */
  readonly readLag: () => number;
}

/** Who calls, and with what. */
export interface Call {
  readonly context: PrivateContext;
  readonly account: Account;
  readonly key: ApiKey;
  readonly request: PrivateRequest;
}

export interface PrivateEndpoint {
  /** Cost in the REST counter (PROTOCOL §3.1). */
  readonly cost: number | ((context: PrivateContext) => number);
  readonly permissions: readonly Permission[];
  readonly answer: (call: Call) => Answer;
}
