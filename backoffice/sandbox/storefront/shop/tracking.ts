// How far the order is, read from the API whenever a webhook says that there is news of it.

import type { components } from "./api.js";
import { link, make, part, time } from "./page.js";

export type Order = components["schemas"]["OrderResponse"];
export type ShopEvent = components["schemas"]["EventMessage"];
type Topic = components["schemas"]["EventTopic"];

interface Step {
    name: string;
    topic: Topic;
    isReached: (order: Order) => boolean;
}

const MADE = new Set(["in_production", "done"]);
const SENT = new Set(["partial", "shipped", "delivered"]);
const STEPS: Step[] = [
    { name: "Received", topic: "order.received", isReached: () => true },
    { name: "Released", topic: "order.released", isReached: ({ state }) => ["released", "closed"].includes(state.order) },
    { name: "In production", topic: "order.in_production", isReached: ({ state }) => MADE.has(state.production) },
    { name: "Shipped", topic: "order.shipped", isReached: ({ state }) => SENT.has(state.shipment) },
    { name: "Delivered", topic: "order.delivered", isReached: ({ state }) => state.shipment === "delivered" },
];

export function showOrder(order: Order, events: ShopEvent[]): void {
    part("number", HTMLElement).textContent = order.number;
    part("standing", HTMLParagraphElement).textContent = wordsOf(order);
    const last = STEPS.findLastIndex((step) => step.isReached(order));
    part("steps", HTMLOListElement).replaceChildren(
        ...STEPS.map((step, place) => {
            const at = events.find((event) => event.type === step.topic)?.timestamp;
            const reached = place <= last ? { class: "reached" } : {};
            const current: Record<string, string> = place === last ? { "aria-current": "step" } : {};
            return make("li", { ...reached, ...current }, make("span", {}, step.name), ...(at ? [time(at)] : []));
        }),
    );
    part("parcels", HTMLUListElement).replaceChildren(
        ...order.shipments.map((parcel) =>
            make("li", {}, `${parcel.carrier.toUpperCase()} `, link(parcel.tracking_url, parcel.tracking_code)),
        ),
    );
    part("ordered", HTMLUListElement).replaceChildren(
        ...order.lines.map((line) => make("li", {}, `${line.quantity} × ${line.name || line.sku}`)),
    );
}

function wordsOf(order: Order): string {
    const { state } = order;
    if (state.order === "cancelled") {
        return "Your order was cancelled.";
    }
    if (state.order === "held") {
        return order.holds[0]?.text || "We look at your order before it goes on.";
    }
    if (state.production === "failed") {
        return "Something went wrong in production. We will be in touch.";
    }
    if (state.shipment === "delivered") {
        return "It has arrived. Enjoy!";
    }
    return SENT.has(state.shipment) ? "It is on its way to you." : "Thank you! Watch it being made.";
}
