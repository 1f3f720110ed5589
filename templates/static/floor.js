// The handheld: a scan is kept in the page until the shop has answered it, and sent again with the same key until then.
(() => {
  const KEPT = "floor-kept", AGAIN_MS = 3000, SOON_MS = 1500;
  const main = document.getElementById("floor"), net = document.getElementById("net");
  const kept = () => JSON.parse(localStorage.getItem(KEPT) || "[]");
  const keep = (list) => localStorage.setItem(KEPT, JSON.stringify(list));
  let sending = false, later = 0, sound = null, told = false;

  const person = main.dataset.person;
  const mine = () => kept().filter((one) => one.person === person);
  const drop = (gone) => keep(kept().filter((one) => one.data.key !== gone.data.key));

  const uuid = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  const TONES = { ok: [[880, 70]], done: [[880, 70], [1320, 110]], wrong: [[170, 400]], gone: [[330, 120], [250, 240]] };
  const ring = (tone) => {
    if (!TONES[tone]) return;
    if (tone === "wrong" && navigator.vibrate) navigator.vibrate([200, 80, 200]);
    try {
      sound = sound || new AudioContext();
      let begins = sound.currentTime;
      for (const [hertz, ms] of TONES[tone]) {
        const pitch = sound.createOscillator();
        pitch.frequency.value = hertz;
        pitch.connect(sound.destination);
        pitch.start(begins);
        begins += ms / 1000;
        pitch.stop(begins);
      }
    } catch (silent) { /* a device without sound still shows the colour */ }
  };

  const tell = (sentence) => { net.textContent = sentence; net.hidden = !sentence; };
  const focus = () => { const box = main.querySelector("input[name=code]"); if (box) box.focus(); };

  // what somebody is typing, or a scanner is in the middle of, while an answer comes
  const BOXES = ["code", "quantity", "weight_g"];
  const boxOf = (name) => main.querySelector(`input[name="${name}"]:not([type=hidden])`);
  const stopOf = () => main.querySelector("input[name=task]")?.value;
  const unfinished = () => {
    const boxes = BOXES.map(boxOf).filter((box) => box && box.value !== box.defaultValue);
    return { stop: stopOf(), at: document.activeElement?.name, typed: boxes.map((box) => [box.name, box.value]) };
  };
  const resume = ({ stop, at, typed }) => {
    for (const [name, value] of typed) {
      const box = boxOf(name);
      if (!box || (name !== "code" && stop !== stopOf())) continue; // a number that was meant for another stop
      box.value = value;
      if (name === at) box.focus();
    }
  };

  const draw = (page) => {
    const before = unfinished();
    const drawn = new DOMParser().parseFromString(page, "text/html");
    main.innerHTML = drawn.getElementById("floor").innerHTML;
    document.querySelector("header span").textContent = drawn.querySelector("header span").textContent;
    const answer = main.querySelector("[data-tone]");
    if (answer) ring(answer.dataset.tone);
    focus();
    resume(before);
    lookAgain();
  };

  // a page that waits for a carrier draws itself anew until it has heard
  const lookAgain = () => {
    const waits = main.querySelector("[data-soon]");
    if (!waits) return;
    setTimeout(async () => {
      if (!main.contains(waits) || main.querySelector("input[name=code]")?.value) return lookAgain();
      try {
        const answer = await fetch(waits.dataset.soon, { credentials: "same-origin" });
        if (answer.ok && !answer.redirected) draw(await answer.text());
      } catch (unreachable) { lookAgain(); }
    }, SOON_MS);
  };

  // a scan that was kept on another page is answered there: here only what came of it is said
  const here = (one) => !one.at || one.at === location.pathname;
  const aside = (page) => {
    const answer = new DOMParser().parseFromString(page, "text/html").querySelector("[data-tone]");
    if (!answer) return;
    ring(answer.dataset.tone);
    told = true;
    tell(answer.textContent);
  };

  const wait = (sentence) => {
    const count = mine().length;
    tell(`${sentence} ${count} scan${count === 1 ? " is" : "s are"} kept here and sent by ${count === 1 ? "itself" : "themselves"}.`);
    clearTimeout(later);
    later = setTimeout(send, AGAIN_MS);
  };

  // who may not do this work any more is told so, and what is kept behind it goes on; a session that ended is another thing
  const isForbidden = async (one) => {
    const page = await fetch(one.at || location.pathname, { credentials: "same-origin" }).catch(() => null);
    if (!page || page.redirected || page.status !== 403) return false;
    drop(one);
    ring("wrong");
    told = true;
    tell(`You may not do this work any more: ${one.data.code || "a scan"} was not counted.`);
    return true;
  };

  // what was kept is taken away only after the shop has answered it
  async function send() {
    if (sending) return;
    sending = true;
    told = false;
    try {
      for (let first; (first = mine()[0]); ) {
        const token = document.querySelector("[name=csrfmiddlewaretoken]");
        const body = new URLSearchParams({ ...first.data, csrfmiddlewaretoken: token ? token.value : "" });
        let answer;
        try {
          answer = await fetch(first.url, { method: "POST", body, credentials: "same-origin" });
        } catch (unreachable) { return wait("No network."); }
        if (answer.status >= 500 || answer.status === 429) return wait("The shop is busy.");
        if (answer.status === 403 && await isForbidden(first)) continue;
        if (answer.status === 403 || answer.redirected) return tell("Sign in again: reload this page. Your scans are kept.");
        const page = await answer.text();
        drop(first);
        if (!answer.ok) return tell("This work is gone: a scan could not be counted. Go to the floor's first page.");
        if (here(first)) draw(page); else aside(page);
      }
      const others = kept().length;
      if (others) tell(`${others} of somebody else's scans are kept here, until they sign in on this device again.`);
      else if (!told) tell("");
    } finally { sending = false; }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sure && !confirm(form.dataset.sure)) { event.preventDefault(); return focus(); }
    if (!form.matches("[data-floor]")) return;
    event.preventDefault();
    const data = Object.fromEntries(new FormData(form));
    delete data.csrfmiddlewaretoken;
    if ("code" in data && data.quantity && data.quantity.length > 6) { data.code = data.quantity; data.quantity = "1"; } // scanned into the wrong box
    if ("code" in data && !data.code.trim()) { ring("wrong"); return focus(); }
    keep([...kept(), { url: form.action, at: location.pathname, person, data: { ...data, key: uuid(), read_at: String(Date.now()) } }]);
    for (const sent of form.querySelectorAll("input:not([type=hidden])")) sent.value = sent.name === "quantity" ? "1" : sent.defaultValue;
    form.querySelector("input[name=code]:not([type=hidden])")?.focus();
    send();
  });

  // a photo is made small before it is sent: 1600 pixels at most, and under what the shop keeps
  const shrunk = async (file) => {
    const bitmap = await createImageBitmap(file), canvas = document.createElement("canvas");
    for (let most = 1600; most > 200; most = Math.round(most * 0.75)) {
      const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
      canvas.width = Math.round(bitmap.width * scale);
      canvas.height = Math.round(bitmap.height * scale);
      canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
      if (small && small.size < 290000) return small;
    }
    return file;
  };

  document.addEventListener("change", async (event) => {
    if (!event.target.matches("[data-photo]") || !event.target.files.length) return;
    const form = event.target.form, body = new FormData(form);
    tell("The photo is being sent …");
    try {
      body.set("photo", await shrunk(event.target.files[0]), "photo.jpg");
      const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      if (!answer.ok) throw new Error("refused");
      draw(await answer.text());
      tell("");
    } catch (lost) { tell("The photo could not be sent. Take it again."); ring("wrong"); }
  });

  // a scanner types wherever the focus is
  document.addEventListener("keydown", (event) => {
    if (event.target === document.body && event.key.length === 1 && !event.ctrlKey && !event.metaKey) focus();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.matches("[data-keyboard]")) return;
    const box = main.querySelector("input[name=code]");
    box.inputMode = box.inputMode === "none" ? "text" : "none";
    box.blur();
    box.focus();
  });
  addEventListener("online", send);
  send();
  lookAgain();
})();
