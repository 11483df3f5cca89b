// A variable is put in where one was writing last: in the subject or in the text.
(() => {
  const start = () => {
    const fields = [...document.querySelectorAll("[name=subject_line], [name=body]")];
    let last = fields.at(-1);
    fields.forEach((field) => field.addEventListener("focus", () => { last = field; }));
    document.querySelectorAll("[data-variable]").forEach((button) => button.addEventListener("click", () => {
      last.focus();
      last.setRangeText(`{{ ${button.dataset.variable} }}`, last.selectionStart, last.selectionEnd, "end");
      last.dispatchEvent(new Event("input", { bubbles: true }));
    }));
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
