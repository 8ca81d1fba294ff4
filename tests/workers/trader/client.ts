import { traderServerFrame, type TraderServerFrame } from "../../../contract/trader-socket.ts";
import { SOCKET_PRINCIPAL_HEADER, type Principal } from "../../../durable-objects/trader/port.ts";
import { eventually, type TestTrader } from "./support.ts";

export type Client = {
  readonly socket: WebSocket;
  /** Every frame so far, checked against the contract. */
  readonly frames: TraderServerFrame[];
  readonly texts: string[];
  readonly closes: { readonly code: number; readonly reason: string }[];
  resume(epoch: string | null, seq: number): void;
  /** Frames of one type, once there are `count` of them. */
  waitFor<T extends TraderServerFrame["type"]>(
    type: T,
    count?: number,
  ): Promise<readonly Extract<TraderServerFrame, { type: T }>[]>;
  closeCode(): Promise<number>;
};

export async function upgrade(trader: TestTrader, principal: Principal = trader.principal): Promise<Response> {
  return trader.stub().fetch(
    new Request("https://desk/ws/trader", {
      headers: { upgrade: "websocket", [SOCKET_PRINCIPAL_HEADER]: JSON.stringify(principal) },
    }),
  );
}

export async function connect(trader: TestTrader, principal?: Principal): Promise<Client> {
  const { webSocket } = await upgrade(trader, principal);
  if (webSocket === null) {
    throw new Error("the upgrade was refused");
  }
  const frames: TraderServerFrame[] = [];
  const texts: string[] = [];
  const closes: { code: number; reason: string }[] = [];
  webSocket.addEventListener("message", (event) => {
    const text = String(event.data);
    texts.push(text);
    if (text !== "pong") {
      frames.push(traderServerFrame.parse(JSON.parse(text)));
    }
  });
  webSocket.addEventListener("close", (event) => {
    closes.push({ code: event.code, reason: event.reason });
  });
  webSocket.accept();
  return {
    socket: webSocket,
    frames,
    texts,
    closes,
    resume: (epoch, seq) => {
      webSocket.send(JSON.stringify({ type: "resume", epoch, seq }));
    },
    waitFor: async <T extends TraderServerFrame["type"]>(type: T, count = 1) => {
      const ofType = () =>
        frames.filter((frame): frame is Extract<TraderServerFrame, { type: T }> => frame.type === type);
      await eventually(`${count} × ${type}`, () => ofType().length >= count);
      return ofType();
    },
    closeCode: async () => {
      await eventually("the socket is closed", () => closes.length > 0);
      return closes[0]?.code ?? 0;
    },
  };
}
