// Keys of every page: "?" shows them, "/" searches, and a control with `data-key` is pressed by its key. Beside that the
// counts in the menu, which come after the page: no page waits for them.
(() => {
  const ready = (run) => document.addEventListener("DOMContentLoaded", run);
  const typing = (target) => target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const pressable = (target) => target.closest?.("a, button, summary, [role=button]");
  const isShown = (element) => element.getClientRects().length > 0;
  const dialog = () => document.getElementById("desk-keys");
  const of = (key) => [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(isShown);

  // Of the keys that a page may have, those that do something on this one.
  const works = { rows: "[data-row]", mark: "[data-row] input[type=checkbox]" };
  const show = () => {
    const box = dialog();
    if (!box || box.open) return;
    box.querySelectorAll("[data-where]").forEach((row) => { row.hidden = !document.querySelector(works[row.dataset.where]); });
    box.querySelectorAll("[data-of]").forEach((row) => { row.hidden = !of(row.dataset.of); });
    box.showModal();
  };
  const search = () => {
    const field = document.querySelector("input[data-search], #searchbar");
    if (field) field.focus();
    else window.dispatchEvent(new CustomEvent("opencommand"));
  };
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target) || dialog()?.open) return;
    if (event.key === "?") { event.preventDefault(); show(); return; }
    if (event.key === "/") { event.preventDefault(); search(); return; }
    if (event.key === "Enter" && pressable(event.target)) return;
    const control = of(event.key);
    if (!control) return;
    event.preventDefault();
    control.click();
    if (control.matches("summary")) control.parentElement.querySelector("button")?.focus();
  };

  const place = "menu-counts";
  const links = () => [...document.querySelectorAll("#nav-sidebar-apps a[href]")];
  const write = (counts) => links().forEach((link) => {
    const count = counts[link.getAttribute("href")];
    let badge = link.querySelector(".menu-count");
    if (!count) { badge?.remove(); return; }
    if (!badge) { badge = Object.assign(document.createElement("span"), { className: "menu-count" }); link.append(badge); }
    badge.textContent = count;
  });
  const count = async (address) => {
    if (document.hidden) return;
    const answer = await fetch(address, { headers: { Accept: "application/json", "X-Live": "counts" } });
    if (!answer.ok || answer.redirected) return;
    const { counts } = await answer.json();
    sessionStorage.setItem(place, JSON.stringify(counts));
    write(counts);
  };
  const followCounts = () => {
    const address = document.getElementById("desk-words")?.dataset.counts;
    if (!address || !links().length) return;
    write(JSON.parse(sessionStorage.getItem(place)) ?? {});
    const again = () => count(address).catch(() => { /* not reachable just now: the next time may be */ });
    again();
    setInterval(again, 30_000);
    document.addEventListener("desk:changed", again);
  };

  ready(() => {
    document.addEventListener("keydown", press);
    document.addEventListener("click", (event) => {
      if (event.target.closest("[data-keys]")) show();
      else if (event.target === dialog() || event.target.closest("[data-close]")) dialog()?.close();
    });
    followCounts();
  });
})();
