// The inbox in parts: links and forms with `data-part` exchange the content instead of loading the page. Without this
// script they are links and forms like any other.
(() => {
  const box = () => document.querySelector("[data-inbox]");
  let newest = 0;

  const toast = (part) => {
    const texts = [...part.querySelectorAll("[data-messages] > *")];
    let place = document.querySelector(".toasts");
    if (!place) {
      place = Object.assign(document.createElement("div"), { className: "toasts" });
      place.setAttribute("role", "status");
      document.body.append(place);
    }
    texts.forEach((text) => { place.append(text); setTimeout(() => text.remove(), 6000); });
  };

  // The same place in the list and the same control have the focus afterwards, and on the way back the kind left.
  const kindOf = (address) => new URL(address).searchParams.get("kind");
  const mark = (inbox) => {
    const row = document.activeElement.closest("[data-row]");
    return {
      scroll: inbox.querySelector("[data-scroll]")?.scrollTop ?? 0,
      list: inbox.querySelector("[data-scroll]")?.getAttribute("aria-label"),
      row: row !== null,
      inside: inbox.contains(document.activeElement),
      text: document.activeElement.closest("[data-part]")?.getAttribute("href"),
      kind: kindOf(window.location.href),
    };
  };
  const restore = (inbox, was) => {
    const list = inbox.querySelector("[data-scroll]");
    if (list && list.getAttribute("aria-label") === was.list) list.scrollTop = was.scroll;
    if (!was.inside) return;
    const links = [...inbox.querySelectorAll("a[data-part]")];
    const chosen = inbox.querySelector("[data-row] a[aria-current]");
    const same = links.find((link) => link.getAttribute("href") === was.text);
    const kind = was.kind && links.find((link) => kindOf(link.href) === was.kind);
    ((was.row ? chosen ?? same : same ?? chosen) || kind)?.focus({ preventScroll: true });
    chosen?.scrollIntoView({ block: "nearest" });
  };

  const exchange = (text, address, { push }) => {
    const part = new DOMParser().parseFromString(text, "text/html");
    const [old, fresh] = [box(), part.querySelector("[data-inbox]")];
    if (!old || !fresh) { window.location.assign(address); return; }
    document.dispatchEvent(new CustomEvent("desk:prepare", { detail: fresh }));
    const was = mark(old);
    old.replaceWith(fresh);
    restore(fresh, was);
    toast(part);
    document.title = fresh.dataset.title;
    if (push && address !== window.location.href) history.pushState({}, "", address);
  };

  const load = async (address, options = {}, { push = true } = {}) => {
    const own = ++newest;
    box()?.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { ...options, headers: { "X-Part": "1" } });
      const text = await answer.text();
      if (own !== newest) return;
      if (!answer.ok) { window.location.reload(); return; }
      exchange(text, answer.url, { push });
      if (options.method === "POST") document.dispatchEvent(new CustomEvent("desk:changed"));
    } catch {
      if (own === newest) window.location.assign(address);
    }
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-inbox] a[data-part]");
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    load(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-inbox] form[data-part]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    load(form.action, { method: "POST", body: new FormData(form, event.submitter) });
  });
  // j and k open what they walk to, once one stays there for a moment.
  let waiting = 0;
  document.addEventListener("desk:walk", (event) => {
    const link = event.target.closest("[data-inbox] .item a[data-part]");
    clearTimeout(waiting);
    if (link) waiting = setTimeout(() => load(link.href), 80);
  });
  window.addEventListener("popstate", () => { if (box()) load(window.location.href, {}, { push: false }); });
})();
