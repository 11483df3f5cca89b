// Copying of bodies.
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
})();
