// Search texts in a table: how long each is, which are changed, and Enter goes to the next SKU.
const form = document.getElementById("seo-grid");
const inputs = () => [...form.querySelectorAll(".seo-row .field input")];
const letters = (text) => [...text].length;

const show = (input) => {
  const length = letters(input.value.trim() || input.placeholder);
  const shown = input.closest(".field").querySelector("[data-length]");
  shown.textContent = `${length} / ${input.dataset.most}`;
  shown.classList.toggle("over", length > Number(input.dataset.most));
  input.classList.toggle("changed", input.value !== input.defaultValue);
};
const count = () => {
  const changed = form.querySelectorAll(".seo-row:has(.changed)").length;
  form.querySelector("[data-count]").textContent = changed ? form.dataset.wordCount.replace("{count}", changed) : "";
};

if (form) {
  let typed = false;
  inputs().forEach(show);
  form.addEventListener("input", ({ target }) => {
    if (target.matches(".seo-row .field input")) { typed = true; show(target); count(); }
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".seo-row .field input")) return;
    event.preventDefault();
    const column = inputs().filter((input) => input.name.endsWith(event.target.name.replace(/^\d+/, "")));
    const next = column[column.indexOf(event.target) + (event.shiftKey ? -1 : 1)];
    next?.focus();
    next?.select();
  });
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
}
