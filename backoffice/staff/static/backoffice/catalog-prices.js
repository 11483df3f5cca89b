// The price editor: typing, keys, pasting, formulas, and drafting what was changed. Nothing is sent before "Draft".
const editor = document.getElementById("price-editor");
const words = editor.dataset;
const inputs = [...editor.querySelectorAll(".price-grid input")];
const language = document.documentElement.lang;
const comma = (1.1).toLocaleString(language)[1];
const find = (selector) => editor.querySelector(selector);
const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
const complaints = find("[data-complaints]");

const complain = (text) => { complaints.textContent = text; complaints.hidden = !text; };

// "1.234,50", "1,234.50" and "12,5" are what people paste; the last separator is the decimal one.
const normal = (text) => {
  const bare = text.replace(/[\s\u00a0€$£]/g, "");
  const decimal = Math.max(bare.lastIndexOf(","), bare.lastIndexOf("."));
  if (decimal < 0) return bare;
  return `${bare.slice(0, decimal).replace(/[.,]/g, "")}.${bare.slice(decimal + 1)}`;
};
// "1.234" in German, "1,234" in English: a thousand and more, or what was copied from a page of the other language.
const group = comma === "," ? "." : ",";
const isUnclear = (text) => new RegExp(`^[1-9]\\d{0,2}\\${group}\\d{3}$`).test(text.replace(/[\s\u00a0€$£]/g, ""));
const shown = (price) => price.replace(".", comma);
const isPrice = (text) => /^\d{1,8}(\.\d{1,4})?$/.test(text);
const same = (one, other) => one === other || (one !== "" && other !== "" && Number(one) === Number(other));

const place = (input) => ({
  sku: input.closest("tbody").dataset.sku,
  quantity: input.closest("tr").dataset.quantity,
  list: input.closest("td").dataset.list,
});
const base = (input) => input.dataset.drafted ?? input.dataset.held;
const isChanged = (input) => !same(normal(input.value), base(input));

// --- What a cell says of itself ----------------------------------------------------------------------------------
const showMargin = (row) => {
  const cell = row.querySelector("[data-margin]");
  const sales = row.querySelector('[data-list="sales"]');
  const purchase = row.querySelector('[data-list="purchase"] input');
  const text = sales.querySelector("input")?.value ?? sales.textContent;
  const price = isPrice(normal(text)) && !isUnclear(text) ? Number(normal(text)) : NaN;
  const cost = purchase && isPrice(normal(purchase.value)) ? Number(normal(purchase.value)) : Number(row.dataset.cost || NaN);
  const margin = price ? ((price - cost) / price) * 100 : NaN;
  const tone = margin < 0 ? "tone-red" : margin < 10 ? "tone-amber" : "tone-green";
  cell.className = `margin ${Number.isFinite(margin) ? tone : "none"}`;
  const digits = { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 };
  cell.textContent = Number.isFinite(margin) ? (margin / 100).toLocaleString(language, digits) : "–";
};
const judge = (input) => {
  const text = normal(input.value);
  const changed = isChanged(input);
  const emptied = changed && text === "" && place(input).list === "sales";
  const unclear = changed && isUnclear(input.value);
  const wrong = emptied || unclear || (text !== "" && !isPrice(text));
  input.classList.toggle("drafted", !changed && input.dataset.drafted !== undefined);
  input.classList.toggle("changed", changed && !wrong);
  input.classList.toggle("wrong", wrong);
  input.toggleAttribute("aria-invalid", wrong);
  const why = emptied ? words.wordKeep : unclear ? words.wordUnclear : words.wordWrong;
  input.title = wrong ? why : changed ? say(words.wordBefore, { price: shown(base(input)) || "–" }) : "";
};

const changes = () => inputs.filter(isChanged);
const count = () => {
  const changed = changes();
  const wrong = changed.some((input) => input.classList.contains("wrong"));
  const skus = new Set(changed.map((input) => place(input).sku)).size;
  find("[data-count]").textContent = changed.length ? say(words.wordChanged, { prices: changed.length, skus }) : words.wordNone;
  find("[data-save-words]").textContent = changed.length === 1 ? words.wordSaveOne : say(words.wordSave, { prices: changed.length });
  find("[data-save-button]").disabled = !changed.length || wrong;
  find("[data-undo]").disabled = !changed.length;
};
const type = (input, text) => { input.value = text; judge(input); showMargin(input.closest("tr")); };
const put = (input, price) => type(input, shown(price));
const edited = (some) => { some.forEach((input) => { judge(input); showMargin(input.closest("tr")); }); count(); };

// --- Keys --------------------------------------------------------------------------------------------------------
const columns = {};
inputs.forEach((input) => { (columns[place(input).list] ??= []).push(input); });
const names = Object.keys(columns);
const focus = (input) => { if (input) { input.focus(); input.select(); input.scrollIntoView({ block: "nearest", inline: "nearest" }); } };
const below = (input, step) => { const column = columns[place(input).list]; return column[column.indexOf(input) + step]; };
const beside = (input, step) => {
  const name = names[names.indexOf(place(input).list) + step];
  return input.closest("tr").querySelector(`[data-list="${name}"] input`);
};
const atEdge = (input, step) => {
  const all = input.selectionStart === 0 && input.selectionEnd === input.value.length;
  return all || (step < 0 ? input.selectionEnd === 0 : input.selectionStart === input.value.length);
};
const moves = {
  ArrowDown: (input) => below(input, 1),
  ArrowUp: (input) => below(input, -1),
  Enter: (input, event) => below(input, event.shiftKey ? -1 : 1),
  ArrowRight: (input) => atEdge(input, 1) && beside(input, 1),
  ArrowLeft: (input) => atEdge(input, -1) && beside(input, -1),
};
const press = (event) => {
  const input = event.target;
  if (event.key === "Escape") { put(input, base(input)); count(); input.select(); return; }
  if (!moves[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  const next = moves[event.key](input, event);
  if (event.key.startsWith("Arrow") && !next) return;
  event.preventDefault();
  focus(next);
};

// A column, or a block, out of a spreadsheet: down from here, and to the right where there are more lists.
const paste = (event) => {
  const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
  if (!/[\n\t]/.test(text)) return;
  event.preventDefault();
  const touched = [];
  let row = event.target;
  for (const line of text.split("\n")) {
    let cell = row;
    for (const value of line.split("\t")) {
      if (!cell) break;
      if (value.trim()) { isUnclear(value) ? type(cell, value.trim()) : put(cell, normal(value)); touched.push(cell); }
      cell = beside(cell, 1);
    }
    row = row && below(row, 1);
    if (!row) break;
  }
  edited(touched);
};

// --- Talking to the server ---------------------------------------------------------------------------------------
const ask = async (url, body) => {
  complain("");
  const token = find("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify({ market: words.market, ...body }) });
  const isJson = (answer.headers.get("Content-Type") ?? "").startsWith("application/json");
  const told = isJson ? await answer.json() : { text: say(words.wordFailed, { status: answer.status }), errors: {} };
  if (answer.ok && isJson) return told;
  const details = Object.entries(told.errors).map(([name, texts]) => `${name}: ${texts.join(" ")}`);
  complain([told.text, ...details].join(" · "));
  complaints.scrollIntoView({ block: "nearest" });
  return null;
};
const wishes = () => {
  const rows = {};
  for (const input of changes()) {
    const { sku, quantity, list } = place(input);
    ((rows[sku] ??= {})[list] ??= {})[quantity] = normal(input.value) || null;
  }
  return rows;
};
let leaving = false;
const open = (url) => { leaving = true; window.location.assign(url); };
const save = async () => {
  const button = find("[data-save-button]");
  button.disabled = true;
  const told = await ask(words.save, { kind: words.kind, draft: find("[data-draft-choice]").value, title: find("[data-title]").value, rows: wishes() });
  if (told) open(told.url);
  else count();
};
const formula = () => Object.fromEntries(new FormData(find("[data-formula-form]")));
const fill = async (event) => {
  event.preventDefault();
  const skus = [...editor.querySelectorAll("tbody[data-sku]")].map((body) => body.dataset.sku);
  const told = await ask(words.formula, { ...formula(), skus });
  if (!told) return;
  const cells = new Map((columns.sales ?? []).map((input) => [`${place(input).sku}\n${place(input).quantity}`, input]));
  const touched = [];
  for (const { sku, quantity, after } of told.rows) {
    const input = cells.get(`${sku}\n${quantity}`);
    if (input) { put(input, after); touched.push(input); }
  }
  edited(touched);
  find("[data-count]").textContent = touched.length ? say(words.wordFilled, { prices: touched.length }) : words.wordSame;
};
const draftAll = async () => {
  const told = await ask(words.all, { ...formula(), query: words.query, title: find("[data-title]").value });
  if (told) open(told.url);
};

if (find("[data-save-button]")) {
  const grid = find(".price-grid");
  grid?.addEventListener("input", (event) => edited([event.target]));
  grid?.addEventListener("keydown", (event) => event.target.matches("input") && press(event));
  grid?.addEventListener("paste", (event) => event.target.matches("input") && paste(event));
  grid?.addEventListener("focusin", (event) => event.target.matches("input") && event.target.select());
  find("[data-undo]").addEventListener("click", () => { const some = changes(); some.forEach((input) => put(input, base(input))); edited(some); });
  find("[data-save-button]").addEventListener("click", save);
  find("[data-formula-form]")?.addEventListener("submit", fill);
  find("[data-formula-form] [data-all]")?.addEventListener("click", draftAll);
  find("[data-draft-choice]").addEventListener("change", (event) => {
    if (changes().length) return;
    const url = new URL(window.location);
    url.searchParams.set("draft", event.target.value);
    window.location.assign(url);
  });
  window.addEventListener("beforeunload", (event) => { if (!leaving && changes().length) event.preventDefault(); });
  inputs.forEach(judge);
  count();
}
