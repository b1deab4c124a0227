// The ballot pages with script: counting, filtering and ordering without a reload, a draft that survives a bad
// line, and a cast that can be tried again. Without this file every step works by sending its form.

const form = document.querySelector("#choose, #order, #check");
const done = document.querySelector("[data-cast]");
const STORE = "pbvote-draft-";

document.body.classList.add("js-enabled");

// Numbers in the reader's own digits; `digits` is 1,234,567,890 as the server writes it.
function written(number) {
  const own = [...(form.dataset.digits || "").matchAll(/\p{Nd}/gu)].map((match) => match[0]);
  if (own.length !== 10) return String(number);
  return String(number).replace(/\d/g, (digit) => own[(Number(digit) + 9) % 10]);
}

function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
}

// The draft on this phone: numbers in order, and when it stops to count.
const draft = {
  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(STORE + form.dataset.draft));
      return kept && kept.until > Date.now() ? kept.ranking : null;
    } catch {
      return null;
    }
  },
  keep(ranking) {
    try {
      const until = Date.now() + Number(form.dataset.until || 0) * 60000;
      localStorage.setItem(STORE + form.dataset.draft, JSON.stringify({ ranking, until }));
    } catch {
      // No room or not allowed: the form itself still carries the choices.
    }
  },
  forgetAll() {
    try {
      for (const name of Object.keys(localStorage)) {
        if (name.startsWith(STORE)) localStorage.removeItem(name);
      }
    } catch {
      // Nothing was kept.
    }
    navigator.serviceWorker?.controller?.postMessage("forget");
  },
};

// A form is sent from here, and the page left only once the server has answered: nothing is lost on a bad line.
const PATIENCE = 25000;

function sending() {
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    lose("");
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), PATIENCE);
    const fields = new FormData(form);
    if (button?.name) fields.append(button.name, button.value);
    try {
      const answer = await fetch(button?.getAttribute("formaction") || form.action, {
        method: "POST", headers: { "HX-Request": "true" }, body: new URLSearchParams(fields), signal: waiting.signal,
      });
      if (answer.status >= 500) throw new Error(answer.statusText);
      const target = answer.headers.get("HX-Redirect");
      if (target) location.assign(target);
      else plainly(button);
    } catch {
      form.removeAttribute("aria-busy");
      lose(form.dataset.error);
    } finally {
      clearTimeout(timer);
    }
  });
  addEventListener("pageshow", () => form.removeAttribute("aria-busy"));
}

// Without what this script expects, the browser sends the form itself and shows the page that comes back.
function plainly(button) {
  if (button?.name) {
    const pressed = document.createElement("input");
    pressed.type = "hidden";
    pressed.name = button.name;
    pressed.value = button.value;
    form.append(pressed);
  }
  form.submit();
}

// Beside the button that was pressed.
function lose(text) {
  const place = document.querySelector("#lost");
  if (place) place.textContent = text;
  else if (text) warn(text);
}

function say(text) {
  const place = document.querySelector("#said") || document.querySelector("#count");
  place.textContent = text;
  place.classList.remove("pb-wrong");
}

// The same for what went wrong.
function warn(text) {
  say(text);
  document.querySelector("#count")?.classList.add("pb-wrong");
}

// Choosing.
function choosing() {
  const boxes = [...form.querySelectorAll("input[name=picked]")];
  const chosen = form.elements.chosen;
  const most = Number(form.dataset.most);
  const count = document.querySelector("#count");
  const byNumber = new Map(boxes.map((box) => [Number(box.value), box]));
  let ranking = chosen.value ? chosen.value.split(",").map(Number) : [];

  const kept = draft.read();
  if (kept && !form.elements.shown.value) {
    ranking = kept.filter((number) => byNumber.has(number)).slice(0, most);
    for (const box of boxes) box.checked = ranking.includes(Number(box.value));
  }

  // What the browser itself brought back after going back a page.
  for (const box of boxes) {
    const number = Number(box.value);
    if (box.checked && !ranking.includes(number)) ranking.push(number);
  }
  ranking = ranking.filter((number) => !byNumber.has(number) || byNumber.get(number).checked);
  show();

  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.name !== "picked") return;
    const number = Number(box.value);
    if (box.checked && ranking.length >= most) {
      box.checked = false;
      warn(form.dataset.full);
      return;
    }
    ranking = ranking.filter((one) => one !== number);
    if (box.checked) ranking.push(number);
    draft.keep(ranking);
    show();
  });

  form.addEventListener("submit", (event) => {
    const pressed = event.submitter && event.submitter.name;
    if (pressed === "go" && ranking.length < Number(form.dataset.least)) {
      event.preventDefault();
      warn(form.dataset.none);
    }
  });

  function show() {
    chosen.value = ranking.join(",");
    say(fill(count.dataset.text, { count: written(ranking.length) }));
  }

  filtering(boxes);
  stories();
}

function plain(text) {
  return text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
}

// The whole list is on the page, so looking for something needs no line. The order stays.
function filtering(boxes) {
  const found = document.querySelector("#found");
  if (boxes.length !== Number(found.dataset.all)) return;
  const items = boxes.map((box) => {
    const item = box.closest("li");
    return { item, box, text: plain(item.textContent), wards: item.dataset.w.split(" ") };
  });
  const wish = form.elements;
  const narrow = () => {
    const words = plain(wish.text.value).split(/\s+/).filter(Boolean);
    const ward = wish.ward?.value, theme = wish.theme?.value, amount = Number(wish.amount?.value || 0);
    let shown = 0;
    for (const { item, box, text, wards } of items) {
      const fits = words.every((word) => text.includes(word))
        && (!ward || wards.includes("*") || wards.includes(ward))
        && (!theme || item.dataset.t === theme)
        && (!amount || Number(item.dataset.c) <= amount)
        && (!wish.mine.checked || box.checked);
      if (item.hidden === fits) item.hidden = !fits;
      shown += fits;
    }
    found.textContent = fill(found.dataset.text, { found: written(shown), all: written(items.length) });
  };
  // The typed letter is drawn first, and of letters typed in haste only the last is looked for.
  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => setTimeout(narrow));
  };
  const details = form.querySelector(".pb-find");
  details.addEventListener("input", soon);
  details.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.tagName === "INPUT") event.preventDefault();
  });
  details.querySelector("[name=find]").addEventListener("click", (event) => {
    event.preventDefault();
    found.focus();
  });
}

// A story opens under its proposal and closes again; it is fetched once.
function stories() {
  for (const button of form.querySelectorAll(".pb-more")) button.setAttribute("aria-expanded", "false");
  form.addEventListener("htmx:confirm", (event) => {
    const button = event.target;
    const story = button.nextElementSibling;
    if (!button.classList.contains("pb-more") || !story.hasChildNodes()) return;
    event.preventDefault();
    story.hidden = !story.hidden;
    button.setAttribute("aria-expanded", String(!story.hidden));
  });
  form.addEventListener("htmx:afterSwap", (event) => {
    event.target.previousElementSibling?.setAttribute("aria-expanded", "true");
  });
  form.addEventListener("htmx:sendError", () => warn(form.dataset.error));
}

// Ordering.
function ordering() {
  const list = document.querySelector("#ranking");
  const undo = document.querySelector("#undo");
  let removed = null;

  const ranking = () => [...list.children].map((item) => Number(item.dataset.number));
  const title = (item) => item.querySelector("h2").textContent;
  draft.keep(ranking());

  function place(item, to) {
    const others = [...list.children].filter((one) => one !== item);
    list.insertBefore(item, others[to] || null);
  }

  function renumber() {
    const items = [...list.children];
    items.forEach((item, index) => {
      item.querySelector(".pb-place").textContent = written(index + 1);
      mark(item, "up", index === 0);
      mark(item, "top", index === 0);
      mark(item, "down", index === items.length - 1);
      const select = item.querySelector("select");
      while (select.options.length > items.length) select.remove(select.options.length - 1);
      while (select.options.length < items.length) {
        const value = select.options.length + 1;
        select.add(new Option(written(value), value));
      }
      select.value = index + 1;
    });
    document.querySelector("#empty").hidden = items.length > 0;
    form.elements.ranking.value = ranking().join(",");
    draft.keep(ranking());
  }

  function mark(item, how, off) {
    const button = item.querySelector(`[value^="${how}-"]`);
    if (off) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }

  function tell(text, item) {
    const values = { title: title(item), place: written([...list.children].indexOf(item) + 1),
      count: written(list.children.length) };
    say(fill(text, values));
  }

  function move(item, to, focus) {
    place(item, to);
    renumber();
    removed = null;
    undo.hidden = true;
    tell(form.dataset.moved, item);
    focus.focus({ preventScroll: true }); // from here on the page is measured, so all is written before
    item.scrollIntoView({ block: "nearest" });
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[name=move]");
    if (!button || (button === undo && !removed)) return;
    event.preventDefault();
    if (button === undo) return putBack();
    const item = button.closest("li");
    const at = [...list.children].indexOf(item);
    const how = button.value.split("-")[0];
    if (how === "remove") return takeOut(item, at);
    if (button.hasAttribute("aria-disabled")) {
      return tell(how === "down" ? form.dataset.last : form.dataset.first, item);
    }
    move(item, { up: at - 1, down: at + 1, top: 0 }[how], button);
  });

  form.addEventListener("change", (event) => {
    const item = event.target.closest("#ranking > li");
    if (item) move(item, Number(event.target.value) - 1, event.target);
  });

  function takeOut(item, at) {
    removed = { item, at };
    tell(form.dataset.removed, item);
    item.remove();
    renumber();
    undo.hidden = false;
    undo.focus();
  }

  function putBack() {
    const { item, at } = removed;
    place(item, at);
    renumber();
    removed = null;
    undo.hidden = true;
    item.querySelector('[value^="remove-"]').focus();
    tell(form.dataset.moved, item);
  }
}

// Casting: the button is pressed once; without an answer the same form is sent again.
function casting() {
  document.addEventListener("htmx:beforeRequest", () => {
    document.querySelector("#lost").textContent = "";
  });
  for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(failure, () => {
      const button = document.querySelector("#cast");
      document.querySelector("#lost").textContent = document.querySelector("#check").dataset.error;
      // The vote may be in the box already, so nothing on the page says that it is not.
      for (const unsure of document.querySelectorAll("#uncast, #status-bar")) unsure.hidden = true;
      button.textContent = button.dataset.again;
      button.focus();
    });
  }
  document.addEventListener("htmx:afterSwap", () => {
    const problem = document.querySelector("#problem");
    const wrong = document.querySelector("#check")?.dataset.wrong;
    if (!problem) return;
    if (!document.title.startsWith(wrong)) document.title = `${wrong} ${document.title}`;
    problem.focus();
  });
}

// The time-out is told ten minutes before, and a press puts it off.
function timing() {
  const note = document.querySelector("#time");
  if (!note || !note.hidden) return;
  const wait = (Number(note.dataset.minutes) - 10) * 60000;
  if (wait < 2 ** 31) setTimeout(() => { note.hidden = false; }, wait);
}

// A copy of the opened ballot for when the line breaks; made from what has arrived already.
async function keepCopy() {
  if (!navigator.serviceWorker || location.search || document.body.classList.contains("pb-offline")) return;
  try {
    await navigator.serviceWorker.register(new URL("../worker.js", location.href));
    const kept = await caches.open("pbvote-ballot");
    const files = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((one) => one.href || one.src);
    for (const address of [location.pathname, ...files]) {
      const answer = await fetch(address, { cache: "force-cache" });
      if (answer.ok) await kept.put(address, answer);
    }
  } catch {
    // Without a copy the ballot works as long as there is a line.
  }
}

if (done) draft.forgetAll();
if (form) {
  if (form.id === "choose") {
    choosing();
    addEventListener("load", () => setTimeout(keepCopy, 1500));
  }
  if (form.id === "order") ordering();
  if (form.id === "check") casting();
  else sending();
  document.querySelector("#problem")?.focus();
}
timing();
