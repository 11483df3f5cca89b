// What the shop sells: the goods of the catalogue that can be ordered now, and the prices of the one that is chosen.

import type { components } from "./api.js";
import { show, tierFor } from "./money.js";
import { make, part } from "./page.js";

export type Variant = components["schemas"]["VariantResponse"];

const MOST = 12;

// One of each product, the first that can be ordered; what the sandbox refuses on purpose is not for shoppers.
export function chooseGoods(variants: Variant[]): Variant[] {
    const byProduct = new Map<number, Variant>();
    for (const variant of variants) {
        const isForTests = /^(SANDBOX|TESTPRODUCT[0-9-])/.test(variant.sku) && variant.sku !== "TESTPRODUCT-stock";
        if (variant.orderable && variant.sales_prices.length && !isForTests && !byProduct.has(variant.product)) {
            byProduct.set(variant.product, variant);
        }
    }
    return varied([...byProduct.values()]).slice(0, MOST);
}

// Different pictures first: twelve pens in twelve colours are no shop window.
function varied(variants: Variant[]): Variant[] {
    const kinds = new Map<string, number>();
    const rank = (variant: Variant): number => {
        const kind = variant.image_url.split("/").at(-1)?.split("-")[0] ?? "";
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        return kinds.get(kind) ?? 0;
    };
    const ranked = variants.map((variant): [number, Variant] => [rank(variant), variant]);
    return ranked.sort(([one], [other]) => one - other).map(([, variant]) => variant);
}

export function showGoods(goods: Variant[], choose: (variant: Variant) => void): void {
    part("goods", HTMLUListElement).replaceChildren(
        ...goods.map((variant) => {
            const input = document.createElement("input");
            Object.assign(input, { type: "radio", name: "product", value: variant.sku });
            input.addEventListener("change", () => choose(variant));
            return make("li", {}, make("label", { class: "product" }, input, ...cardOf(variant)));
        }),
    );
}

export function showPrices(variant: Variant, quantity: number, choose: (quantity: number) => void): void {
    const reached = tierFor(variant, quantity)?.quantity;
    part("tiers", HTMLDivElement).replaceChildren(
        ...variant.sales_prices.map((tier) => {
            const pressed = String(tier.quantity === reached);
            const price = make("span", {}, show(tier.price, variant.currency));
            const button = make("button", { type: "button", "aria-pressed": pressed }, `${tier.quantity} × `, price);
            button.addEventListener("click", () => choose(tier.quantity));
            return button;
        }),
    );
}

// Which quantities can be had, in words.
export function wordsOfRules(variant: Variant): string {
    const { order_min_qty: least, tier_quantities_only: isTiersOnly } = variant.rules;
    const words = isTiersOnly ? "In these quantities only." : `From ${least} piece${least === 1 ? "" : "s"}.`;
    return variant.in_stock === null ? words : `${words} ${variant.in_stock.toLocaleString("en")} in stock.`;
}

function cardOf(variant: Variant): HTMLElement[] {
    const cheapest = variant.sales_prices.toSorted((one, other) => Number(one.price) - Number(other.price))[0];
    const price = cheapest ? `from ${show(cheapest.price, variant.currency)}` : "";
    const made = variant.personalized ? "with your logo" : "in stock";
    return [
        make("img", { src: variant.image_url, alt: "", loading: "lazy", width: "400", height: "400" }),
        make("span", { class: "name" }, variant.name || variant.sku),
        make("span", { class: "price" }, price, make("small", {}, made)),
    ];
}
