/** JSON whose numbers are written by us: prices and quantities have to be bare numbers without exponent (PROTOCOL §6.3). */
import { decimalPlaces, toFixedText, type Decimal } from "../../../../domain/decimal.ts";

/** A number that is written exactly as its text. */
export class NumberToken {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type WireValue = string | boolean | number | NumberToken | readonly string[] | WireObject;
export type WireObject = { readonly [name: string]: WireValue | undefined };

/** The decimal as a bare number, padded to `decimals` places as the venue prints it; never rounded. */
export function numberToken(value: Decimal, decimals: number): NumberToken {
  return new NumberToken(toFixedText(value, Math.max(decimals, decimalPlaces(value))));
}

/** JSON text; members that are undefined are left out. */
export function wireText(value: WireValue): string {
  if (value instanceof NumberToken) {
    return value.text;
  }
  if (typeof value !== "object" || isTexts(value)) {
    return JSON.stringify(value);
  }
  const members: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) {
      members.push(`${JSON.stringify(name)}:${wireText(member)}`);
    }
  }
  return `{${members.join(",")}}`;
}

function isTexts(value: readonly string[] | WireObject): value is readonly string[] {
  return Array.isArray(value);
}
