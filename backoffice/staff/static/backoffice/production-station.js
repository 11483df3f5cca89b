// The dispatch station: the field is always ready for the scanner, every answer is seen and heard, codes wait in line.
(() => {
  const station = document.querySelector("[data-station]");
  if (!station) return;
  const field = station.querySelector("[data-scan]");
  const form = station.querySelector("[data-scan-form]");
  const live = station.querySelector("[data-live]");

  // --- sound: made of tones, so that there is nothing to load -------------------------------------------------------
  const TONES = { right: [[660, 0, 0.09], [990, 0.1, 0.14]], wrong: [[150, 0, 0.35], [110, 0.2, 0.4]], look: [[520, 0, 0.18]] };
  const button = station.querySelector("[data-sound]");
  let sound = localStorage.getItem("station-sound") !== "off";
  let audio = null;
  const play = (outcome) => {
    if (!sound || !TONES[outcome]) return;
    audio ??= new AudioContext();
    audio.resume();
    for (const [pitch, after, length] of TONES[outcome]) {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const start = audio.currentTime + after;
      tone.type = outcome === "wrong" ? "sawtooth" : "sine";
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.25, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + length);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + length);
    }
  };
  const showSound = () => {
    button.setAttribute("aria-pressed", String(sound));
    button.querySelector(".material-symbols-outlined").textContent = sound ? "volume_up" : "volume_off";
  };
  button.addEventListener("click", () => {
    sound = !sound;
    localStorage.setItem("station-sound", sound ? "on" : "off");
    showSound();
    play("right");
    field.focus();
  });

  // --- answers ------------------------------------------------------------------------------------------------------
  const ready = () => (live.querySelector("[data-first-field]") ?? field).focus();
  const remember = () => live.querySelectorAll("[data-remember]").forEach((select) => {
    const key = `station-${select.dataset.remember}`;
    const kept = localStorage.getItem(key);
    if (kept && [...select.options].some((option) => option.value === kept)) select.value = kept;
    select.addEventListener("change", () => localStorage.setItem(key, select.value));
  });
  const show = (html) => {
    live.innerHTML = html;
    live.querySelectorAll(".material-symbols-outlined").forEach((icon) => icon.setAttribute("aria-hidden", "true"));
    play(live.querySelector("[data-outcome]")?.dataset.outcome);
    remember();
    // What is being typed already is the next code: it keeps the field.
    if (!field.value) ready();
  };
  const lose = (code) => {
    const result = live.querySelector("[data-outcome]");
    result.className = "station-result wrong";
    result.dataset.outcome = "wrong";
    result.querySelector("h2").textContent = station.dataset.lostTitle;
    result.querySelector(".station-text").textContent = station.dataset.lost;
    play("wrong");
    if (code && !field.value) { field.value = code; field.select(); }
    field.focus();
  };

  // --- one request after the other, in the order of the scans -------------------------------------------------------
  const line = [];
  let busy = false;
  const send = (url, data) => { line.push([url, data]); if (!busy) work(); };
  const work = async () => {
    busy = true;
    while (line.length) {
      const [url, data] = line.shift();
      try {
        const answer = await fetch(url, { method: "POST", body: data, headers: { "X-Fragment": "1" } });
        if (answer.redirected) { location.reload(); return; }
        if (!answer.ok) throw new Error(String(answer.status));
        show(await answer.text());
      } catch {
        // The codes behind it are not sent blindly: whoever packs has to see this first.
        line.length = 0;
        lose(data.get("code"));
      }
    }
    busy = false;
  };
  const scan = (code) => {
    const data = new FormData(form);
    data.set("code", code);
    send(form.action, data);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = field.value.trim();
    field.value = "";
    if (code) scan(code);
  });
  live.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-fragment]")) return;
    event.preventDefault();
    // A scanner does not know that a number was asked for.
    const amount = document.activeElement?.closest("[name^=quantity_]");
    if (amount && amount.value && !/^\d{1,5}$/.test(amount.value)) {
      scan(amount.value);
      amount.value = "";
      return;
    }
    send(event.target.action, new FormData(event.target));
  });

  // --- the camera reads as a scanner does: into the field that waits for a label's code, else as the next scan --------
  document.addEventListener("desk:scanned", (event) => {
    event.preventDefault();
    const own = live.querySelector("#own-code");
    if (!own) { scan(event.detail); return; }
    own.value = event.detail;
    own.form.requestSubmit();
  });

  // --- the field stays ready ----------------------------------------------------------------------------------------
  const isField = (element) => element?.closest("input, select, textarea");
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !field.value) {
      event.preventDefault();
      live.querySelector("[data-undo]")?.requestSubmit();
    } else if (event.key === "Escape") {
      field.value = "";
      field.focus();
    } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey && !isField(event.target)) {
      event.stopImmediatePropagation();
      field.focus();
    }
  }, true);
  document.addEventListener("click", (event) => { if (!event.target.closest("a, button, input, select, label, summary, nav")) ready(); });
  window.addEventListener("focus", () => { if (!isField(document.activeElement)) ready(); });

  // --- undo runs out ------------------------------------------------------------------------------------------------
  setInterval(() => live.querySelectorAll("[data-undo]").forEach((undo) => {
    const left = Number(undo.dataset.undo) - 1;
    undo.dataset.undo = left;
    undo.querySelector("[data-seconds]").textContent = left;
    if (left > 0) return;
    const hadFocus = undo.contains(document.activeElement);
    undo.remove();
    if (hadFocus) field.focus();
  }), 1000);

  showSound();
  ready();
})();
