import type { Account, Tier } from "../engine/accounts.ts";
import { movePrice, type MoveMode } from "../engine/movement.ts";
import { volumeDecimals } from "../engine/fees.ts";
import { assetByName, type PairStatus, type SystemStatus } from "../instruments.ts";
import { tradingPermissions, type ApiKey, type Permission } from "../keys.ts";
import { parseUnits } from "../units.ts";
import type { Venue } from "../venue.ts";
import type { SocketServer } from "../ws/server.ts";

export interface KeyWish {
  /** The account the key belongs to; opened when it does not exist. `demo` when absent. */
  readonly account?: string;
  readonly name?: string;
  readonly tier?: Tier;
  /** All that trading needs, without moving money, when absent. */
  readonly permissions?: readonly Permission[];
  /** Adds the permission to withdraw, which a trading bot must refuse. */
  readonly withdraw?: boolean;
  readonly nonceWindow?: number;
  /** Credited to the account: `{USD: "10000"}`. */
  readonly deposits?: Readonly<Record<string, string>>;
}

/** An error that the admin's caller made, as text. */
export class AdminError extends Error {}

/** What an operator of the simulator can do, from a test or over `/admin/*`. */
export class AdminActions {
  readonly #venue: () => Venue;
  readonly #sockets: SocketServer;

  constructor(venue: () => Venue, sockets: SocketServer) {
    this.#venue = venue;
    this.#sockets = sockets;
  }

  /** Makes an API key, and its account if need be. */
  createKey(wish: KeyWish = {}): ApiKey {
    const { engine, book, keys } = this.#venue();
    return engine.turn(() => {
      const id = wish.account ?? "demo";
      const account = book.accounts.get(id) ?? book.open(id, wish.tier ?? "intermediate");
      for (const [asset, amount] of Object.entries(wish.deposits ?? {})) {
        this.#deposit(account, asset, amount);
      }
      const granted = wish.permissions ?? tradingPermissions;
      const permissions: readonly Permission[] = wish.withdraw === true ? [...granted, "withdraw-funds"] : granted;
      const key = keys.create(id, wish.name ?? "demo", permissions, engine.clock.wall());
      key.nonceWindow = BigInt(wish.nonceWindow ?? 0);
      return key;
    });
  }

  /** Credits an account; a negative amount is a withdrawal. */
  deposit(account: string, asset: string, amount: string): void {
    this.#venue().engine.turn(() => {
      this.#deposit(this.#account(account), asset, amount);
    });
  }

  #deposit(account: Account, name: string, amount: string): void {
    const asset = assetByName(name);
    const units = asset === undefined ? undefined : parseUnits(amount, asset.decimals);
    if (asset === undefined || units === undefined) {
      throw new AdminError(`${amount} ${name} is no amount of a listed asset`);
    }
    const { book } = this.#venue();
    if (book.available(account, asset) + units < 0n) {
      throw new AdminError(`the account does not have ${amount.replace("-", "")} ${name} to withdraw`);
    }
    book.deposit(account, asset, units);
  }

  /** Sets the 30-day volume in USD that an account's fees start from. */
  setVolume(account: string, usd: string): void {
    const units = parseUnits(usd, volumeDecimals);
    if (units === undefined) {
      throw new AdminError(`${usd} is no volume in USD`);
    }
    this.#venue().engine.turn(() => {
      this.#account(account).earlierVolume = units;
    });
  }

  /** Brings a market to a price, with trades through the book or as a gap. */
  movePrice(symbol: string, price: string, mode: MoveMode = "walk"): void {
    const { engine } = this.#venue();
    const market = engine.markets.get(symbol);
    const ticks = market === undefined ? undefined : parseUnits(price, market.pair.priceDecimals);
    if (ticks === undefined || ticks <= 0n) {
      throw new AdminError(`${price} is no price of ${symbol}`);
    }
    engine.turn(() => {
      movePrice(engine, symbol, Number(ticks), mode);
    });
  }

  setStatus(symbol: string, status: PairStatus): void {
    const { engine, publicChannels } = this.#venue();
    const market = engine.markets.get(symbol);
    if (market === undefined) {
      throw new AdminError(`${symbol} is not listed`);
    }
    engine.turn(() => {
      market.status = status;
      publicChannels.statusChanged(market);
    });
  }

  /** Sets the status of the whole exchange, and of its pairs with it. */
  setSystemStatus(status: SystemStatus): void {
    const { engine, publicChannels } = this.#venue();
    engine.turn(() => {
      engine.systemStatus = status;
      this.#sockets.broadcastStatus();
      for (const market of engine.markets.values()) {
        market.status = status;
        publicChannels.statusChanged(market);
      }
    });
  }

  dropConnections(which: "all" | "public" | "private" = "all"): number {
    return this.#sockets.drop(which);
  }

  /** A frame that is not JSON, as Kraken's proxy sends before it restarts. */
  sendText(text = "CloudFlare WebSocket proxy restarting"): void {
    this.#sockets.sendText(text);
  }

  /** Makes every WebSocket token that was issued so far invalid. */
  expireTokens(): void {
    this.#venue().keys.expireTokens();
  }

  /** Ends all lockouts. */
  unlock(): void {
    this.#venue().keys.unlock();
  }

  #account(id: string): Account {
    const account = this.#venue().book.accounts.get(id);
    if (account === undefined) {
      throw new AdminError(`there is no account ${id}`);
    }
    return account;
  }
}
