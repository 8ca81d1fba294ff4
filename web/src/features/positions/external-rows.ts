/** What the account holds at its exchange and this desk does not manage, with what it is worth. Pure. */
import type { AccountView } from "../../../../contract/accounts.ts";
import { isPositive, multiply, type Decimal } from "../../../../domain/decimal.ts";
import type { Marks } from "../../../../domain/valuation.ts";

export type ExternalRow = {
  readonly asset: string;
  readonly quantity: Decimal;
  readonly mark: Decimal | null;
  readonly value: Decimal | null;
  readonly fresh: boolean;
};

/** One row per asset, by name. The account currency is cash and no holding. */
export function externalRows(
  account: Pick<AccountView, "balances" | "currency" | "exchange">,
  marks: Marks,
): readonly ExternalRow[] {
  if (account.exchange === null) {
    return [];
  }
  return account.balances
    .filter(({ asset, external }) => asset !== account.currency && isPositive(external))
    .map(({ asset, external }) => {
      const { mark, fresh } = marks[`${asset}/${account.currency}`] ?? { mark: null, fresh: false };
      return { asset, quantity: external, mark, value: mark === null ? null : multiply(external, mark), fresh };
    });
}
