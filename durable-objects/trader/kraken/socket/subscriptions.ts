import { BalanceStream } from "../../../../domain/venue/execution-stream-balances.ts";
import type { PrivateChannel } from "../../../../domain/venue/execution-stream-facts.ts";
import { ExecutionStream } from "../../../../domain/venue/execution-stream.ts";
import type { Milliseconds } from "../../../../domain/market.ts";
import { Channel, type ChannelPorts } from "./channel.ts";

/** The two subscriptions of a private socket, each with what its frames add up to. */
export class Subscriptions {
  readonly executions = new ExecutionStream();
  readonly balances = new BalanceStream();
  readonly #channels: Readonly<Record<PrivateChannel, Channel>>;

  constructor(ports: ChannelPorts) {
    this.#channels = {
      executions: new Channel("executions", this.executions, ports),
      balances: new Channel("balances", this.balances, ports),
    };
  }

  get all(): readonly Channel[] {
    return Object.values(this.#channels);
  }

  get isComplete(): boolean {
    return this.all.every((channel) => channel.isComplete);
  }

  get dueAt(): Milliseconds {
    return Math.min(...this.all.map((channel) => channel.dueAt));
  }

  /** Asks for one of them anew. */
  renew(name: PrivateChannel): void {
    this.#channels[name].renew();
  }
}
