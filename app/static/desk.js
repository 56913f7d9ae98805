"use strict";
/* What a page does without asking the server. Every word shown comes from the page (data attributes), so it can be translated. */

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const fill = (sentence, facts) => sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
const money = (cents) => (cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/* What the server answered to a script; a refusal carries the sentence to show. */
class Refusal extends Error {}
async function answered(answer) {
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => ({}));
  throw new Refusal(told.error ?? "");
}
const why = (error, box) => (error instanceof Refusal && error.message) || box.dataset.failed;

/* The menu: folded or not, and its branches as they were left; of this browser, nothing of anybody's data. */
function menu() {
  const button = document.querySelector("[data-toggle-menu]");
  const side = document.querySelector(".side");
  if (!button || !side) return;
  const set = (closed) => {
    document.body.classList.toggle("menu-closed", closed);
    button.setAttribute("aria-expanded", String(!closed));
  };
  const narrow = matchMedia("(max-width: 900px)");
  const settle = () => set(narrow.matches || localStorage.getItem("menu-closed") === "1");
  narrow.addEventListener("change", settle);
  settle();
  button.addEventListener("click", () => {
    const closed = !document.body.classList.contains("menu-closed");
    localStorage.setItem("menu-closed", closed ? "1" : "0");
    set(closed);
  });
  for (const branch of all("details[data-branch]", side)) {
    const kept = localStorage.getItem(`menu:${branch.dataset.branch}`);
    if (kept !== null && !branch.querySelector("[aria-current]")) branch.open = kept === "1";
    branch.addEventListener("toggle", () => { if (!side.querySelector("[data-find]").value) localStorage.setItem(`menu:${branch.dataset.branch}`, branch.open ? "1" : "0"); });
  }
  find(side, () => set(false));
  side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

/* The menu by what its functions and branches are called; Ctrl-K from anywhere. */
function find(side, unfold) {
  const input = side.querySelector("[data-find]");
  const said = side.querySelector("[data-found]");
  const branches = all("details", side);
  const path = (node) => node === side ? "" : `${path(node.parentElement)} ${node.matches("details") ? node.querySelector("summary").textContent : node.textContent}`;
  const functions = all("a.leaf", side).map((leaf) => ({ leaf, text: path(leaf).toLowerCase() }));
  const shown = () => functions.filter(({ leaf }) => !leaf.hidden).map(({ leaf }) => leaf);
  let before = null;
  const show = () => {
    const typed = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (typed.length && !before) before = branches.map((branch) => branch.open);
    functions.forEach(({ leaf, text }) => { leaf.hidden = !typed.every((word) => text.includes(word)); });
    branches.forEach((branch, i) => {
      branch.hidden = !branch.querySelector("a.leaf:not([hidden])");
      branch.open = typed.length ? true : before ? before[i] : branch.open;
    });
    if (!typed.length) before = null;
    said.textContent = shown().length ? "" : input.dataset.none;
  };
  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") shown()[0]?.click();
    if (event.key === "ArrowDown") { event.preventDefault(); shown()[0]?.focus(); }
    if (event.key === "Escape") { input.value = ""; show(); }
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    unfold();
    input.select();
    input.focus();
  });
}

/* The pages opened last, of this login in this window; nothing of them outlives either. */
function tabs(bar) {
  const key = `tabs:${bar.dataset.tabs}`;
  const here = window.location.pathname + window.location.search;
  const same = (url) => url.split("?")[0] === window.location.pathname;
  let kept = JSON.parse(sessionStorage.getItem(key) || "[]");
  const keep = () => sessionStorage.setItem(key, JSON.stringify(kept));
  const language = document.documentElement.lang;
  const shut = (one) => { kept = kept.filter((other) => other !== one); keep(); draw(); };
  if (bar.dataset.gone !== undefined) kept = kept.filter((one) => !same(one.url));
  if (bar.dataset.here !== undefined) {
    const title = document.title.split(" · ")[0];
    const at = kept.findIndex((one) => same(one.url));
    const one = { url: here, title, language };
    if (at < 0) kept = [...kept, one].slice(-6);
    else kept[at] = one;
  }
  keep();
  /* A page that is gone loses its tab instead of leading to an error. */
  const follow = async (event, one) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || same(one.url)) return;
    event.preventDefault();
    try {
      const answer = await fetch(one.url, { method: "HEAD", redirect: "manual" });
      if (answer.status !== 404) return void window.location.assign(one.url);
    } catch (error) {
      return void window.location.assign(one.url);
    }
    shut(one);
    tell(fill(bar.dataset.left, { title: one.title }));
  };
  /* A function by its name in the menu, any other page by its own title. */
  const retitle = async (one) => {
    const leaf = all(".side a.leaf").find((link) => link.getAttribute("href") === one.url.split("?")[0]);
    const answer = leaf ? null : await fetch(one.url);
    if (answer && !answer.ok) return shut(one);
    const title = leaf ? leaf.textContent.trim() : new DOMParser().parseFromString(await answer.text(), "text/html").title;
    Object.assign(one, { title: title.split(" · ")[0], language });
    keep();
    draw();
  };
  const draw = () => bar.replaceChildren(...kept.map((one) => {
    const tab = document.createElement("span");
    const link = document.createElement("a");
    const close = document.createElement("button");
    link.href = one.url;
    link.textContent = one.title;
    link.addEventListener("click", (event) => follow(event, one));
    if (same(one.url)) link.setAttribute("aria-current", "page");
    close.type = "button";
    close.className = "link";
    close.textContent = "×";
    close.setAttribute("aria-label", `${bar.dataset.close} ${one.title}`);
    close.addEventListener("click", () => shut(one));
    tab.append(link, close);
    return tab;
  }));
  draw();
  kept.filter((one) => one.language !== language).forEach((one) => retitle(one).catch(draw));
  bar.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/* A sentence at the top of the page, as the server would say it. */
function tell(sentence) {
  const said = document.createElement("p");
  said.className = "flash flash-warning";
  said.setAttribute("role", "status");
  said.textContent = sentence;
  document.querySelector("#main").prepend(said);
}

/* The way back to a list leads to the list as it was left: its filter, its order, its page. */
function back() {
  const key = (path) => `list:${path}`;
  if (document.querySelector("form.list")) sessionStorage.setItem(key(window.location.pathname), window.location.search);
  for (const link of all("a[data-return]")) link.href = link.pathname + (sessionStorage.getItem(key(link.pathname)) || "");
}

/* A list whose order is sent as it stands: by the arrows or by dragging. */
function sort(list) {
  let dragged = null;
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    const item = button?.closest("li");
    const other = button?.dataset.move === "up" ? item?.previousElementSibling : item?.nextElementSibling;
    if (!other) return;
    if (button.dataset.move === "up") other.before(item); else other.after(item);
    button.focus();
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
  list.addEventListener("dragstart", (event) => { dragged = event.target.closest("li"); });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const below = event.clientY > over.getBoundingClientRect().top + over.offsetHeight / 2;
    if (below) over.after(dragged); else over.before(dragged);
  });
  list.addEventListener("dragend", () => { dragged = null; list.dispatchEvent(new Event("change", { bubbles: true })); });
}

/* A combobox that asks the server (WAI-ARIA 1.2: list autocomplete with manual selection). */
function picker(box) {
  const input = box.querySelector("[role=combobox]");
  const hidden = box.querySelector("input[type=hidden]");
  const list = box.querySelector("[role=listbox]");
  let timer, asked, active = -1;
  const options = () => all("[role=option]", list);

  const open = (shown) => {
    list.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    if (!shown) mark(-1);
  };
  const mark = (index) => {
    active = index;
    options().forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    const chosen = options()[index];
    if (chosen) {
      input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const take = (option) => {
    input.value = option.dataset.name;
    hidden.value = option.dataset.id;
    hidden.dispatchEvent(new Event("change", { bubbles: true }));
    open(false);
  };
  const draw = (found) => {
    list.replaceChildren(...found.map((item, i) => {
      const option = document.createElement("li");
      const facts = document.createElement("small");
      option.id = `${list.id}-${i}`;
      option.setAttribute("role", "option");
      option.dataset.id = item.id;
      option.dataset.name = item.name;
      facts.textContent = [item.uscc, item.unit_no, item.masked_id].filter(Boolean).join(" · ");
      option.append(item.name, facts);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    if (!found.length) say(box.dataset.none);
    open(true);
    mark(-1);
  };
  const say = (sentence) => {
    const nothing = document.createElement("li");
    nothing.className = "nothing";
    nothing.setAttribute("role", "presentation");
    nothing.textContent = sentence;
    list.replaceChildren(nothing);
    open(true);
  };
  const ask = async () => {
    const typed = input.value.trim();
    asked?.abort();
    if (!typed) return open(false);
    asked = new AbortController();
    const signal = asked.signal;
    try {
      const headers = { Accept: "application/json" };
      const answer = box.dataset.method === "post"
        ? await fetch(box.dataset.picker, { method: "POST", body: new URLSearchParams({ q: typed, csrf_token: box.closest("form").elements.csrf_token.value }), headers, signal })
        : await fetch(`${box.dataset.picker}?q=${encodeURIComponent(typed)}`, { headers, signal });
      draw(await answered(answer));
    } catch (error) {
      if (!signal.aborted) say(why(error, box));
    }
  };
  input.addEventListener("input", () => {
    hidden.value = "";
    clearTimeout(timer);
    timer = setTimeout(ask, 200);
  });
  input.addEventListener("blur", () => { clearTimeout(timer); asked?.abort(); open(false); });
  input.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return void ask();
      if (count) mark((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + count) % count);
    } else if (event.key === "Enter" && !list.hidden && (active >= 0 || count === 1)) {
      event.preventDefault();
      take(options()[Math.max(active, 0)]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    }
  });
  /* Somebody may type before this script has come. */
  if (input.value && !hidden.value && input === document.activeElement) ask();
}

/* Parts of a form that belong to one choice: the others are hidden and not sent. */
function choice(form) {
  const name = form.dataset.choice;
  const show = () => {
    const chosen = form.querySelector(`[name="${name}"]:checked`)?.value;
    for (const part of all("[data-when]", form)) {
      part.hidden = part.dataset.when !== chosen;
      all("input, select, textarea", part).forEach((field) => { field.disabled = part.hidden; });
    }
  };
  form.addEventListener("change", (event) => { if (event.target.name === name) show(); });
  window.addEventListener("pageshow", show);
  show();
}

/* A whole citizen id offers its bearer as a button; pressing it fills in the name. Asked by POST: an id stands in no address. */
function person(box) {
  const id = box.querySelector("[name=citizen_id]");
  const name = box.querySelector("[name=name]");
  const place = document.createElement("div");
  let asked;
  place.setAttribute("role", "status");
  id.closest(".field").append(place);
  const offer = (found) => {
    if (!found.name) return void (place.textContent = box.dataset.none);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${found.name} ${found.masked_id}`;
    button.addEventListener("click", () => { name.value = found.name; place.replaceChildren(); name.focus(); });
    place.replaceChildren(button);
  };
  const ask = async () => {
    asked?.abort();
    place.replaceChildren();
    const typed = id.value.normalize("NFKC").replace(/\s/g, "");
    if (typed.length !== 18) return;
    asked = new AbortController();
    const signal = asked.signal;
    const body = new URLSearchParams({ citizen_id: typed, csrf_token: box.closest("form").elements.csrf_token.value });
    try {
      const answer = await fetch(box.dataset.person, { method: "POST", body, headers: { Accept: "application/json" }, signal });
      offer(await answered(answer));
    } catch (error) {
      if (!signal.aborted) place.textContent = why(error, box);
    }
  };
  id.addEventListener("input", ask);
  /* Somebody may type before this script has come. */
  if (id.value && !name.value) ask();
}

/* The class's number follows from its opening date. */
function cohort(box) {
  const shown = box.querySelector("input");
  const opens = box.closest("form").elements.opens_on;
  opens.addEventListener("change", async () => {
    const answer = await fetch(`${box.dataset.cohort}?opens_on=${encodeURIComponent(opens.value)}`, { headers: { Accept: "application/json" } });
    if (answer.ok) shown.value = (await answer.json()).cohort_no;
  });
}

/* Ticked rows: how many, how much, and which buttons can be pressed. */
function bulk(form) {
  const boxes = all("tbody input[type=checkbox]", form);
  const head = form.querySelector("[data-check-all]");
  const whole = form.querySelector("[data-all]");
  const said = form.querySelector("[data-chosen]");
  const why = form.querySelector("[data-why]");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked);
    const everything = Boolean(whole?.checked);
    boxes.forEach((box) => box.closest("tr").classList.toggle("ticked", box.checked));
    if (head) {
      head.disabled = !boxes.length;
      head.checked = boxes.length > 0 && ticked.length === boxes.length;
      head.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
    }
    const refused = [];
    all("[data-needs-choice]", form).forEach((button) => {
      const sources = (button.dataset.sources || "").split(" ");
      const fits = (states) => states === undefined || states.split(" ").some((state) => sources.includes(state));
      const stuck = button.dataset.sources !== undefined && (everything ? !fits(whole.dataset.states) : ticked.length > 0 && !ticked.some((box) => fits(box.dataset.state)));
      button.disabled = stuck || (!everything && !ticked.length);
      button.title = stuck ? button.dataset.refused : "";
      if (button.title) refused.push(button.title);
    });
    if (why) why.textContent = refused.join("；");
    if (!said) return;
    const sum = (name) => ticked.reduce((total, box) => total + Math.round(Number(box.dataset[name]) * (name === "amount" ? 100 : 1)), 0);
    if (everything) said.textContent = said.dataset.whole;
    else said.textContent = ticked.length ? fill(said.dataset.chosen, { rows: ticked.length, people: sum("people"), amount: money(sum("amount")) }) : said.dataset.none;
  };
  const tickAll = (on) => { boxes.forEach((box) => { box.checked = on; }); };
  let last = null;
  boxes.forEach((box, index) => {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        boxes.slice(Math.min(last, index), Math.max(last, index) + 1).forEach((between) => { between.checked = box.checked; });
      }
      last = index;
    });
    box.addEventListener("change", () => { if (whole && !box.checked) whole.checked = false; show(); });
    box.addEventListener("click", show);
  });
  head?.addEventListener("change", () => { tickAll(head.checked); if (whole && !head.checked) whole.checked = false; show(); });
  whole?.addEventListener("change", () => { tickAll(whole.checked); show(); });
  window.addEventListener("pageshow", show);
  /* Somebody may tick before this script has come. */
  if (whole?.checked) tickAll(true);
  show();
}

/* Which columns a list shows and how close its lines stand: of this browser, list by list. */
function chooser(box) {
  const table = document.querySelector(`table[data-columns="${box.dataset.chooser}"]`);
  const key = `columns:${box.dataset.chooser}`;
  const heads = all("thead th", table);
  const hidden = new Set(JSON.parse(localStorage.getItem(key) || "[]"));
  const apply = () => {
    heads.forEach((head, index) => {
      const off = hidden.has(head.dataset.column);
      head.hidden = off;
      all("tbody tr", table).forEach((row) => { if (row.cells.length === heads.length) row.cells[index].hidden = off; });
    });
  };
  const tick = (text, checked, change) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "checkbox";
    input.checked = checked;
    input.addEventListener("change", () => change(input.checked));
    label.append(input, text);
    box.append(label);
  };
  const dense = (on) => table.classList.toggle("dense", on);
  dense(localStorage.getItem("dense") === "1");
  tick(box.dataset.dense, localStorage.getItem("dense") === "1", (on) => { localStorage.setItem("dense", on ? "1" : "0"); dense(on); });
  heads.filter((head) => head.dataset.column).forEach((head, index) => {
    if (!index) return;
    tick(head.textContent.replace(/[▲▼]/g, "").trim(), !hidden.has(head.dataset.column), (on) => {
      if (on) hidden.delete(head.dataset.column); else hidden.add(head.dataset.column);
      localStorage.setItem(key, JSON.stringify([...hidden]));
      apply();
    });
  });
  apply();
}

/* Many ids or names pasted at once: lines and cells become blanks, which part them. */
function paste(input) {
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!/[\r\n\t]/.test(text)) return;
    event.preventDefault();
    input.setRangeText(text.trim().replace(/[\r\n\t]+/g, " "), input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/* A menu closes on Esc and on a click elsewhere. */
function drop(menu) {
  const close = (focus) => { menu.open = false; if (focus) menu.querySelector("summary").focus(); };
  menu.addEventListener("keydown", (event) => { if (event.key === "Escape" && menu.open) { event.stopPropagation(); close(true); } });
  document.addEventListener("click", (event) => { if (menu.open && !menu.contains(event.target)) close(false); });
}

/* After a deed the kept notices are old, and so is an answer that was on its way then. */
function forgetNotices() {
  sessionStorage.removeItem("notices");
  sessionStorage.setItem("deed", String(Date.now()));
}

/* What waits for this login: counted once a minute at most, listed in the top bar. */
function notices(menu) {
  const count = menu.querySelector("summary b");
  const body = menu.querySelector(".menu-body");
  const draw = (items) => {
    count.textContent = items.length;
    count.hidden = !items.length;
    body.replaceChildren(...items.map((item) => {
      const link = document.createElement("a");
      link.href = item.address;
      link.textContent = item.said;
      return link;
    }));
    if (!items.length) body.textContent = menu.dataset.none;
  };
  const ask = async () => {
    const deed = sessionStorage.getItem("deed");
    try {
      const answer = await fetch(menu.dataset.notices, { headers: { Accept: "application/json" }, quiet: !menu.open });
      if (!answer.ok) throw new Error(String(answer.status));
      const items = await answer.json();
      if (sessionStorage.getItem("deed") === deed) {
        sessionStorage.setItem("notices", JSON.stringify({ at: Date.now(), items }));
      }
      draw(items);
    } catch (error) {
      body.textContent = menu.dataset.failed;
    }
  };
  const kept = JSON.parse(sessionStorage.getItem("notices") || "null");
  if (kept && Date.now() - kept.at < 60000) draw(kept.items); else ask();
  menu.addEventListener("toggle", () => { if (menu.open) ask(); });
}

/* Shows how far a long work is; the page is reloaded when it is over. */
function progress(card) {
  const bar = card.querySelector("progress");
  if (!bar) return;
  const ask = async () => {
    const answer = await fetch(card.dataset.work, { headers: { Accept: "application/json" } });
    const work = answer.ok ? await answer.json() : null;
    if (!work || !["waiting", "running"].includes(work.state)) {
      forgetNotices();
      return void location.reload();
    }
    bar.max = work.total || 1;
    bar.value = work.done;
    card.querySelector("[data-said]").textContent = work.said;
    setTimeout(ask, 1000);
  };
  setTimeout(ask, 500);
}

/* Unsaved changes: the browser asks before the page is left. */
function guard(form) {
  let changed = Boolean(form.querySelector(".problems"));
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("change", () => { changed = true; });
  form.addEventListener("submit", (event) => { if (!event.defaultPrevented) changed = false; });
  window.addEventListener("kept", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
}

/* A form that changes something is sent once; coming back with the browser's button makes it usable again. */
function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    if (form.getAttribute("role") !== "search") forgetNotices();
    /* A download leaves the page as it is: the form can be sent again. */
    if (event.submitter?.dataset.again !== undefined) return;
    form.dataset.sent = "1";
    return busy(event.submitter);
  });
  window.addEventListener("pageshow", () => { delete form.dataset.sent; });
}

function busy(button) {
  if (!button || button.dataset.busy === undefined) return;
  const started = Date.now();
  const text = button.textContent;
  button.classList.add("busy");
  button.setAttribute("aria-disabled", "true");
  const tell = () => { button.textContent = `${button.dataset.busy} ${Math.round((Date.now() - started) / 1000)} s`; };
  tell();
  const timer = setInterval(tell, 1000);
  window.addEventListener("pagehide", () => {
    clearInterval(timer);
    button.classList.remove("busy");
    button.removeAttribute("aria-disabled");
    button.textContent = text;
  }, { once: true });
}

/* The name of the chosen file, in the language of the page rather than the browser's. */
function file(input) {
  const said = document.getElementById(input.dataset.file);
  const show = () => { said.textContent = [...input.files].map((one) => one.name).join("、") || said.dataset.none; };
  input.addEventListener("change", show);
  window.addEventListener("pageshow", show);
}

/* A link to a form opens it over the page; sent from there it answers in place, and the page comes back fresh when it is done. */
function dialog(link) {
  if (!window.HTMLDialogElement) return;
  const box = document.createElement("dialog");
  const draw = (html) => {
    const main = new DOMParser().parseFromString(html, "text/html").querySelector("#main");
    const form = main?.querySelector("form[method=post]");
    if (!form) return window.location.assign(link.href);
    const title = document.createElement("h2");
    title.textContent = main.querySelector("h1").textContent;
    title.id = "dialog-title";
    box.setAttribute("aria-labelledby", title.id);
    /* The form's own address, at which it stands as a page too. */
    if (!form.hasAttribute("action")) form.setAttribute("action", link.getAttribute("href"));
    box.replaceChildren(title, form);
    form.addEventListener("submit", (event) => { event.preventDefault(); send(form); });
    all("[data-close]", form).forEach((button) => button.addEventListener("click", (event) => { event.preventDefault(); box.close(); }));
    (form.querySelector(".problems") || form.querySelector("input:not([type=hidden]), select"))?.focus();
  };
  const say = (sentence) => {
    const said = document.createElement("p");
    said.className = "flash flash-danger";
    said.setAttribute("role", "alert");
    said.textContent = sentence;
    box.querySelector("[role=alert]")?.remove();
    box.prepend(said);
  };
  const send = async (form) => {
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    forgetNotices();
    try {
      const answer = await fetch(link.href, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (answer.type === "opaqueredirect") return window.location.reload();
      draw(await answer.text());
    } catch (error) {
      delete form.dataset.sent;
      say(link.dataset.failed);
    }
  };
  box.addEventListener("close", () => box.remove());
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (box.open) return;
    try {
      const answer = await fetch(link.href);
      document.body.append(box);
      box.showModal();
      draw(await answer.text());
    } catch (error) {
      window.location.assign(link.href);
    }
  });
}

menu();
all("[data-tabs]").forEach(tabs);
back();
/* Nothing of a login outlives it here but what `keep.js` keeps. */
if (!document.querySelector("[data-tabs]")) Object.keys(sessionStorage).filter((key) => key !== "kept").forEach((key) => sessionStorage.removeItem(key));
all("[data-sort]").forEach(sort);
all("[data-dialog]").forEach(dialog);
all("[data-file]").forEach(file);
all("[data-picker]").forEach(picker);
all("form[data-choice]").forEach(choice);
all("[data-person]").forEach(person);
all("[data-cohort]").forEach(cohort);
all("form[data-bulk]").forEach(bulk);
all("[data-chooser]").forEach(chooser);
all(".search input:not([type=date])").forEach(paste);
all("details.menu").forEach(drop);
all("[data-notices]").forEach(notices);
all("[data-work]").forEach(progress);
all("form[data-guard]").forEach(guard);
all("form[method=post]").forEach(once);
all("[data-back]").forEach((button) => button.addEventListener("click", () => history.back()));
document.querySelector(".problems")?.focus();
