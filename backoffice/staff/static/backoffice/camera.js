// Reading bar codes with a camera: a button with data-camera (the field that it fills) opens the panel, and what is read
// goes the way of a scan. A page may take it from the event "desk:scanned" instead. Browsers that cannot read bar codes
// by themselves get a reader from this server, once the button is pressed and not before.
(() => {
  const FORMATS = ["code_128", "code_39", "data_matrix", "ean_13", "ean_8", "itf", "qr_code"];
  // Milliseconds between two looks, and how long a code that was taken is not taken again while it is in sight.
  const PAUSE = 90;
  const SEEN = 2500;

  let panel = null;
  let opener = null;
  let stream = null;
  // The code of the last look, and the one that was taken last with the time at which it was last in sight.
  let glimpse = "";
  const taken = { code: "", at: 0 };

  const say = (name) => {
    const text = panel.querySelector("[data-camera-text]");
    panel.dataset.state = name;
    text.textContent = panel.dataset[name] ?? "";
  };
  const close = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    if (panel) panel.hidden = true;
    document.querySelectorAll("[data-camera]").forEach((button) => button.setAttribute("aria-expanded", "false"));
  };

  // --- the reader ---------------------------------------------------------------------------------------------------
  const load = (address) => new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed }));
  });
  const nativeReader = async () => {
    if (!("BarcodeDetector" in window)) return null;
    const known = await window.BarcodeDetector.getSupportedFormats();
    return FORMATS.every((format) => known.includes(format)) ? new window.BarcodeDetector({ formats: FORMATS }) : null;
  };
  let ownReader = null;
  const makeOwnReader = async () => {
    await load(panel.dataset.reader);
    const { BarcodeDetector, prepareZXingModule } = window.BarcodeDetectionAPI;
    const { wasm } = panel.dataset;
    prepareZXingModule({ overrides: { locateFile: (path, prefix) => path.endsWith(".wasm") ? wasm : prefix + path } });
    return new BarcodeDetector({ formats: FORMATS });
  };
  const makeReader = async () => await nativeReader().catch(() => null) ?? (ownReader ??= await makeOwnReader());

  // --- the camera ---------------------------------------------------------------------------------------------------
  const CAUSES = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "missing", OverconstrainedError: "missing" };
  const startVideo = async (video) => {
    const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    video.srcObject = stream;
    await video.play();
  };

  // Of several codes in sight the one in the middle is meant.
  const nearest = (codes, video) => {
    const far = ({ boundingBox: box }) =>
      Math.hypot(box.x + box.width / 2 - video.videoWidth / 2, box.y + box.height / 2 - video.videoHeight / 2);
    return codes.filter((code) => code.rawValue).sort((one, other) => far(one) - far(other))[0]?.rawValue ?? "";
  };
  const take = (code) => {
    navigator.vibrate?.(60);
    say("found");
    panel.querySelector("[data-camera-code]").textContent = code;
    const event = new CustomEvent("desk:scanned", { detail: code, cancelable: true });
    const field = document.querySelector(opener.dataset.camera);
    if (!document.dispatchEvent(event) || !field) return;
    field.value = code;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
    field.focus();
    if (opener.hasAttribute("data-camera-submit")) field.form.requestSubmit();
  };
  // Twice the same: bar codes without a check digit are misread now and then.
  const consider = (code) => {
    const isSure = code && code === glimpse;
    glimpse = code;
    if (!isSure) return;
    const isNew = code !== taken.code || Date.now() - taken.at > SEEN;
    Object.assign(taken, { code, at: Date.now() });
    if (isNew) take(code);
  };
  const watch = async (reader, video, watched) => {
    while (stream === watched && stream) {
      if (!document.hidden && video.readyState >= 2) consider(nearest(await reader.detect(video), video));
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  };

  const open = async (button) => {
    panel = document.querySelector("[data-camera-panel]");
    opener = button;
    panel.hidden = false;
    button.setAttribute("aria-expanded", "true");
    if (!navigator.mediaDevices?.getUserMedia) { say("insecure"); return; }
    say("starting");
    const video = panel.querySelector("video");
    try {
      await startVideo(video);
    } catch (error) {
      say(CAUSES[error.name] ?? "busy");
      return;
    }
    try {
      const reader = await makeReader();
      if (!stream) return;
      say("looking");
      await watch(reader, video, stream);
    } catch {
      close();
      panel.hidden = false;
      say("failed");
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-camera]");
    if (button && stream) close();
    else if (button) open(button);
    else if (event.target.closest("[data-camera-close]")) { close(); opener?.focus(); }
  });
  window.addEventListener("pagehide", close);
  // A page that follows the server leaves the open panel as it is.
  document.addEventListener("desk:prepare", ({ detail: fresh }) => {
    if (!panel || panel.hidden) return;
    fresh.querySelector("[data-camera-panel]")?.replaceWith(panel.cloneNode(true));
    fresh.querySelectorAll("[data-camera]").forEach((button) => button.setAttribute("aria-expanded", "true"));
  });
})();
