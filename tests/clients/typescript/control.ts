// What is not in the document does not compile: each of these has to be an error, or the compiler complains.

import type { components } from "./api.js";

// @ts-expect-error there is no such code
export const code: components["schemas"]["ProblemCode"] = "reference_gone";
// @ts-expect-error orders have an id and no pk
export const pk = (order: components["schemas"]["OrderResponse"]): number => order.pk;
// @ts-expect-error an address has a postcode, a city and a country
export const address: components["schemas"]["NewAddress"] = { street: "Hauptstraße 42" };
