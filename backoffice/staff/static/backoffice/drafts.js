// The page on which an order is typed in: kept by itself, checked by the server, filled by what is found.
const form = document.getElementById("draft-form");
const words = form.dataset;
const find = (selector, within = form) => within.querySelector(selector);
const all = (selector, within = form) => [...within.querySelectorAll(selector)];
const named = (name) => form.elements.namedItem(name);
const make = (tag, text = "", names = "") => Object.assign(document.createElement(tag), { textContent: text, className: names });
const query = (address, values) => fetch(`${address}?${new URLSearchParams(values)}`, { headers: { Accept: "application/json" } });
const later = (run, pause) => {
  let timer = 0;
  return (...given) => { clearTimeout(timer); timer = setTimeout(run, pause, ...given); };
};

// --- Kept by itself: one save at a time, and one more when something was typed meanwhile ------------------------------
const state = { dirty: false, saving: null, stopped: false, leaving: false };
const say = (text, isWrong = false) => {
  const place = find("[data-saved]");
  place.textContent = text;
  place.classList.toggle("over", isWrong);
};

const showErrors = (errors) => all("[data-errors]").forEach((place) => {
  const text = (errors[place.dataset.errors] ?? []).join(" ");
  place.textContent = text;
  place.closest(".field")?.classList.toggle("wrong", text !== "");
  const field = named(place.dataset.errors);
  if (field instanceof Element) field.toggleAttribute("aria-invalid", text !== "");
});
const showLimits = (limits) => all("[name^='recipient.']").forEach((input) => {
  const limit = limits[input.name];
  const box = input.closest(".field");
  const place = box && find("[data-limit-words]", box);
  if (!place || input.tagName === "SELECT") return;
  place.hidden = !limit;
  if (limit) { input.dataset.vendorLimit = limit; find("[data-most]", place).textContent = limit; } else delete input.dataset.vendorLimit;
  count(input);
});
const showAnswer = (answer) => {
  named("version").value = answer.version;
  find("[data-place-label]").textContent = answer.button;
  for (const [name, html] of Object.entries(answer.parts)) {
    const place = find(`[data-part="${name}"]`);
    if (place && place.innerHTML !== html) place.innerHTML = html;
  }
  for (const [name, text] of Object.entries(answer.placeholders)) if (named(name)) named(name).placeholder = text;
  showErrors(answer.errors);
  showLimits(answer.limits);
  if (answer.url !== window.location.pathname) window.history.replaceState(null, "", answer.url);
  find("[data-conflict-open]").href = answer.url;
};

const showConflict = (answer) => {
  if (!answer.reference) { say(answer.text, true); return; }
  state.stopped = true;
  const box = find("[data-conflict]");
  box.dataset.reference = answer.reference;
  find("[data-conflict-text]").textContent = answer.text;
  box.hidden = false;
  say(answer.text, true);
};

const post = async () => {
  state.dirty = false;
  say(words.wordSaving);
  let response;
  try {
    response = await fetch(words.save, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
  } catch { /* not reachable just now */ }
  if (!response || response.status >= 500) {
    state.dirty = true;
    say(words.wordUnsaved, true);
    setTimeout(save, 4000);
    return;
  }
  if (!response.redirected && [400, 413].includes(response.status)) { say(words.wordTooLarge, true); return; }
  if (response.redirected || !response.headers.get("Content-Type")?.startsWith("application/json")) {
    state.dirty = true;
    say(words.wordSignedOut, true);
    setTimeout(save, 8000);
    return;
  }
  const answer = await response.json();
  if (response.ok) { showAnswer(answer); say(answer.saved); return; }
  if (response.status === 409) showConflict(answer);
  else { showErrors(answer.errors ?? {}); say(answer.text, true); }
};
const save = async () => {
  if (state.stopped || state.leaving) return;
  if (state.saving) { await state.saving; if (state.dirty) save(); return; }
  if (!state.dirty) return;
  state.saving = post();
  await state.saving;
  state.saving = null;
  if (state.dirty) saveSoon();
};
const saveSoon = later(() => save(), 600);
const changed = () => { state.dirty = true; if (!state.stopped) saveSoon(); };

form.addEventListener("input", (event) => {
  if (!event.target.name) return;
  count(event.target);
  changed();
});
form.addEventListener("change", (event) => { if (event.target.name) changed(); });
form.addEventListener("submit", () => { state.leaving = true; });
window.addEventListener("pageshow", () => { state.leaving = false; });
// Whoever leaves at once after typing: the browser sends it on behalf of the page that is gone.
window.addEventListener("pagehide", () => {
  if (state.dirty && !state.leaving && !state.stopped) navigator.sendBeacon(words.save, new FormData(form));
});
window.addEventListener("beforeunload", (event) => { if (state.stopped && !state.leaving) event.preventDefault(); });

find("[data-conflict-copy]").addEventListener("click", () => {
  const box = find("[data-conflict]");
  named("reference").value = box.dataset.reference;
  named("version").value = "0";
  box.hidden = true;
  state.stopped = false;
  state.dirty = true;
  save();
});

// --- Limits while typing ----------------------------------------------------------------------------------------------
function count(input) {
  const box = input.closest(".field");
  const counter = box && find("[data-length]", box);
  if (!counter || !input.dataset.vendorLimit) return;
  const length = [...input.value].length;
  counter.textContent = `${length} / `;
  counter.parentElement.classList.toggle("over", length > Number(input.dataset.vendorLimit));
}

// --- What is found while typing ---------------------------------------------------------------------------------------
const { finder, showProduct } = globalThis.deskFinder;
const put = (name, value) => {
  const input = named(name);
  if (!(input instanceof Element)) return;
  if (input.tagName === "SELECT" && value && ![...input.options].some((option) => option.value === value)) input.add(new Option(value, value));
  input.value = value;
  if (value) { const more = input.closest("details"); if (more) more.open = true; }
  count(input);
};

const showCustomer = ({ title, detail }) => {
  const option = make("li", "", "found-customer");
  option.append(make("strong", title, "clip"), make("span", detail, "soft clip"));
  return option;
};
const chooseCustomer = ({ fill }) => {
  Object.entries(fill).forEach(([name, value]) => put(name, value));
  changed();
  document.getElementById("find-product").focus();
};

// Names of lines in the form. The next is taken before the server has answered: another may be chosen meanwhile.
let nextPlace = Math.max(-1, ...all("[data-line]").map((line) => Number(line.dataset.line))) + 1;
const chooseProduct = async ({ sku }) => {
  const list = find("[data-lines]");
  const reference = list.dataset.next;
  list.dataset.next = String(Number(reference) + 1);
  const place = String(nextPlace);
  nextPlace += 1;
  const response = await query(words.line, { sku, place, reference, shop: named("shop").value });
  if (!response.ok || response.redirected) return;
  list.insertAdjacentHTML("beforeend", await response.text());
  // Unfold wants its own markup around a file field (see `spareFiles` of desk.js).
  all("input[type=file]", list).forEach((input) => { input.hasChangeListener = true; });
  changed();
  const quantity = document.getElementById(`quantity-${place}`);
  quantity.focus();
  quantity.select();
};
const inShop = { nothing: words.wordNothing, given: () => ({ shop: named("shop").value }) };
finder(find('[data-finder="customers"]'), words.customers, showCustomer, chooseCustomer, inShop);
finder(find('[data-finder="products"]'), words.products, showProduct, chooseProduct, inShop);

// --- Print files ------------------------------------------------------------------------------------------------------
const addFile = (box, { id, name, url }) => {
  const taken = all("[data-file]", box).map((file) => Number(file.dataset.file)).filter(Number.isFinite);
  const place = String(Math.max(-1, ...taken) + 1);
  const template = find("[data-file-template]", box);
  const file = template.content.firstElementChild.cloneNode(true);
  file.dataset.file = place;
  all("[name]", file).forEach((input) => { input.name = input.name.replace("__", place); });
  find("[data-file-id]", file).value = id;
  find("[data-file-name]", file).value = name;
  find("[data-file-title]", file).textContent = name;
  find("[data-file-link]", file).href = url;
  const part = find("select", file);
  if (part) part.selectedIndex = Math.min(taken.length, part.options.length - 1);
  template.before(file);
};
const upload = async (input) => {
  const box = input.closest("[data-files]");
  const note = find("[data-upload-state]", box);
  const body = new FormData();
  body.append("file", input.files[0]);
  body.append("shop", named("shop").value);
  body.append("csrfmiddlewaretoken", named("csrfmiddlewaretoken").value);
  note.textContent = words.wordUploading;
  const response = await fetch(words.files, { method: "POST", body }).catch(() => null);
  const isJson = response?.headers.get("Content-Type")?.startsWith("application/json");
  const answer = isJson ? await response.json() : null;
  input.value = "";
  note.textContent = response?.ok ? "" : answer?.text ?? words.wordFailed;
  if (response?.ok && answer) { addFile(box, answer); changed(); }
};
form.addEventListener("change", (event) => { if (event.target.matches("[data-upload]") && event.target.files.length) upload(event.target); });

// --- Buttons ----------------------------------------------------------------------------------------------------------
form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches("[data-remove]")) { button.closest("[data-line]").remove(); document.getElementById("find-product").focus(); changed(); }
  if (button.matches("[data-file-remove]")) { button.closest("[data-file]").remove(); changed(); }
  if (button.matches("[data-fill-street]")) {
    put("recipient.street", button.dataset.fillStreet);
    put("recipient.care_of", button.dataset.fillCareOf);
    changed();
  }
  if (button.matches("[data-copy-customer]")) {
    ["firstname", "lastname"].forEach((name) => put(`recipient.${name}`, named(`customer.${name}`).value));
    changed();
  }
});
// The recipient is called as the customer until somebody writes another name.
["firstname", "lastname"].forEach((name) => {
  const from = named(`customer.${name}`);
  const to = named(`recipient.${name}`);
  let before = from.value;
  from.addEventListener("input", () => {
    if (to.value === before) put(`recipient.${name}`, from.value);
    before = from.value;
  });
});
all("[data-vendor-limit]").forEach(count);
// Who takes an order begins with the customer; browsers forget `autofocus` where a page was there before.
find("[autofocus]")?.focus();
// Enter in a field saves nothing and places nothing: only its button places an order.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
});
