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

// What the pre-flight says of what is typed stands at its field, and what a hold says of it until it is changed.
const mark = () => {
  form.querySelectorAll("[data-live]").forEach((text) => { text.closest(".field").classList.remove("wrong"); text.remove(); });
  form.querySelectorAll("[data-mark]").forEach(({ dataset, textContent }) => {
    const input = form.elements[dataset.mark];
    const field = input?.closest?.(".field");
    if (!field || field.querySelector(".complaint") || ("held" in dataset && input.value !== input.defaultValue)) return;
    field.classList.add("wrong");
    field.append(Object.assign(document.createElement("p"), { className: "complaint", textContent }));
    field.lastElementChild.dataset.live = "";
  });
};

// What nobody has touched is not sent: all fields of a hundred lines are more than a request may have.
const isTouched = (name, formData) => {
  const [own, shown] = [formData.getAll(name), formData.getAll(`initial-${name}`)];
  if (form.elements[name]?.type === "checkbox" && shown.length < 2 && !/-keep(_files)?$/.test(name)) return own.length > 0 !== (shown[0] === "True");
  const plain = (values) => values.map((value) => String(value).replaceAll("\r\n", "\n")).filter(Boolean).sort().join("\n");
  return plain(own) !== plain(shown);
};
const leaveOut = ({ formData }) => {
  for (const initial of new Set([...formData.keys()].filter((one) => one.startsWith("initial-")))) {
    const name = initial.slice("initial-".length);
    if (/^new-\d/.test(name) || (!form.elements[name]?.disabled && isTouched(name, formData))) continue;
    formData.delete(initial);
    formData.delete(name);
  }
};

const findLine = (text) => {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  form.querySelectorAll("[data-line]").forEach((line) => {
    const all = [line.querySelector("legend").textContent, ...[...line.querySelectorAll("input:not([type=hidden])")].map((input) => input.value)].join(" ").toLowerCase();
    line.hidden = !words.every((word) => all.includes(word));
  });
};

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
  form.addEventListener("input", ({ target }) => { if (target.matches("[data-find-line]")) findLine(target.value); else compare(); });
  form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("[data-find-line]")) event.preventDefault(); });
  document.getElementById("edit-changes").addEventListener("htmx:afterSwap", mark);
  form.addEventListener("change", showRemoved);
  form.addEventListener("click", ({ target }) => {
    if (target.closest("[data-add-line]")) { addLine(); compare(); }
    const drop = target.closest("[data-drop-line]");
    if (drop) { drop.closest("[data-line]").remove(); compare(); }
    const offered = target.closest("[data-fill]");
    if (offered) fill(offered);
  });
  form.addEventListener("formdata", leaveOut);
  form.addEventListener("submit", () => { typed = false; });
  addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });
  showRemoved();
  mark();
  const focused = form.querySelector("[autofocus]");
  if (focused) {
    focused.closest("details")?.setAttribute("open", "");
    focused.focus();
    focused.scrollIntoView({ block: "center" });
  }
  else form.querySelector(".field.wrong, [role=alert]")?.scrollIntoView({ block: "center" });
  // What was sent and not saved is still only here.
  if ("unsaved" in form.dataset) typed = true;
  // htmx listens once the page is there, which is after this.
  if (typed || form.querySelector(".wrong, [role=alert]")) addEventListener("load", () => form.dispatchEvent(new Event("edited")));
}
