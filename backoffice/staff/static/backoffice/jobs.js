// "Select all found" below a list whose rows do not stand on one page, and the fields of the address grid.
(() => {
  const ready = (run) => document.addEventListener("DOMContentLoaded", run);

  // Once all rows of the page are marked, all that the filters find can be selected; any other mark takes that back.
  const offerAll = () => {
    const form = document.querySelector("[data-bulk]");
    const button = form?.querySelector("[data-select-found]");
    if (!button) return;
    const [all, count] = [form.querySelector("[data-select-all]"), form.querySelector("[data-bulk-count]")];
    const onlyMarked = [...form.querySelectorAll("[data-bulk-bar] button[formaction]")];
    let found = null;
    const reset = () => {
      all.value = "";
      button.hidden = true;
      onlyMarked.forEach((other) => { other.disabled = false; });
    };
    const offer = async () => {
      const answer = await fetch(button.dataset.selectFound, { headers: { Accept: "application/json" } });
      if (!answer.ok || !form.querySelector("[data-mark-all]").checked) return;
      found = await answer.json();
      button.textContent = found.select;
      button.hidden = false;
    };
    form.addEventListener("change", (event) => {
      if (!event.target.matches("[data-mark], [data-mark-all]")) return;
      reset();
      if (form.querySelector("[data-mark-all]").checked) offer();
    });
    button.addEventListener("click", () => {
      all.value = "1";
      count.textContent = found.selected;
      button.hidden = true;
      onlyMarked.forEach((other) => { other.disabled = true; });
    });
  };

  // How long each value is stands beside its limit, and in red while it does not fit.
  const countLetters = () => document.querySelectorAll("[data-longest]").forEach((input) => {
    const field = input.closest(".grid-field");
    const counter = field.querySelector("[data-length]");
    const show = () => {
      const length = [...input.value].length;
      counter.textContent = length;
      field.classList.toggle("over", length > Number(input.dataset.longest));
    };
    input.addEventListener("input", show);
    show();
  });

  // A menu of further actions closes with Escape and with a press elsewhere.
  const closeMenus = () => {
    const menus = () => [...document.querySelectorAll("details.more-jobs[open]")];
    document.addEventListener("click", (event) => menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; }));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); }); });
  };

  ready(() => { offerAll(); countLetters(); closeMenus(); });
})();
