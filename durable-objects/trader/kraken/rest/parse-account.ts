/** Balances, fees, key and token (PROTOCOL §2.3, §1.4). */
import { z } from "zod";
import { add, isZero, ZERO, type Decimal } from "../../../../domain/decimal.ts";
import type { Asset, Instrument, Milliseconds, Symbol } from "../../../../domain/market.ts";
import { assetOf, isSpendable, nameTable, symbolOf, type NameTable } from "../../../../domain/venue/names.ts";
import type { VenueFees, VenueHoldings } from "../../../../domain/venue/reports.ts";
import { KEY_PERMISSIONS } from "../../../../domain/venue/wishes.ts";
import type { ApiKeyInfo } from "./api.ts";
import { amount, integer, optionalText, secondsOrNone } from "./parse-values.ts";

/** Of BalanceEx, or of Balance, which tells totals only. */
export const balancesResult = z.record(
  z.string(),
  z.union([amount.transform((balance) => ({ balance })), z.object({ balance: amount, hold_trade: amount.optional() })]),
);

const feeTable = z.record(z.string(), z.object({ fee: amount }));
export const tradeVolumeResult = z.object({
  volume: amount.nullish(),
  fees: feeTable.nullish(),
  fees_maker: feeTable.nullish(),
});

export const tokenResult = z.object({ token: z.string().min(1), expires: integer });

/** Only the permissions decide anything; what else is told in another form than seen so far counts as not told. */
const keyFields = {
  permissions: z.array(z.string()),
  nonceWindow: integer.nullish().catch(null),
  validUntil: secondsOrNone.nullish().catch(null),
  lastUsed: secondsOrNone.nullish().catch(null),
  ipAllowlist: z.array(z.string()).nullish().catch(null),
  apiKeyName: optionalText.catch(null),
};
/** Documented in camelCase, seen in snake_case (PROTOCOL §2.3). */
export const keyInfoResult = z.record(z.string(), z.unknown()).transform(camelNames).pipe(z.object(keyFields));

export const systemStatusResult = z.object({ status: z.string() });
export const assetPairsResult = z.record(
  z.string(),
  z.object({ altname: z.string(), wsname: optionalText, base: z.string(), quote: z.string() }),
);
export const assetsResult = z.record(z.string(), z.object({ altname: z.string() }));

/** What the account holds. Rows of zero are left out. */
export function toHoldings(rows: z.output<typeof balancesResult>, names: NameTable): VenueHoldings {
  const totals = new Map<Asset, Decimal>();
  const held = new Map<Asset, Decimal>();
  const elsewhere: VenueHoldings["elsewhere"][number][] = [];
  for (const [restName, row] of Object.entries(rows)) {
    const { asset, wallet } = assetOf(names, restName);
    const hold = "hold_trade" in row ? row.hold_trade : undefined;
    if (isSpendable(wallet)) {
      totals.set(asset, add(totals.get(asset) ?? ZERO, row.balance));
      held.set(asset, add(held.get(asset) ?? ZERO, hold ?? ZERO));
    } else if (!isZero(row.balance)) {
      elsewhere.push({ asset, wallet, total: row.balance });
    }
  }
  return { balances: balanceList(totals), held: balanceList(held), elsewhere };
}

function balanceList(totals: ReadonlyMap<Asset, Decimal>): VenueHoldings["balances"] {
  return [...totals].filter(([, total]) => !isZero(total)).map(([asset, total]) => ({ asset, total }));
}

/** Fees of the pairs, in their order; the first pair without a fee instead, when there is one. */
export function toFees(
  { fees, fees_maker: makerFees }: z.output<typeof tradeVolumeResult>,
  pairs: readonly Pick<Instrument, "symbol" | "restName">[],
  names: NameTable,
): { readonly fees: readonly VenueFees[] } | { readonly missing: Symbol } {
  const list: VenueFees[] = [];
  for (const pair of pairs) {
    const takerPercent = feeOf(fees, pair, names);
    const makerPercent = feeOf(makerFees, pair, names);
    if (takerPercent === null || makerPercent === null) {
      return { missing: pair.symbol };
    }
    list.push({ symbol: pair.symbol, takerPercent, makerPercent });
  }
  return { fees: list };
}

/** The result's key can be any of the pair's names (PROTOCOL §2.1). */
function feeOf(
  table: z.output<typeof feeTable> | null | undefined,
  { symbol, restName }: Pick<Instrument, "symbol" | "restName">,
  names: NameTable,
): Decimal | null {
  const found = Object.entries(table ?? {}).find(
    ([name]) => name === restName || name === symbol || symbolOf(names, name) === symbol,
  );
  return found?.[1].fee ?? null;
}

/** What a key may do. */
export function toKeyInfo(info: z.output<typeof keyInfoResult>): ApiKeyInfo {
  return {
    name: info.apiKeyName ?? "",
    permissions: KEY_PERMISSIONS.filter((each) => info.permissions.includes(each)),
    allPermissions: info.permissions,
    nonceWindow: info.nonceWindow ?? null,
    validUntil: info.validUntil ?? null,
    lastUsedAt: info.lastUsed ?? null,
    // An empty list is told as a list of one empty text.
    allowedAddresses: (info.ipAllowlist ?? []).filter((address) => address !== ""),
  };
}

/** When the dead man's switch strikes; null when it is off ("0"). */
export function triggerTime(text: string): Milliseconds | null {
  const time = Date.parse(text);
  return /^\d{4}-/.test(text) && !Number.isNaN(time) ? time : null;
}

/** The table of names out of AssetPairs and Assets. */
export function toNameTable(
  pairs: z.output<typeof assetPairsResult>,
  assets: z.output<typeof assetsResult>,
): NameTable {
  return nameTable(
    Object.entries(pairs).map(([id, row]) => ({ id, ...row })),
    Object.entries(assets).map(([id, row]) => ({ id, ...row })),
  );
}

function camelNames(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
