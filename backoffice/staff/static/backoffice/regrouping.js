// Splitting and merging orders: what is typed or marked is worked out by the server while one types.
const form = document.getElementById("regrouping");
if (form) {
  let waiting;
  const mark = () => form.querySelectorAll(".split-line").forEach((line) => {
    line.classList.toggle("goes", Number(line.querySelector("input").value) > 0);
  });
  const changed = () => {
    mark();
    clearTimeout(waiting);
    waiting = setTimeout(() => form.dispatchEvent(new Event("edited")), 250);
  };
  form.addEventListener("input", changed);
  form.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-all]");
    if (!button) return;
    const input = document.getElementById(button.dataset.all);
    input.value = input.value === input.dataset.most ? "" : input.dataset.most;
    changed();
  });
  mark();
}
