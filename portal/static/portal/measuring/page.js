// The page that guides through two measurements. All its words stand in the page, translated; what
// a reading means is said by the server. Without this script the page says how else to send.
(() => {
  "use strict";
  const form = document.getElementById("measuring");
  if (!navigator.bluetooth || !window.indexedDB || !crypto.subtle) return;
  document.getElementById("elsewhere").hidden = true;
  if (!form) return;

  const { decode, hex, Outbox, Cuff } = window.measuring;
  const MEASUREMENTS = 2, FRESH = 10 * 60_000, RETRY = 60_000, SETTLED = 3000;
  const STRENGTH = ["", "measure_again", "call_for_help"];
  const outbox = new Outbox(form.dataset.keys.split(" "));
  const cuff = new Cuff({ heard, apart });
  const one = (selector) => form.querySelector(selector);
  const seconds = (name) => Number(form.dataset[name]);
  const words = document.getElementById("words").content;
  const word = (name) => words.querySelector(`[data-word="${name}"]`)?.textContent ?? "";
  const shown = new Map(); // the line of each reading, by its place in the outbox
  const crises = [];
  const known = new Set(); // bytes with a time of their own: a cuff may send its memory again
  let step = "ready", taken = 0, timer = 0, advised = "", saidLast = "", sending = null, lastAt = 0;

  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());
  window.addEventListener("online", send);
  setInterval(() => one("[data-waiting]").hidden || send(), RETRY);
  say(word("start"));
  send();

  const actions = {
    connect, send,
    skip: () => rested(),
    reconnect: () => choose(() => cuff.connect()),
    again: () => { taken = 0; go("ready"); },
    discard,
  };

  // --- steps ---------------------------------------------------------------------------------

  function say(...parts) {
    const text = parts.filter(Boolean).join(" ");
    if (text !== saidLast) one("[data-says]").textContent = saidLast = text;
  }

  function go(to, ...parts) {
    step = to;
    clearInterval(timer);
    for (const section of form.querySelectorAll("[data-step]")) section.hidden = section.dataset.step !== to;
    one(`[data-step="${to}"] h2`).focus();
    say(...parts, word({ ready: "start", rest: taken ? "rest_again" : "rest", wait: "press", done: "done" }[to]));
    if (to === "wait") lookForCuff();
    if (to === "done") cuff.leave();
  }

  function rest(length, ...parts) {
    go("rest", ...parts);
    const until = Date.now() + length * 1000;
    const tick = () => {
      const left = Math.max(0, Math.round((until - Date.now()) / 1000));
      one("[data-left]").textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      if (!left) rested();
    };
    timer = setInterval(tick, 500);
    tick();
  }

  function rested() {
    go("wait");
  }

  async function connect() {
    const serial = form.elements.cuff.value;
    if (!(await choose(() => cuff.choose()))) return;
    const last = await outbox.remember(serial, cuff.name);
    const note = last !== undefined && last !== cuff.name ? word("another") : "";
    // It may have sent what it had just measured already.
    if (step === "ready") rest(seconds("restBefore"), word("connected"), note);
    else say(saidLast, note);
  }

  // Whether it worked; what did not is said.
  async function choose(connecting) {
    try {
      say(word("connecting"));
      await connecting();
      one("[data-apart]").hidden = true;
      if (step === "wait") say(word("connected"), word("press"));
      return true;
    } catch (error) {
      say(word(await problem(error)));
      return false;
    }
  }

  async function problem(error) {
    if (!(await navigator.bluetooth.getAvailability().catch(() => true))) return "unavailable";
    // Connected, and yet something is not there: no such service.
    if (cuff.isConnected) return "no_pressure";
    return error.name === "NotFoundError" && step === "ready" ? "not_chosen" : "no_answer";
  }

  function apart() {
    if (step === "wait") lookForCuff();
  }

  async function lookForCuff() {
    one("[data-apart]").hidden = cuff.isListening;
    if (cuff.isListening || cuff.wanted) return;
    say(word("apart"));
    if (await cuff.connectAgain()) {
      one("[data-apart]").hidden = true;
      if (step === "wait") say(word("connected"), word("press"));
    }
  }

  // --- readings ------------------------------------------------------------------------------

  async function heard(view, model) {
    // No two at one moment: without a clock of the cuff's, that is when it was measured.
    const now = new Date((lastAt = Math.max(Date.now(), lastAt + 1))), said = read(view), value = hex(view);
    if (said.timestamp && known.has(value)) return;
    known.add(value);
    const item = {
      kind: "ble", characteristic: "2A35", value, device: form.elements.cuff.value,
      received_at: local(now), utc_offset: -now.getTimezoneOffset(), ...(model ? { model } : {}),
    };
    // Sealed and kept before anything else: from here on it is not lost.
    const id = await outbox.keep(item);
    const isFresh = !said.timestamp || Math.abs(now - new Date(said.timestamp)) <= FRESH;
    show(id, said, now, isFresh);
    if (!isFresh) setTimeout(() => step === "wait" && say(word("only_old"), word("press")), SETTLED);
    else if (said.systolic === null) say(word("no_value"), word("press"));
    else next(said, now);
    send();
  }

  function read(view) {
    try {
      return inMmHg(decode(view));
    } catch {
      return { systolic: null, diastolic: null, pulse: null, timestamp: null, unreadable: true };
    }
  }

  function inMmHg(said) {
    const factor = said.unit === "kPa" ? Number(form.dataset.mmhgPerKpa) : 1;
    const rounded = (value) => value === null ? null : Math.round(value * factor);
    // More bytes than were announced: a cuff that breaks the format, whose pulse stands elsewhere.
    const pulse = said.trailing_bytes || said.pulse === null ? null : Math.round(said.pulse);
    return { ...said, systolic: rounded(said.systolic), diastolic: rounded(said.diastolic), pulse };
  }

  // One more of the two, or the end; what must be said first is said at once, without the server.
  function next(said, now) {
    const value = `${said.systolic}/${said.diastolic}${said.pulse ? `, ${word("pulse")} ${said.pulse}` : ""}.`;
    taken += 1;
    const high = said.systolic >= seconds("crisisSystolic") || said.diastolic >= seconds("crisisDiastolic");
    if (high) {
      const isSecond = crises.some((at) => now - at <= seconds("againWithin") * 1000);
      crises.push(now);
      advise(isSecond ? "call_for_help" : "measure_again");
      taken = isSecond ? MEASUREMENTS : MEASUREMENTS - 1; // the first asks for another one
    } else if (advised === "measure_again") advise("");
    if (taken >= MEASUREMENTS) go("done", value);
    else rest(seconds(high ? "restAfterCrisis" : "restBetween"), value);
  }

  function advise(what) {
    advised = what;
    const box = document.querySelector("[data-advice]");
    box.hidden = !what;
    for (const text of box.querySelectorAll("[data-advises]")) text.hidden = text.dataset.advises !== what;
    if (what) box.scrollIntoView({ block: "nearest" });
  }

  function show(id, said, now, isFresh) {
    const line = document.getElementById("reading").content.firstElementChild.cloneNode(true);
    const put = (name, text) => (line.querySelector(`[data-${name}]`).textContent = text);
    put("value", said.systolic === null ? "–" : `${said.systolic}/${said.diastolic}`);
    put("unit", said.systolic === null ? "" : "mmHg");
    put("pulse", said.pulse ? `${word("pulse")} ${said.pulse}` : "");
    const at = said.timestamp ? new Date(said.timestamp) : now;
    const day = isFresh ? {} : { dateStyle: "medium" };
    const when = new Intl.DateTimeFormat(document.documentElement.lang, { ...day, timeStyle: "short" }).format(at);
    put("at", isFresh ? when : `${when} · ${word("old")}`);
    put("state", [said.unreadable ? word("unreadable") : "", word(outbox.isKept(id) ? "kept" : "unkept")].filter(Boolean).join("; "));
    shown.set(id, line);
    one("[data-list]").prepend(line);
    one("[data-heard]").hidden = false;
  }

  // RFC 3339 with this browser's offset: the time zone that a reading without a clock was taken in.
  function local(at) {
    const offset = -at.getTimezoneOffset(), size = Math.abs(offset);
    const two = (n) => String(n).padStart(2, "0");
    const wall = new Date(at.getTime() + offset * 60_000).toISOString().slice(0, -1);
    return `${wall}${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  }

  // --- sending -------------------------------------------------------------------------------

  // One at a time; asked for while one runs, another follows, for what came in meanwhile.
  function send() {
    sending = (sending ?? Promise.resolve()).then(async () => {
      const token = form.elements.csrfmiddlewaretoken.value;
      waits(await outbox.send({ address: form.dataset.send, token, told }));
    });
    return sending;
  }

  function told(id, { status, code, advice }) {
    const state = shown.get(id)?.querySelector("[data-state]");
    if (state) state.textContent = word(status === "accepted" ? status : code) || word(status);
    if (STRENGTH.indexOf(advice ?? "") > STRENGTH.indexOf(advised)) advise(advice);
  }

  async function waits(why) {
    const waiting = await outbox.waiting();
    one("[data-waiting]").hidden = !waiting.length;
    one("[data-count]").textContent = waiting.length;
    one("[data-why]").textContent = word(why);
    const away = one("[data-signed-out]");
    away.hidden = why !== "signed_out";
    away.href = form.dataset.signIn;
  }

  async function discard() {
    if (!window.confirm(word("discard"))) return;
    const ids = (await outbox.waiting()).map(([id]) => id);
    await outbox.remove(ids);
    for (const id of ids) {
      shown.get(id)?.remove();
      shown.delete(id);
    }
    one("[data-heard]").hidden = !shown.size;
    waits("");
  }
})();
