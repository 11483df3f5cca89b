// What Unfold's markup lacks for the keyboard and for those who listen, and the keys of the lists.
(() => {
  const ready = (run) => document.addEventListener("DOMContentLoaded", run);
  const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");

  // Icons are words in an icon font: nobody should hear "chevron right".
  const hideIcons = (root) => root.querySelectorAll(".material-symbols-outlined:not([aria-hidden]):not([role=button])")
    .forEach((icon) => icon.setAttribute("aria-hidden", "true"));

  // Unfold listens for clicks on plain elements; make them buttons for the keyboard too.
  const clickable = (element, label) => {
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "0");
    if (label) element.setAttribute("aria-label", label);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      element.click();
    });
  };
  const mendFrame = () => {
    const words = document.getElementById("desk-words")?.dataset ?? {};
    const content = document.getElementById("content");
    content?.setAttribute("role", "main");
    content?.setAttribute("tabindex", "-1");
    document.getElementById("header-inner")?.parentElement.parentElement.setAttribute("role", "banner");
    document.getElementById("nav-sidebar-inner")?.setAttribute("aria-label", words.navigation ?? "");
    document.querySelectorAll("#header-inner h1").forEach((title) => { title.title = title.textContent.replace(/chevron_right/g, "›").replace(/\s+/g, " ").trim(); });
    document.querySelectorAll(".material-symbols-outlined[x-on\\:click]").forEach((icon) => {
      icon.removeAttribute("aria-hidden");
      clickable(icon, words.menu);
    });
    document.querySelectorAll("#nav-sidebar-inner div[x-on\\:click], #nav-sidebar-inner h2[x-on\\:click]").forEach((element) => clickable(element));
    document.querySelectorAll("#search-input-command").forEach((input) => { input.placeholder = words.find ?? ""; });
    document.querySelectorAll("[x-on\\:click*=opencommand] .truncate").forEach((hint) => { hint.textContent = words.find ?? ""; });
    document.querySelectorAll("#searchbar-submit, #command-submit").forEach((button) => button.setAttribute("aria-label", words.search ?? ""));
    document.querySelectorAll("#searchbar, #search-input-command").forEach((input) => input.setAttribute("aria-label", words.search ?? ""));
  };

  // The two lists of a choice are made when all is loaded.
  const mendChoices = () => document.querySelectorAll(".help-tooltip[aria-label]").forEach((tip) => tip.setAttribute("role", "img"));

  // Times are printed in the zone of the server's choice until the browser has told its own.
  const tellZone = () => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (zone && !document.cookie.includes(`zone=${zone}`)) document.cookie = `zone=${zone};path=/;max-age=31536000;samesite=lax`;
  };

  const addExactTimes = (root) => {
    const exact = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
    root.querySelectorAll("time[data-exact]").forEach((time) => { time.title = exact.format(new Date(time.dateTime)); });
  };

  // j and k walk through rows, Enter opens, x marks; the keys of every page are in keys.js.
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const walk = (step) => {
    const all = rows();
    if (!all.length) return;
    const current = document.activeElement.closest("[data-row]") ?? document.querySelector("[data-row]:has([aria-current])");
    const place = all.indexOf(current);
    const next = all[Math.min(Math.max(place + step, 0), all.length - 1)];
    const target = next.querySelector("a[data-open]") ?? next;
    target.focus();
    next.scrollIntoView({ block: "nearest" });
    target.dispatchEvent(new CustomEvent("desk:walk", { bubbles: true }));
  };
  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    x: () => document.activeElement.closest("[data-row]")?.querySelector("input[type=checkbox]")?.click(),
  };
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  };

  // A bulk bar appears once something is marked, and says how much.
  const watchMarks = () => {
    const form = document.querySelector("[data-bulk]");
    if (!form?.querySelector("[data-bulk-bar]")) return;
    const marks = () => [...form.querySelectorAll("[data-mark]")];
    const show = () => {
      const count = marks().filter((mark) => mark.checked).length;
      form.querySelector("[data-bulk-bar]").hidden = count === 0;
      form.querySelector("[data-bulk-count]").textContent = count;
      const all = form.querySelector("[data-mark-all]");
      all.checked = count > 0 && count === marks().length;
      all.indeterminate = count > 0 && count < marks().length;
    };
    form.addEventListener("change", (event) => {
      if (event.target.matches("[data-mark-all]")) marks().forEach((mark) => { mark.checked = event.target.checked; });
      show();
    });
    show();
  };

  // Unfold writes a chosen file's name into a field that only its own markup has: without one it must not try.
  const spareFiles = () => document.querySelectorAll("input[type=file]").forEach((input) => {
    if (!input.parentNode.parentNode.parentNode.querySelector("input[type=text]")) input.hasChangeListener = true;
  });

  // What is typed into a form with data-keep outlasts the page, until it was sent and the page shows another text than
  // before: then it was taken, in the spelling in which it is kept.
  const keepTyped = () => document.querySelectorAll("form[data-keep]").forEach((form) => {
    const fields = [...form.querySelectorAll("textarea[name], input[type=text][name]")];
    const place = (field) => `draft:${window.location.pathname}:${field.name}`;
    const keep = (field, isSent) => {
      if (field.value === field.defaultValue) sessionStorage.removeItem(place(field));
      else sessionStorage.setItem(place(field), JSON.stringify({ text: field.value, before: field.defaultValue, isSent }));
    };
    fields.forEach((field) => {
      const kept = JSON.parse(sessionStorage.getItem(place(field)));
      if (kept && !(kept.isSent && kept.before !== field.defaultValue)) field.value = kept.text; else sessionStorage.removeItem(place(field));
      field.addEventListener("input", () => keep(field, false));
    });
    form.addEventListener("submit", () => fields.forEach((field) => keep(field, true)));
  });

  // Selects and dates of the filter panel take effect at once.
  const watchFilters = () => document.querySelectorAll("[data-filters]").forEach((form) => {
    form.addEventListener("change", () => form.requestSubmit());
    form.addEventListener("submit", () => form.querySelectorAll("select, input").forEach((input) => { if (!input.value) input.disabled = true; }));
  });

  // A panel of a list is closed by Escape and by a click elsewhere.
  const closePanel = (panel, event) => {
    if (!panel || (event.type === "click" && panel.contains(event.target))) return;
    panel.open = false;
    if (event.type === "keydown") panel.querySelector("summary").focus();
  };
  const watchPanels = () => {
    const openPanel = () => document.querySelector("details.filter-panel[open]");
    document.addEventListener("click", (event) => closePanel(openPanel(), event));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") closePanel(openPanel(), event); });
  };

  // Forms of one field are sent when it changes; texts tell how long they are; a suggestion fills two fields.
  const watchFields = () => {
    document.querySelectorAll("[data-at-once]").forEach((input) => input.addEventListener("change", () => input.form.requestSubmit()));
    document.querySelectorAll("[data-limit]").forEach((input) => {
      const counter = input.closest(".field").querySelector("[data-counter]");
      const count = () => {
        const length = [...input.value].length;
        counter.textContent = `${length} · `;
        counter.classList.toggle("over", length > Number(input.dataset.limit));
      };
      input.addEventListener("input", count);
      count();
    });
    document.querySelectorAll("[data-suggest-street]").forEach((button) => button.addEventListener("click", () => {
      for (const [id, value] of [["id_street", button.dataset.suggestStreet], ["id_care_of", button.dataset.suggestCareOf]]) {
        const input = document.getElementById(id);
        input.value = value;
        input.dispatchEvent(new Event("input"));
      }
    }));
  };

  ready(() => { mendFrame(); hideIcons(document); addExactTimes(document); watchMarks(); watchFilters(); watchPanels(); watchFields(); spareFiles(); keepTyped(); document.addEventListener("keydown", press); });
  window.addEventListener("load", () => setTimeout(() => { mendChoices(); tellZone(); }));
  const dress = (root) => { hideIcons(root); addExactTimes(root); };
  document.addEventListener("htmx:afterSwap", (event) => dress(event.target));
  document.addEventListener("desk:prepare", (event) => dress(event.detail));
})();
