// Turns the JSON of a rule into rows and pickers, and back. Without it the JSON itself can be edited.
const form = document.getElementById("rule-editor");
const shapes = JSON.parse(document.getElementById("rule-shapes").textContent);
const fields = new Map(shapes.fields.map((field) => [field.key, field]));
const actions = new Map(shapes.actions.map((action) => [action.kind, action]));
const word = (name) => form.dataset[`word${name}`];
const areas = { conditions: form.querySelector("#id_conditions"), actions: form.querySelector("#id_actions") };
let lists = 0;

const element = (tag, attributes = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(...children);
  return made;
};
const icon = (name) => {
  const made = element("span", { className: "material-symbols-outlined", textContent: name });
  made.setAttribute("aria-hidden", "true");
  return made;
};
const labelled = (made, label) => { made.setAttribute("aria-label", label); return made; };
const button = (name, label, act, className = "button small", words = "") => {
  const made = element("button", { type: "button", className }, icon(name), words);
  made.addEventListener("click", act);
  return labelled(made, label);
};
const select = (pairs, value, label, change) => {
  const made = element("select", {}, ...pairs.map(([key, text]) => element("option", { value: key, textContent: text, selected: key === value })));
  made.addEventListener("change", () => change(made.value));
  return labelled(made, label);
};

// Suggestions from what really occurs, asked for while somebody types.
const suggest = (input, field) => {
  const list = element("datalist", { id: `values-${++lists}` });
  input.setAttribute("list", list.id);
  let asked = 0;
  const ask = async () => {
    const mine = ++asked;
    const answer = await fetch(`${form.dataset.values}?field=${field}&q=${encodeURIComponent(input.value)}`);
    if (!answer.ok || mine !== asked) return;
    const { values } = await answer.json();
    list.replaceChildren(...values.map((value) => element("option", { value })));
  };
  input.addEventListener("focus", ask, { once: true });
  input.addEventListener("input", ask);
  return list;
};

// Several values as tokens: chosen from those there are, or typed.
const tokens = (node, field, changed) => {
  const box = element("div", { className: "tokens" });
  const names = new Map(field.values ?? []);
  const draw = () => {
    const all = node.value.map((value, place) => element("span", { className: "token" }, element("bdi", { textContent: names.get(value) ?? value }),
      button("close", `${word("Remove")} ${names.get(value) ?? value}`, () => { node.value.splice(place, 1); draw(); changed(); }, "token-close")));
    const add = (value) => {
      if (!value.trim() || node.value.includes(value.trim())) return;
      node.value.push(value.trim());
      draw();
      changed();
      box.querySelector("select, input")?.focus();
    };
    if (field.values) {
      const left = field.values.filter(([value]) => !node.value.includes(value));
      box.replaceChildren(...all, select([["", word("Add")], ...left], "", `${field.label}: ${word("Value")}`, add));
      return;
    }
    const input = labelled(element("input", { placeholder: word("Add"), maxLength: 200 }), `${field.label}: ${word("Value")}`);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === ",") { event.preventDefault(); add(input.value); }
      if (event.key === "Backspace" && !input.value && node.value.length) { node.value.pop(); draw(); changed(); box.querySelector("input").focus(); }
    });
    input.addEventListener("change", () => add(input.value));
    box.replaceChildren(...all, input, ...(field.lookup ? [suggest(input, field.key)] : []));
  };
  draw();
  return box;
};

// What belongs to the field is there, and nothing else.
const settle = (node) => {
  const field = fields.get(node.field);
  const operators = shapes.operators[field.kind].map(([key]) => key);
  if (!operators.includes(node.op)) node.op = operators[0];
  if (field.perLine) node.lines ??= "any"; else delete node.lines;
  if (field.needs === "currency") node.currency ??= shapes.currencies[0]; else delete node.currency;
  if (field.needs === "name") node.name ??= ""; else delete node.name;
  if (field.kind === "yesno") delete node.value;
  else if (field.kind === "number") node.value = typeof node.value === "string" ? node.value : "";
  else if (!Array.isArray(node.value)) node.value = [];
};

const drawComparison = (node, remove) => {
  const field = fields.get(node.field);
  if (!field) return element("div", { className: "condition" }, element("span", { className: "code", textContent: JSON.stringify(node) }), button("close", word("Remove"), remove));
  settle(node);
  const text = (name, label, attributes) => {
    const input = labelled(element("input", { value: node[name], ...attributes }), label);
    input.addEventListener("input", () => { node[name] = input.value.trim(); keep(); });
    return input;
  };
  const parts = [];
  if (field.perLine) parts.push(select(shapes.lines, node.lines, word("Lines"), (value) => { node.lines = value; keep(); }));
  parts.push(select(shapes.fields.map(({ key, label }) => [key, label]), node.field, word("Field"), (value) => {
    const before = fields.get(node.field), after = fields.get(value);
    node.field = value;
    if (before.values || after.values || before.kind !== after.kind) delete node.value;
    draw();
  }));
  if (field.needs === "name") parts.push(text("name", word("Name"), { maxLength: 100, className: "short", placeholder: word("Name") }));
  parts.push(select(shapes.operators[field.kind], node.op, word("Op"), (value) => { node.op = value; keep(); }));
  if (field.kind === "number") parts.push(text("value", `${field.label}: ${word("Value")}`, { inputMode: "decimal", className: "short", maxLength: 20 }));
  else if (field.kind !== "yesno") parts.push(tokens(node, field, keep));
  if (field.needs === "currency") parts.push(select(shapes.currencies.map((one) => [one, one]), node.currency, word("Currency"), (value) => { node.currency = value; keep(); }));
  return element("div", { className: "condition" }, ...parts, button("close", `${word("Remove")}: ${field.label}`, remove, "button small quiet end"));
};

const drawGroup = (node, remove, depth) => {
  const choices = ["all", "any", "none"].map((match) => [match, word(match[0].toUpperCase() + match.slice(1))]);
  const head = element("div", { className: "group-head" }, select(choices, node.match, word("Match"), (value) => { node.match = value; keep(); }));
  if (remove) head.append(button("close", `${word("Remove")}: ${word("Group")}`, remove, "button small quiet end"));
  const body = node.of.map((child, place) => {
    const gone = () => { node.of.splice(place, 1); draw(); };
    return child.type === "group" ? drawGroup(child, gone, depth + 1) : drawComparison(child, gone);
  });
  const add = (made) => () => { node.of.push(made()); draw(); };
  const foot = element("div", { className: "buttons" }, button("add", word("Condition"), add(() => ({ type: "is", field: "shop", op: "is_any", value: [] })), "button small", word("Condition")));
  if (depth < 4) foot.append(button("data_object", word("Group"), add(() => ({ type: "group", match: "any", of: [] })), "button small quiet", word("Group")));
  const empty = !node.of.length && !remove ? [element("p", { className: "soft", textContent: word("Always") })] : [];
  return element("div", { className: "condition-group" }, head, ...empty, ...body, foot);
};

const drawAction = (step, place) => {
  const shape = actions.get(step.kind);
  const swap = (other) => () => { [state.actions[place], state.actions[other]] = [state.actions[other], state.actions[place]]; draw(); };
  const title = shape?.title ?? `${step.kind} (${word("Unknown")})`;
  const inputs = (shape?.inputs ?? []).map(({ name, label, type, values }) => {
    const change = (value) => { step.params[name] = type === "number" ? Number(value) : value; keep(); };
    // What can be set depends on the field that was chosen.
    const settable = type === "field_value" ? shapes.settable[step.params.field] : null;
    if (type === "field_value" && !settable) return "";
    const how = settable?.kind ?? type;
    const choices = { person: shapes.people, yesno: [["yes", word("Yes")], ["no", word("No")]] }[how] ?? values;
    if (["person", "choice", "yesno"].includes(how)) {
      const known = choices.some(([value]) => value === "") ? choices : [["", word("Choose")], ...choices];
      const chosen = (value) => { change(value); if (name === "field") { delete step.params.value; draw(); } };
      return element("label", { textContent: label }, select(known, String(step.params[name] ?? ""), label, chosen));
    }
    const input = element(how === "long" ? "textarea" : "input", { value: step.params[name] ?? "", maxLength: settable?.most ?? (how === "tag" ? 40 : 500) });
    if (how === "number") input.inputMode = "numeric";
    if (how === "url") { input.inputMode = "url"; input.placeholder = "https://"; input.spellcheck = false; }
    if (how === "long") input.rows = 2;
    input.addEventListener("input", () => change(input.value));
    return element("label", { textContent: label }, input, ...(type === "tag" ? [suggest(input, "tags")] : []));
  });
  return element("li", { className: "action" }, element("div", { className: "action-head" }, element("strong", { textContent: title }),
    ...(place ? [button("arrow_upward", `${word("Up")}: ${title}`, swap(place - 1), "button small quiet end")] : []),
    ...(place < state.actions.length - 1 ? [button("arrow_downward", `${word("Down")}: ${title}`, swap(place + 1), `button small quiet${place ? "" : " end"}`)] : []),
    button("close", `${word("Remove")}: ${title}`, () => { state.actions.splice(place, 1); draw(); }, `button small quiet${state.actions.length > 1 ? "" : " end"}`)), ...inputs,
    ...(shape?.hint ? [element("p", { className: "action-hint", textContent: shape.hint })] : []));
};

const read = (name, empty) => { try { return JSON.parse(areas[name].value); } catch { return empty; } };
const state = { conditions: read("conditions", null), actions: read("actions", null) };
const keep = () => Object.keys(areas).forEach((name) => { areas[name].value = JSON.stringify(state[name]); });
const draw = () => {
  form.querySelector("[data-conditions]").replaceChildren(drawGroup(state.conditions, null, 1));
  const adds = shapes.actions.map(({ kind, title }) => button("add", title, () => { state.actions.push({ kind, params: {} }); draw(); }, "button small", title));
  form.querySelector("[data-actions]").replaceChildren(element("ol", { className: "actions" }, ...state.actions.map(drawAction)), element("div", { className: "buttons" }, ...adds));
  keep();
};

const showSchedule = () => form.querySelectorAll("[data-schedule]").forEach((one) => { one.hidden = form.querySelector("#id_event").value !== "schedule"; });
form.querySelector("#id_event").addEventListener("change", showSchedule);
showSchedule();
// What is not a tree of ours (a rule of a later release, a typing error) stays text.
if (state.conditions?.type === "group" && Array.isArray(state.actions)) {
  form.querySelectorAll("[data-plain]").forEach((plain) => { plain.hidden = true; });
  draw();
}
