/*! Contains openapi-fetch 0.17.0.

MIT License

Copyright (c) 2023 Drew Powers

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
*/
// The shop's page: goods, an order, and how it comes along. It speaks to the shop's own server, which has the key.

import createClient from "openapi-fetch";

import type { paths } from "./api.js";
import { buildOrder, type NewOrder, readQuantity, showProblem } from "./checkout.js";
import { chooseGoods, showGoods, showPrices, type Variant, wordsOfRules } from "./goods.js";
import { show, sumOf, tierFor } from "./money.js";
import { make, part, time } from "./page.js";
import { type Order, type ShopEvent, showOrder } from "./tracking.js";

// A webhook that the shop's server took; `event` is null where it did not verify.
interface Arrival {
    number: number;
    at: string;
    id: string;
    attempt: string;
    topic: string;
    verdict: string;
    is_verified: boolean;
    event: ShopEvent | null;
}

const SHOWN = 12;
const KEPT = "order";
const api = createClient<paths>({ baseUrl: new URL(".", location.href).href.replace(/\/$/, "") });
const arrivals: Arrival[] = [];
let chosen: Variant | undefined;
let placed: Order | undefined;
// An order to which no answer came: it may have arrived. Sent again it is the same one, under the same key.
let unanswered: NewOrder | undefined;

async function open(): Promise<void> {
    const { data } = await api.GET("/api/v1/catalog/variants/", { params: { query: { page_size: 250, lang: "EN" } } });
    const goods = chooseGoods(data?.results ?? []);
    part("opening", HTMLParagraphElement).hidden = goods.length > 0;
    if (!goods.length) {
        setTimeout(open, 1500); // the catalogue is still being filled
        return;
    }
    showGoods(goods, choose);
    document.querySelector<HTMLInputElement>("#goods input")?.click();
}

function choose(variant: Variant): void {
    chosen = variant;
    const least = Math.max(variant.rules.order_min_qty, variant.sales_prices[0]?.quantity ?? 1);
    part("quantity", HTMLInputElement).value = String(least);
    part("chosen", HTMLElement).textContent = variant.name || variant.sku;
    part("picture", HTMLImageElement).src = variant.image_url;
    part("rules", HTMLParagraphElement).textContent = wordsOfRules(variant);
    part("logo", HTMLParagraphElement).hidden = !variant.personalized;
    showProblem();
    count();
}

// Show what the chosen quantity costs.
function count(): void {
    const quantity = readQuantity();
    const tier = chosen && tierFor(chosen, quantity);
    if (!chosen || !tier) {
        return;
    }
    const sum = sumOf(tier.price, quantity);
    part("net", HTMLElement).textContent = show(sum.net, chosen.currency);
    part("tax", HTMLElement).textContent = show(sum.tax, chosen.currency);
    for (const id of ["total", "amount"]) {
        part(id, HTMLElement).textContent = show(sum.total, chosen.currency);
    }
    showPrices(chosen, quantity, (other) => {
        part("quantity", HTMLInputElement).value = String(other);
        count();
    });
}

async function order(variant: Variant): Promise<void> {
    const button = part("buy", HTMLButtonElement);
    button.disabled = true;
    showProblem();
    const body = (unanswered ??= buildOrder(variant));
    try {
        const { data, error, response } = await api.POST("/api/v1/orders/", {
            params: { header: { "Idempotency-Key": body.reference } },
            body,
        });
        unanswered = response.status < 500 ? undefined : body;
        if (data) {
            follow(data);
            part("tracking", HTMLElement).focus();
        } else {
            showProblem(error);
        }
    } catch {
        showProblem({ detail: "The shop does not answer. Press again: nothing is ordered twice." });
    } finally {
        button.disabled = false;
    }
}

function follow(order: Order): void {
    placed = order;
    sessionStorage.setItem(KEPT, String(order.id));
    document.body.classList.add("follows");
    part("tracking", HTMLElement).hidden = false;
    part("order", HTMLFormElement).hidden = true;
    showPlaced();
}

function showPlaced(): void {
    if (placed) {
        showOrder(placed, arrivals.flatMap(({ event }) => (event && isAboutPlaced(event) ? [event] : [])));
    }
}

function isAboutPlaced(event: ShopEvent): boolean {
    return event.data.object === "order" && event.data.id === String(placed?.id);
}

// Read the order anew, unless what is known takes account of that event already.
async function hear(event: ShopEvent): Promise<void> {
    if (placed && isAboutPlaced(event) && event.data.version > placed.version) {
        await read(placed.id);
    }
    showPlaced();
}

async function read(id: number): Promise<void> {
    const { data } = await api.GET("/api/v1/orders/{id}/", { params: { path: { id } } });
    if (data && (placed?.id !== data.id || data.version >= placed.version)) {
        follow(data);
    }
}

function listen(): void {
    new EventSource("live").addEventListener("message", ({ data }: MessageEvent<string>) => {
        const arrival: Arrival = JSON.parse(data);
        arrivals.push(arrival);
        showArrivals();
        if (arrival.event && arrival.verdict === "new") {
            void hear(arrival.event);
        }
    });
}

function showArrivals(): void {
    part("none", HTMLParagraphElement).hidden = arrivals.length > 0;
    part("arrivals", HTMLTableElement).hidden = arrivals.length === 0;
    part("rows", HTMLTableSectionElement).replaceChildren(
        ...arrivals.slice(-SHOWN).reverse().map((arrival) => {
            const about = arrival.event?.data.details["number"] ?? arrival.event?.data.id ?? "";
            const verdict = arrival.is_verified ? `✓ verified, ${arrival.verdict}` : `✗ ${arrival.verdict}`;
            const own: Record<string, string> =
                arrival.event && isAboutPlaced(arrival.event) ? { class: "own" } : {};
            return make(
                "tr",
                own,
                make("td", {}, time(arrival.at)),
                make("td", {}, make("span", { class: "topic" }, arrival.topic || "?"), ` ${about}`),
                make("td", {}, make("code", {}, arrival.id)),
                make("td", {}, arrival.attempt),
                make("td", { class: arrival.is_verified ? "good" : "bad" }, verdict),
            );
        }),
    );
}

part("quantity", HTMLInputElement).addEventListener("input", count);
part("order", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    if (chosen) {
        void order(chosen);
    }
});
part("more", HTMLButtonElement).addEventListener("click", () => {
    placed = undefined;
    sessionStorage.removeItem(KEPT);
    document.body.classList.remove("follows");
    part("tracking", HTMLElement).hidden = true;
    part("order", HTMLFormElement).hidden = false;
    showArrivals();
});
listen();
void open();
const before = Number(sessionStorage.getItem(KEPT));
if (before) {
    void read(before);
}
