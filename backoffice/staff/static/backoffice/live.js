// Pages with a `meta name="live"` (the seconds between two looks, and the version that is shown) follow the server by
// themselves: what has changed is exchanged, and nothing else. A form that somebody fills in, an open box, marks and
// the focus stay as they are. The server answers 204 while its version is the one shown (`backoffice/staff/live.py`).
(() => {
  const version = (page) => page.querySelector("meta[name=live]")?.dataset.version ?? "1";
  const seconds = (page) => Number(page.querySelector("meta[name=live]")?.content ?? 0);
  const content = (page) => page.querySelector("#content .desk");

  const isDirty = (control) => {
    if (control.type === "file") return control.files.length > 0;
    if (control.type === "checkbox" || control.type === "radio") return control.checked !== control.defaultChecked;
    if (control.tagName !== "SELECT") return control.type !== "hidden" && control.value !== control.defaultValue;
    const options = [...control.options];
    return options.some((option) => option.defaultSelected) && options.some((option) => option.selected !== option.defaultSelected);
  };
  const isInUse = (element) =>
    element.contains(document.activeElement)
    || element.matches("details[open]") || element.querySelector("details[open]") !== null
    || [...element.querySelectorAll("input, textarea, select")].some(isDirty);

  // A row of a list is the one that it leads to: else a mark could come to stand beside another row's text.
  const rowKey = (element) => element.hasAttribute("data-row") ? element.querySelector("a[data-open], a, [data-mark]")?.outerHTML.match(/(?:href|value)="[^"]*"/)?.[0] : "";
  const key = (element) => [element.tagName, element.id, element.getAttribute("aria-label"), rowKey(element)].join(" ");

  // Returns whether the old element is now as the new one.
  const renew = (old, fresh) => {
    if (old.isEqualNode(fresh)) return true;
    if (!isInUse(old)) { old.replaceWith(fresh); return true; }
    if (old.matches("form:not([data-bulk]), details, a, button, input, textarea, select")) return false;
    return renewChildren(old, fresh);
  };
  const renewChildren = (old, fresh) => {
    let whole = true;
    const left = [...old.children];
    let last = null;
    for (const child of [...fresh.children]) {
      const place = left.findIndex((one) => key(one) === key(child));
      if (place < 0) {
        if (last) last.after(child); else old.prepend(child);
        last = child;
        continue;
      }
      const [before] = left.splice(place, 1);
      const next = before.nextElementSibling;
      whole = renew(before, child) && whole;
      last = before.isConnected ? before : (next ? next.previousElementSibling : old.lastElementChild);
    }
    left.forEach((one) => { if (isInUse(one)) whole = false; else one.remove(); });
    return whole;
  };

  // The token in forms is another one each time, and as good as the one that is there.
  const prepare = (fresh, old) => {
    const token = old.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (token) fresh.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((input) => input.setAttribute("value", token));
    document.dispatchEvent(new CustomEvent("desk:prepare", { detail: fresh }));
  };

  // What is read aloud: elements with data-announce (what they show) whose text is another one.
  const text = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const changesToAnnounce = (old, fresh) => [...fresh.querySelectorAll("[data-announce]")].filter((one) => {
    const before = old.querySelector(`[data-announce="${CSS.escape(one.dataset.announce)}"]`);
    return before && text(before) !== text(one);
  }).map((one) => `${one.dataset.announce}: ${[...one.querySelectorAll(".chip-word")].map(text).join(", ") || text(one)}`).join(". ");

  const look = async () => {
    if (document.hidden) return true;
    const answer = await fetch(window.location.href, { headers: { "X-Live": version(document) } });
    if (answer.redirected) return false; // signed out: the next click says so
    if (!answer.ok || answer.status === 204) return true;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const [old, fresh] = [content(document), content(page)];
    if (!old || !fresh) return false;
    prepare(fresh, old);
    const news = changesToAnnounce(old, fresh);
    const isWhole = renewChildren(old, fresh);
    // What somebody is using was left as it was: the version shown is none that the server knows.
    const meta = document.querySelector("meta[name=live]");
    if (meta) meta.dataset.version = isWhole ? version(page) : "1";
    if (news) document.getElementById("live-news").textContent = news;
    return !isWhole || seconds(page) > 0;
  };
  const follow = async (pause) => {
    let goesOn = true;
    try { goesOn = await look(); } catch { /* not reachable just now: the next look may be */ }
    if (goesOn) setTimeout(follow, pause, pause);
  };

  const start = () => { const pause = seconds(document); if (pause) setTimeout(follow, pause * 1000, pause * 1000); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
