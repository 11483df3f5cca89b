// The SEO workbench: how long each text is, and how a search engine may show it while it is typed.
const bench = document.getElementById("seo-workbench");
const own = (name) => bench.querySelector(`[name="${name}"]`);
const byDefault = (name) => { const text = bench.querySelector(`[data-default-of="${name}"]`).textContent; return text === "–" ? "" : text; };
const inForce = (name) => own(name).value.trim() || byDefault(name);
const letters = (text) => [...text];
const cut = (text, most) => (letters(text).length > most ? `${letters(text).slice(0, most - 1).join("").trimEnd()} …` : text);

const count = (name) => {
  const { safe, most } = own(name).dataset;
  const shown = bench.querySelector(`[data-count-of="${name}"]`);
  const length = letters(inForce(name)).length;
  const tone = !length || (length > Number(safe) && length <= Number(most)) ? "amber" : length > Number(most) ? "red" : "green";
  shown.className = `push number tone-${tone}`;
  shown.textContent = safe === most ? `${length} / ${most}` : `${length} / ${safe} (${most})`;
};
const show = () => {
  ["meta_title", "meta_description"].forEach(count);
  bench.querySelector("[data-serp-title]").textContent = cut(inForce("meta_title"), Number(own("meta_title").dataset.most));
  bench.querySelector("[data-serp-description]").textContent = cut(inForce("meta_description"), Number(own("meta_description").dataset.most));
};
bench.addEventListener("input", show);
show();
