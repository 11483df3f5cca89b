// Copying of bodies, and the marks of the callback list.
(() => {
  const copy = async (button) => {
    const words = button.querySelector("[data-copy-words]");
    const before = words.textContent;
    await navigator.clipboard.writeText(button.closest(".body-box").querySelector("pre").textContent);
    words.textContent = words.dataset.done;
    setTimeout(() => { words.textContent = before; }, 1500);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
  });

  document.querySelectorAll("[data-marks]").forEach((form) => {
    const all = form.querySelector("[data-mark-all]");
    const bar = form.querySelector("[data-marks-bar]");
    if (!all || !bar) return;
    const marks = [...form.querySelectorAll("tbody input[type=checkbox]")];
    const show = () => {
      const count = marks.filter((mark) => mark.checked).length;
      bar.hidden = count === 0;
      form.querySelector("[data-marks-count]").textContent = count;
      all.checked = count > 0 && count === marks.length;
      all.indeterminate = count > 0 && count < marks.length;
    };
    form.addEventListener("change", (event) => {
      if (event.target === all) marks.forEach((mark) => { mark.checked = all.checked; });
      show();
    });
    show();
  });
})();
