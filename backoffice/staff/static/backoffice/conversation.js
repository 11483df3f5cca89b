// What is typed into a form with data-draft is kept in this browser, with the token that it will be sent with, until the
// page knows that token: then the server has it, once. And @ offers whom to mention.
(() => {
  const read = (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } };
  const write = (key, draft) => { try { localStorage.setItem(key, JSON.stringify(draft)); } catch { /* full, or forbidden */ } };

  const keepDraft = (form) => {
    const key = `draft:${form.dataset.draft}`;
    const [field, token] = [form.elements.text, form.elements.token];
    const note = form.querySelector("[data-kept]");
    const saved = (form.dataset.saved ?? "").split(" ");
    const draft = read(key);
    if (draft && saved.includes(draft.token)) localStorage.removeItem(key);
    else if (draft?.text) {
      field.value = draft.text;
      token.value = draft.token;
      form.closest("details")?.setAttribute("open", "");
      if (note) note.hidden = false;
    }
    field.addEventListener("input", () => {
      if (field.value) write(key, { text: field.value, token: token.value });
      else localStorage.removeItem(key);
      if (note) note.hidden = !field.value;
    });
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); form.requestSubmit(); }
    });
  };

  const offerNames = (field) => {
    const box = field.form.querySelector(".compose-people");
    const people = [...box.querySelectorAll("[data-person]")];
    const begun = () => /(?:^|[^\w@.+-])@([\w.+-]*)$/.exec(field.value.slice(0, field.selectionStart));
    const show = () => {
      const match = begun();
      const typed = match?.[1].toLowerCase();
      people.forEach((person) => {
        const fits = match && [person.dataset.person, ...person.textContent.split(" ")].some((name) => name.toLowerCase().startsWith(typed));
        person.hidden = !fits;
      });
      box.hidden = people.every((person) => person.hidden);
    };
    field.addEventListener("input", show);
    field.addEventListener("keydown", (event) => {
      if (box.hidden) return;
      if (event.key === "ArrowDown") { event.preventDefault(); people.find((person) => !person.hidden).focus(); }
      if (event.key === "Escape") box.hidden = true;
    });
    people.forEach((person) => person.addEventListener("click", () => {
      const match = begun();
      if (!match) return;
      const end = field.selectionStart;
      field.setRangeText(`@${person.dataset.person} `, end - match[1].length - 1, end, "end");
      field.focus();
      field.dispatchEvent(new Event("input"));
    }));
  };

  const start = () => {
    document.querySelectorAll("form[data-draft]").forEach(keepDraft);
    document.querySelectorAll("[data-mentions]").forEach(offerNames);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
