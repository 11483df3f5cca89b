// The page on which an order is edited: lines come and go, and what changes is compared while typing.
const form = document.getElementById("order-edit");

const lastPlace = () => Math.max(-1, ...[...form.querySelectorAll("[name^='new-'][name$='-quantity']")].map((input) => Number(input.name.split("-")[1])));

const addLine = () => {
  const template = document.getElementById("new-line");
  const holder = document.createElement("div");
  holder.innerHTML = template.innerHTML.replaceAll("__place__", String(lastPlace() + 1));
  const line = holder.firstElementChild;
  template.before(line);
  document.dispatchEvent(new CustomEvent("desk:prepare", { detail: line }));
  line.querySelector("input:not([type=hidden])").focus();
};

const showRemoved = () => form.querySelectorAll("[data-line]").forEach((line) => {
  const box = line.querySelector("[name$='-remove']");
  line.classList.toggle("gone", Boolean(box?.checked));
});

const fill = (button) => {
  for (const [name, value] of [["street", button.dataset.street], ["care_of", button.dataset.careOf]]) {
    const input = form.elements[`${button.dataset.fill}-${name}`];
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
};

if (form) {
  let waiting, typed = false;
  const compare = () => {
    typed = true;
    clearTimeout(waiting);
    waiting = setTimeout(() => form.dispatchEvent(new Event("edited")), 350);
  };
  form.addEventListener("input", compare);
  form.addEventListener("change", showRemoved);
  form.addEventListener("click", ({ target }) => {
    if (target.closest("[data-add-line]")) { addLine(); compare(); }
    const drop = target.closest("[data-drop-line]");
    if (drop) { drop.closest("[data-line]").remove(); compare(); }
    const offered = target.closest("[data-fill]");
    if (offered) fill(offered);
  });
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
  showRemoved();
  const focused = form.querySelector("[autofocus]");
  if (focused) {
    focused.closest("details")?.setAttribute("open", "");
    focused.focus();
    focused.scrollIntoView({ block: "center" });
  }
  if (form.querySelector(".wrong, [role=alert]")) form.dispatchEvent(new Event("edited"));
}
