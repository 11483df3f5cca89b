// What the page of an order does by itself: copy a text, count seconds down, print. All of it is found when it is needed,
// so that parts which are exchanged while the page is open (`live.js`) go on working.
(() => {
  const copyOld = (text) => {
    const field = Object.assign(document.createElement("textarea"), { value: text });
    field.setAttribute("readonly", "");
    field.style.position = "fixed";
    field.style.opacity = "0";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };
  // The clipboard is there on https and loopback only.
  const copy = async (text) => { try { await navigator.clipboard.writeText(text); } catch { copyOld(text); } };

  const showCopied = (button) => {
    const label = button.querySelector("[data-copy-label]");
    if (!label || label.dataset.before) return;
    label.dataset.before = label.textContent;
    label.textContent = button.dataset.copied;
    const news = document.getElementById("live-news");
    if (news) news.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = label.dataset.before; delete label.dataset.before; }, 2000);
  };

  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-print]")) { window.print(); return; }
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await copy(button.dataset.copy);
    button.focus();
    showCopied(button);
  });

  // The server says how many seconds were left when it made the page: clocks of browsers may be wrong.
  const ends = new WeakMap();
  const spell = (seconds) => {
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const two = (number) => String(number).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
  };
  const count = () => document.querySelectorAll("[data-countdown]").forEach((place) => {
    if (!ends.has(place)) ends.set(place, performance.now() + Number(place.dataset.countdown) * 1000);
    place.textContent = spell(Math.max(0, Math.round((ends.get(place) - performance.now()) / 1000)));
  });
  const start = () => { count(); setInterval(count, 1000); };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start); else start();
})();
