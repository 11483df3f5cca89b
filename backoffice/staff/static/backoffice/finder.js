// What is found while somebody types: arrows and Enter choose, Escape closes. Pages load it before their own script.
{
  const make = (tag, text = "", names = "") => Object.assign(document.createElement(tag), { textContent: text, className: names });
  const later = (run, pause) => {
    let timer = 0;
    return (...given) => { clearTimeout(timer); timer = setTimeout(run, pause, ...given); };
  };

  // `ask` is an address that answers {results}; `given` returns what is asked beside the text. What is chosen empties
  // the field, or is handed to `choose` with the text left alone where the field `keeps` it.
  const finder = (box, ask, show, choose, { nothing, given = () => ({}), keeps = false }) => {
    const input = box.querySelector("input");
    const list = box.querySelector("[role=listbox]");
    let asked = 0;
    const all = (selector) => [...list.querySelectorAll(selector)];
    const options = () => all("[role=option]:not([aria-disabled])");
    const close = () => { asked += 1; list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
    const mark = (option) => {
      all("[role=option]").forEach((one) => one.setAttribute("aria-selected", String(one === option)));
      if (!option) return;
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    };
    const fill = (results) => {
      list.replaceChildren(...results.map((result, place) => {
        const option = show(result);
        Object.assign(option, { id: `${list.id}-${place}`, role: "option" });
        if (!result.refusal) option.addEventListener("click", () => { close(); if (!keeps) input.value = ""; choose(result); });
        else option.setAttribute("aria-disabled", "true");
        return option;
      }));
      if (!results.length) list.append(Object.assign(make("li", nothing, "soft"), { role: "option", ariaDisabled: "true" }));
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      mark(options()[0]);
    };
    const look = later(async () => {
      const text = input.value.trim();
      if (!text) { close(); return; }
      const mine = ++asked;
      const query = new URLSearchParams({ q: text, ...given() });
      const response = await fetch(`${ask}?${query}`, { headers: { Accept: "application/json" } }).catch(() => null);
      if (mine !== asked || !response?.ok || response.redirected) return;
      fill((await response.json()).results);
    }, 180);
    input.addEventListener("input", look);
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      const shown = options();
      const place = shown.findIndex((one) => one.getAttribute("aria-selected") === "true");
      if (event.key === "Escape") close();
      else if (event.key === "ArrowDown") mark(shown[Math.min(place + 1, shown.length - 1)]);
      else if (event.key === "ArrowUp") mark(shown[Math.max(place - 1, 0)]);
      else if (event.key === "Enter") shown[Math.max(place, 0)]?.click();
      else return;
      event.preventDefault();
    });
    document.addEventListener("click", (event) => { if (!box.contains(event.target)) close(); });
  };

  const showProduct = ({ sku, name, picture, price, margin, stock, refusal }) => {
    const option = make("li", "", "found-product");
    const image = picture ? Object.assign(make("img"), { src: picture, alt: "", width: 40, height: 40, loading: "lazy" }) : make("span", "", "no-picture");
    const about = make("span", "", "found-words");
    about.append(make("strong", name || sku, "clip"), make("span", refusal || [sku, stock].filter(Boolean).join(" · "), "soft clip"));
    const cost = make("span", "", "number");
    cost.append(make("span", price), make("span", margin, "soft"));
    option.append(image, about, cost);
    return option;
  };

  globalThis.deskFinder = { finder, showProduct };
}
