// Amounts are texts in the API, since floating point rounds: here they are counted in whole numbers.

import type { components } from "./api.js";

type Variant = components["schemas"]["VariantResponse"];
type Tier = components["schemas"]["TierResponse"];

export const TAX_PERCENT = "19";
// Unit prices have up to four decimals.
const PARTS = 10_000n;

export interface Sum {
    net: string;
    tax: string;
    total: string;
}

// The tier that a quantity reaches; the first one below all of them.
export function tierFor(variant: Variant, quantity: number): Tier | undefined {
    const tiers = [...variant.sales_prices].sort((one, other) => one.quantity - other.quantity);
    return tiers.filter((tier) => tier.quantity <= quantity).at(-1) ?? tiers[0];
}

// What a quantity costs in euros and cents: the goods, the tax on them, and both together.
export function sumOf(price: string, quantity: number): Sum {
    const net = rounded(inParts(price) * BigInt(quantity), PARTS / 100n);
    const tax = rounded(net * BigInt(TAX_PERCENT), 100n);
    return { net: spell(net), tax: spell(tax), total: spell(net + tax) };
}

// An amount the way people in the page's language read it; "0.0125" keeps its decimals.
export function show(amount: string, currency: string): string {
    const decimals = Math.max(2, (amount.split(".")[1] ?? "").replace(/0+$/, "").length);
    const format = new Intl.NumberFormat("en", { style: "currency", currency, minimumFractionDigits: decimals });
    return format.format(Number(amount));
}

function inParts(amount: string): bigint {
    const [whole = "0", decimals = ""] = amount.split(".");
    return BigInt(whole + decimals.slice(0, 4).padEnd(4, "0"));
}

function rounded(value: bigint, by: bigint): bigint {
    return (value + by / 2n) / by;
}

function spell(cents: bigint): string {
    const digits = cents.toString().padStart(3, "0");
    return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
