// The form: an order that the API takes, and what it complains of, at the fields that shoppers know.

import type { components } from "./api.js";
import type { Variant } from "./goods.js";
import { sumOf, TAX_PERCENT, tierFor } from "./money.js";
import { make, part } from "./page.js";

export type NewOrder = components["schemas"]["NewOrder"];
export type Problem = components["schemas"]["Problem"];

const LOGO = { url: "https://files.example.com/shop/your-logo.pdf", type: "front" };
// Paths of the API and fields of the form.
const FIELDS: Record<string, string> = {
    "lines[0].quantity": "quantity",
    "lines[0].sku": "quantity",
    "customer.email": "email",
    "recipient.firstname": "firstname",
    "recipient.lastname": "lastname",
    "recipient.company": "lastname",
    "recipient.street": "street",
    "recipient.zip": "zip",
    "recipient.city": "city",
    "recipient.country_code": "country",
};

export function readQuantity(): number {
    return Math.max(0, Math.trunc(Number(text("quantity")) || 0));
}

// Its reference is the shop's own, and a key too: by it the same order is never placed twice.
export function buildOrder(variant: Variant): NewOrder {
    const quantity = readQuantity();
    const price = tierFor(variant, quantity)?.price ?? "0";
    const sum = sumOf(price, quantity);
    const person = { firstname: text("firstname"), lastname: text("lastname"), email: text("email") };
    return {
        reference: `SHOP-${crypto.randomUUID().slice(0, 13).toUpperCase()}`,
        placed_at: new Date().toISOString(),
        currency: variant.currency,
        total: sum.total,
        totals: { lines: sum.net, taxes: [{ name: "VAT", percent: TAX_PERCENT, net: sum.net, amount: sum.tax }] },
        customer: person,
        recipient: {
            ...person,
            street: text("street"),
            zip: text("zip"),
            city: text("city"),
            country_code: part("country", HTMLSelectElement).value,
        },
        shipping_method: "Standard",
        lines: [
            {
                sku: variant.sku,
                quantity,
                unit_price: price,
                name: variant.name,
                ...(variant.personalized ? { files: [LOGO] } : {}),
            },
        ],
    };
}

// Show what is wrong, each complaint at its field and the rest above the button; nothing: take all away.
export function showProblem(problem?: Partial<Problem>): void {
    for (const field of document.querySelectorAll("#order [aria-invalid]")) {
        field.removeAttribute("aria-invalid");
        field.removeAttribute("aria-describedby");
    }
    document.querySelectorAll("#order .complaint").forEach((one) => one.remove());
    const rest: string[] = [];
    for (const [path, complaints] of Object.entries(problem?.errors ?? {})) {
        const field = document.getElementById(FIELDS[path] ?? "");
        if (field) {
            complain(field, complaints);
        } else {
            rest.push(...complaints);
        }
    }
    const hasField = document.querySelector("#order [aria-invalid]") !== null;
    const words = rest.length ? rest : [hasField ? "Please look at the marked fields." : (problem?.detail ?? "")];
    const alert = part("alert", HTMLDivElement);
    alert.hidden = problem === undefined;
    alert.replaceChildren(...(problem ? words.map((one) => make("p", {}, one || "That did not work. Try again.")) : []));
    document.querySelector<HTMLElement>("#order [aria-invalid]")?.focus();
}

function complain(field: HTMLElement, complaints: string[]): void {
    const id = `${field.id}-complaint`;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", id);
    const last = field.parentElement?.querySelector(".complaint");
    if (last) {
        last.append(" ", complaints.join(" "));
    } else {
        field.after(make("p", { class: "complaint", id }, complaints.join(" ")));
    }
}

function text(id: string): string {
    return part(id, HTMLInputElement).value.trim();
}
