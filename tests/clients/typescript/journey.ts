// A storefront's day with the types that are made from our document: checked by tsc --strict, then run.
//
// It stands for what a shop's developer writes, and may use nothing that gets around the types.

import assert from "node:assert/strict";
import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./api.js";

type Api = Client<paths>;
type NewOrder = components["schemas"]["NewOrder"];
type Order = components["schemas"]["OrderResponse"];
type ProblemCode = components["schemas"]["ProblemCode"];

const BEGUN = new Date(Date.now() - 60_000).toISOString();

function buildOrder(reference: string, sku: string): NewOrder {
    return {
        reference,
        placed_at: new Date().toISOString(),
        currency: "EUR",
        total: "129.00",
        customer: { email: "jana@example.com", firstname: "Jana" },
        recipient: { lastname: "Beispiel", street: "Hauptstraße 42", zip: "10115", city: "Berlin", country_code: "DE" },
        lines: [{ sku, quantity: 100, unit_price: "1.29", files: [{ url: "https://files.example.com/a.pdf" }] }],
    };
}

// Codes are an enum of their own: a misspelt one does not compile.
function isWorthRepeating(code: ProblemCode): boolean {
    return code === "throttled" || code === "still_running" || code === "unavailable" || code === "server_error";
}

async function place(api: Api, body: NewOrder): Promise<Order> {
    const looked = await api.POST("/api/v1/orders/validate/", { body });
    assert.equal(looked.data?.status, 201);
    const { data, error, response } = await api.POST("/api/v1/orders/", {
        params: { header: { "Idempotency-Key": body.reference } },
        body,
    });
    assert(data, error?.detail ?? "refused");
    assert.equal(response.headers.get("Location"), `/api/v1/orders/${data.id}/`);
    return data;
}

async function refuseSecond(api: Api, body: NewOrder): Promise<void> {
    const { error } = await api.POST("/api/v1/orders/", { params: { header: { "Idempotency-Key": "another" } }, body });
    assert.equal(error?.code, "reference_taken");
    assert(error && !isWorthRepeating(error.code));
}

async function edit(api: Api, order: Order): Promise<void> {
    const path = { reference: order.reference };
    const read = await api.GET("/api/v1/orders/by-reference/{reference}/", { params: { path } });
    const edited = await api.PATCH("/api/v1/orders/{id}/", {
        params: { path: { id: order.id }, header: { "If-Match": read.response.headers.get("ETag") ?? "" } },
        body: { recipient: { street: "Nebenstraße 1" } },
    });
    assert.equal(edited.data?.recipient?.street, "Nebenstraße 1");
}

async function placeMany(api: Api, orders: NewOrder[]): Promise<void> {
    const body = { orders: orders.map((order) => ({ idempotency_key: order.reference, order })) };
    const { data } = await api.POST("/api/v1/orders/bulk/", { body });
    assert.deepEqual(data?.results.map((result) => result.order?.reference), orders.map((order) => order.reference));
}

async function follow(api: Api): Promise<string[]> {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
        const query = { updated_since: BEGUN, page_size: 2, ...(cursor === undefined ? {} : { cursor }) };
        const { data } = await api.GET("/api/v1/orders/", { params: { query } });
        assert(data);
        seen.push(...data.results.map((order) => order.reference));
        cursor = data.next_cursor ?? undefined;
    } while (cursor !== undefined);
    return seen;
}

async function cancel(api: Api, id: number): Promise<void> {
    const params = { path: { id } };
    await api.POST("/api/v1/orders/{id}/cancel/", { params, body: { reason: "changed her mind" } });
    const order = await api.GET("/api/v1/orders/{id}/", { params });
    assert.equal(order.data?.state.order, "cancelled");
    const timeline = await api.GET("/api/v1/orders/{id}/timeline/", { params });
    assert(timeline.data?.results.some((event) => event.kind === "order.cancelled"));
}

const [address = "", key = "", sku = ""] = process.argv.slice(2);
const api = createClient<paths>({ baseUrl: address, headers: { Authorization: `Bearer ${key}` } });
const order = await place(api, buildOrder("A-1", sku));
await refuseSecond(api, buildOrder("A-1", sku));
await edit(api, order);
await placeMany(api, [buildOrder("B-0", sku), buildOrder("B-1", sku)]);
assert.deepEqual(new Set(await follow(api)), new Set(["A-1", "B-0", "B-1"]));
await cancel(api, order.id);
