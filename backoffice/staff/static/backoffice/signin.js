// What the library's scripts for passkeys leave out: who has none is not offered them, a button can be pressed once
// something listens to it, and a refusal is said.
(() => {
  const able = Boolean(window.PublicKeyCredential);
  document.addEventListener("DOMContentLoaded", () => {
    for (const one of document.querySelectorAll("[data-needs-passkeys]")) {
      one.hidden = !able;
      one.disabled = false;
    }
    for (const one of document.querySelectorAll("[data-no-passkeys]")) one.hidden = able;
  });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const note = document.querySelector("[data-door-error]");
    if (note) note.hidden = false;
  });
})();
