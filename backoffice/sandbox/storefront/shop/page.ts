// The page's parts by their ids, and elements made by code: texts are always texts, whatever characters they have.

type Content = Node | string;

// Return the element of that id; a page that lacks it is broken.
export function part<T extends Element>(id: string, kind: new () => T): T {
    const found = document.getElementById(id);
    if (!(found instanceof kind)) {
        throw new Error(`The page has no #${id}.`);
    }
    return found;
}

// Make an element with attributes and content.
export function make(tag: string, attributes: Record<string, string> = {}, ...content: Content[]): HTMLElement {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
        made.setAttribute(name, value);
    }
    made.append(...content);
    return made;
}

// A link to another site, by https only: tracking addresses come from carriers.
export function link(address: string, text: string): Content {
    const leadsOut = { rel: "noopener noreferrer", target: "_blank" };
    return /^https?:\/\//.test(address) ? make("a", { href: address, ...leadsOut }, text) : text;
}

export function time(at: string): HTMLElement {
    const shown = new Date(at).toLocaleTimeString("en-GB");
    return make("time", { datetime: at, title: new Date(at).toLocaleString("en-GB") }, shown);
}
