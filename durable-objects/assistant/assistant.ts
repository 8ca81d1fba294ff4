/** The owner of one user's chats, runs and proposals. It has no authority: orders are placed by the Trader alone. */
import { DurableObject } from "cloudflare:workers";

export class Assistant extends DurableObject<Env> {}
