/** The sockets of one trader (lib/hibernating-sockets.ts), with the frames of /ws/trader. */
import { traderClientFrame, type TraderClientFrame, type TraderServerFrame } from "../../contract/trader-socket.ts";
import { HibernatingSockets, type SocketDependencies } from "../lib/hibernating-sockets.ts";

export { MAXIMUM_SOCKETS } from "../lib/hibernating-sockets.ts";

type TraderSocketDependencies = Omit<SocketDependencies<TraderClientFrame>, "clientFrame" | "faultFrame">;

export class TraderSockets extends HibernatingSockets<TraderClientFrame> {
  constructor(dependencies: TraderSocketDependencies) {
    super({
      ...dependencies,
      clientFrame: traderClientFrame,
      faultFrame: (error) => ({ type: "error", error }) satisfies TraderServerFrame,
    });
  }
}
