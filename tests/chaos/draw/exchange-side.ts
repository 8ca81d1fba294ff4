/** What happens at the exchange without the desk: transfers, orders by hand, restatements, trouble with the key, moving prices. */
import { decimal, multiply, roundToStep, ZERO } from "../../../domain/decimal.ts";
import { tradingPermissions } from "../../../exchange-sim/keys.ts";
import { formatTrimmed } from "../../../exchange-sim/units.ts";
import type { Surroundings } from "../surroundings.ts";
import { short, SYMBOLS } from "../venue.ts";

export function transfer({ random, exchange, story }: Surroundings): void {
  const [asset, amount] = random.integer(2) === 0 ? ["USD", "350.25"] : ["BTC", "0.0123"];
  const out = random.integer(3) === 0;
  if (exchange.deposit(asset, out ? `-${amount}` : amount)) {
    story.tell(`${out ? "withdrawal" : "deposit"} of ${amount} ${asset} at the exchange`);
  }
}

/** An order that the user makes at the exchange itself. */
export function orderByHand({ random, exchange, story }: Surroundings): void {
  const { venue, account } = exchange;
  const side = random.integer(2) === 0 ? "buy" : "sell";
  const pair = venue.engine.markets.get("BTC/USD")?.pair;
  const rests = random.integer(2) === 0;
  if (pair === undefined) {
    return;
  }
  const price = exchange.view("BTC/USD", true).quote.mark ?? ZERO;
  const limit = roundToStep(multiply(price, decimal(side === "buy" ? "0.998" : "1.002")), decimal("0.1"), "down");
  const nothing = undefined;
  const added = venue.engine.turn(() =>
    venue.desk.add(
      account,
      {
        pair,
        side,
        type: rests ? "limit" : "market",
        volume: "0.003",
        price: rests ? limit : nothing,
        price2: nothing,
        trigger: nothing,
        timeInForce: nothing,
        startAt: nothing,
        expireAt: nothing,
        flags: ["fciq"],
        selfTrade: nothing,
        close: nothing,
        userref: nothing,
        clientOrderId: nothing,
        leverage: nothing,
        reduceOnly: false,
      },
      false,
    ),
  );
  story.tell(
    `by hand: ${side} 0.003 BTC/USD${rests ? ` at ${limit}` : ""} → ${"error" in added ? added.error : "taken"}`,
  );
}

/** The user cancels at the exchange what was made there. What turns up after it was taken for absent the desk cancels. */
export function cancelByHand({ exchange: { venue, account } }: Surroundings): void {
  for (const order of Array.from(account.live.values())) {
    if (order.terms.clientOrderId === undefined) {
      venue.engine.turn(() => venue.desk.cancel(account, { id: order.id }));
    }
  }
}

/** The exchange changes an order of ours by itself. */
export function restate({ exchange, story }: Surroundings): void {
  const { venue, account } = exchange;
  const order = [...account.live.values()].find(
    ({ terms }) => terms.type === "limit" && terms.clientOrderId !== undefined,
  );
  if (order !== undefined) {
    const rest = (order.terms.quantity - order.filled) / 2n + order.filled;
    const quantity = formatTrimmed(rest, order.terms.pair.quantityDecimals);
    const none = undefined;
    const input = { quantity, limitPrice: none, triggerPrice: none, postOnly: none };
    venue.engine.turn(() => venue.desk.amend(account, { id: order.id }, input));
    story.tell(`exchange: restates ${short(order.terms.clientOrderId ?? "")} to ${quantity}`);
  }
}

export function revokeKey({ random, exchange: { key }, story, time }: Surroundings): void {
  key.permissions = random.integer(2) === 0 ? [] : tradingPermissions.filter((each) => each !== "modify-trades");
  story.tell("exchange: the key loses permissions");
  time.after(random.integer(20_000), () => {
    key.permissions = tradingPermissions;
    story.tell("exchange: the key has them back");
  });
}

export function movePrices({ random, exchange, story }: Surroundings): void {
  const { engine } = exchange.venue;
  const crowd = engine.crowds.get(SYMBOLS[random.integer(2)] ?? "BTC/USD");
  const factor = 0.985 + random.next() * 0.03;
  if (crowd !== undefined) {
    engine.turn(() => {
      crowd.walkTo(Math.round(crowd.fair * factor), crowd.takerQuantity(), engine.now, false);
    });
    story.tell(`market moves by ${((factor - 1) * 100).toFixed(2)} %`);
  }
}
