// The work list takes scans wherever the focus is: a scanner types faster than anybody, and ends with Enter.
(() => {
  // Milliseconds between two keys; wireless scanners need up to 50.
  const FAST = 80;
  const SHORTEST = 4;
  const field = document.querySelector("input[data-search]");
  if (!field) return;
  let typed = "";
  let at = 0;
  const isField = (element) => element.closest?.("input:not([type=checkbox]), textarea, select");

  document.addEventListener("keydown", (event) => {
    if (event.repeat) return;
    if (isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) { typed = ""; return; }
    const isFast = event.timeStamp - at < FAST;
    if (event.key.length === 1) {
      typed = isFast ? typed + event.key : event.key;
      at = event.timeStamp;
      // The first sign may be a key of the list; those behind it are none.
      if (typed.length > 1) event.stopImmediatePropagation();
      return;
    }
    if (event.key === "Enter" && isFast && typed.length >= SHORTEST) {
      event.preventDefault();
      event.stopImmediatePropagation();
      field.value = typed;
      field.form.requestSubmit();
    }
    if (event.key !== "Shift") typed = "";
  }, true);
})();
