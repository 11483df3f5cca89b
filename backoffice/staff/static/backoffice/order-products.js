// Products on the page on which an order is edited: one that is found becomes a new line, or the SKU of a line.
const form = document.getElementById("order-edit");
const box = form?.querySelector("[data-finder=products]");

const put = (input, value) => {
  if (!input || input.disabled || value === "") return;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
};
const field = (line, name) => line.querySelector(`[name$="-${name}"]:not([name^="initial-"])`);

// The price of a line that is there already is what its customer paid: only a new line takes the catalogue's.
const fill = (line, { sku, quantity, unit_price: price }, isNew) => {
  put(field(line, "sku"), sku);
  if (!isNew) return;
  if (Number(field(line, "quantity").value) < quantity) put(field(line, "quantity"), String(quantity));
  put(field(line, "unit_price"), price);
};

const attach = (line) => {
  const input = field(line, "sku");
  if (!input || input.disabled || input.getAttribute("role")) return;
  const list = document.createElement("ul");
  Object.assign(list, { className: "found", id: `found-${input.name}`, hidden: true });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.wordFound);
  input.after(list);
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-autocomplete", "list"], ["aria-controls", list.id], ["autocomplete", "off"]]) input.setAttribute(name, value);
  const given = () => ({ quantity: field(line, "quantity").value });
  const isNew = input.name.startsWith("new-");
  deskFinder.finder(input.parentElement, box.dataset.ask, deskFinder.showProduct, (found) => fill(line, found, isNew), { nothing: box.dataset.wordNothing, given, keeps: true });
};

if (box) {
  deskFinder.finder(box, box.dataset.ask, deskFinder.showProduct, (found) => {
    form.querySelector("[data-add-line]").click();
    const line = [...form.querySelectorAll("[data-line]")].at(-1);
    fill(line, found, true);
    const quantity = field(line, "quantity");
    quantity.focus();
    quantity.select();
  }, { nothing: box.dataset.wordNothing });
  form.querySelectorAll("[data-line]").forEach(attach);
  document.addEventListener("desk:prepare", ({ detail }) => { if (detail.matches?.("[data-line]")) attach(detail); });
}
