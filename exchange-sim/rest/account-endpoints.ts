import { SECOND } from "../clock.ts";
import { feeRow, feeTables, volumeDecimals } from "../engine/fees.ts";
import { assetByName, assets, type Asset } from "../instruments.ts";
import { tokenLife } from "../keys.ts";
import { formatUnits } from "../units.ts";
import { NumberText, type Json } from "../ws/json.ts";
import { answered, failed, type Answer } from "./envelope.ts";
import type { Call, PrivateEndpoint } from "./private-context.ts";
import { commaList } from "./private-request.ts";
import { askedMarket } from "./public.ts";

/** Balances, fees, key and token: what belongs to the account as a whole. */
export const accountEndpoints: Readonly<Record<string, PrivateEndpoint>> = {
  Balance: { cost: 1, permissions: ["query-funds"], answer: balance },
  BalanceEx: { cost: 1, permissions: ["query-funds"], answer: extendedBalance },
  TradeBalance: { cost: 1, permissions: ["query-funds"], answer: tradeBalance },
  TradeVolume: { cost: 1, permissions: ["query-funds"], answer: tradeVolume },
  OpenPositions: { cost: 1, permissions: ["query-open-trades"], answer: () => answered({}) },
  GetApiKeyInfo: { cost: 1, permissions: [], answer: apiKeyInfo },
  GetWebSocketsToken: { cost: 1, permissions: ["create-ws-token"], answer: webSocketsToken },
};

/** Assets the account ever had, with the name their balance goes under (PROTOCOL §7: Auto Earn moves all to `.F`). */
function owned({
  context,
  account,
}: Call): { readonly asset: Asset; readonly name: string; readonly balance: bigint }[] {
  const flexible = context.switches.value("balancesInFlexible");
  return assets
    .filter((asset) => account.balances.has(asset.name))
    .map((asset) => ({
      asset,
      name: flexible && asset.name !== "USD" ? `${asset.altname}.F` : asset.restId,
      balance: context.book.balance(account, asset),
    }));
}

function balance(call: Call): Answer {
  const rows = owned(call).map((each): [string, Json] => [each.name, formatUnits(each.balance, each.asset.decimals)]);
  return answered(Object.fromEntries(rows));
}

function extendedBalance(call: Call): Answer {
  const { context, account } = call;
  const asNumbers = context.switches.value("balanceExNumbers");
  const amount = (units: bigint, asset: Asset): Json => {
    const text = formatUnits(units, asset.decimals);
    return asNumbers ? new NumberText(text) : text;
  };
  const rows = owned(call).map((each): [string, Json] => [
    each.name,
    {
      balance: amount(each.balance, each.asset),
      hold_trade: amount(context.book.hold(account, each.asset), each.asset),
    },
  ]);
  return answered(Object.fromEntries(rows));
}

function tradeBalance({ context, account, request }: Call): Answer {
  const asset = assetByName(request.params.get("asset") ?? "ZUSD");
  if (asset === undefined) {
    return failed("EQuery:Unknown asset");
  }
  const equity = formatUnits(context.book.equity(account), volumeDecimals);
  const zero = formatUnits(0n, volumeDecimals);
  return answered({ eb: equity, tb: equity, m: zero, n: zero, c: zero, v: zero, e: equity, mf: equity, uv: zero });
}

function tradeVolume({ context, account, request }: Call): Answer {
  const volume = context.book.volume(account);
  const head = { currency: "ZUSD", volume: formatUnits(volume, volumeDecimals) };
  const names = commaList(request.params.get("pair"));
  if (names.length === 0) {
    const absent = context.switches.value("tradeVolumeWithoutPair") === "null" ? null : undefined;
    return answered({ ...head, fees: absent, fees_maker: absent });
  }
  const spelling = context.switches.value("tradeVolumeSpelling");
  const tables = feeTables[context.book.feePreset];
  const fees: [string, Json][] = [];
  const makerFees: [string, Json][] = [];
  for (const name of names) {
    const asked = askedMarket(context, name);
    if (asked === undefined) {
      return failed("EQuery:Unknown asset pair");
    }
    fees.push([asked.key, feeRow(tables.taker, volume, spelling)]);
    makerFees.push([asked.key, feeRow(tables.maker, volume, spelling)]);
  }
  return answered({ ...head, fees: Object.fromEntries(fees), fees_maker: Object.fromEntries(makerFees) });
}

function apiKeyInfo({ context, key }: Call): Answer {
  const seconds = (time: number): string => Math.floor(time / SECOND).toString();
  const info: readonly (readonly [string, Json])[] = [
    ["api_key_name", key.name],
    ["api_key", key.key],
    ["nonce", key.lastNonce.toString()],
    ["nonce_window", key.nonceWindow.toString()],
    ["permissions", key.permissions],
    ["iban", "AA00 N84G AKGF KJ6G"],
    ["valid_until", "0"],
    ["query_from", "0"],
    ["query_to", "0"],
    ["created_time", seconds(key.createdAt)],
    ["modified_time", seconds(key.createdAt)],
    ["ip_allowlist", [""]],
    ["last_used", seconds(key.lastUsedAt)],
  ];
  const camel = context.switches.value("apiKeyInfoSpelling") === "camelCase";
  const spell = (name: string): string =>
    camel ? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) : name;
  return answered(Object.fromEntries(info.map(([name, value]) => [spell(name), value])));
}

function webSocketsToken({ context, key }: Call): Answer {
  return answered({ token: context.keys.issueToken(key, context.engine.clock.wall()), expires: tokenLife / SECOND });
}
