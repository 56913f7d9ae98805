/* What was typed when a session ended: kept in this tab alone, for the same login, half an hour at most.
   Never a password, and nothing is sent by itself. */

import { all, listed } from "./dom.js";

const KEPT = "kept", HERE = "here", LONGEST = 30 * 60 * 1000;
const UNTYPED = ["password", "submit", "button", "image", "reset", "file"];
const facts = document.body.dataset;
const channel = window.BroadcastChannel ? new BroadcastChannel("session") : null;
const here = () => window.location.pathname + window.location.search;
const drop = () => sessionStorage.removeItem(KEPT);
const save = (kept) => sessionStorage.setItem(KEPT, JSON.stringify(kept));
let last = null;

const read = () => {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  if (!kept) return null;
  const left = kept.at + LONGEST - Date.now();
  if (left > 0) {
    setTimeout(read, left + 1000);
    return kept;
  }
  drop();
  return null;
};

const address = (form) => new URL(form.getAttribute("action") || window.location.href, window.location.href).pathname;
const forms = (path) =>
  all("form[method=post]").filter((one) => !one.closest("[data-unkept]") && address(one) === path);

/* Hidden fields are the page's own, but for what was picked and what tells that a record was opened before somebody
   else's change. */
const typed = (field) => field.name && field.name !== "csrf_token" && !UNTYPED.includes(field.type)
  && (field.type !== "hidden" || ["seen", "version", "kept"].includes(field.name) || field.closest("[data-picker]"));

const remember = (form, over = false) => {
  if (!facts.user || !form || form.method !== "post" || form.closest("[data-unkept]")) return;
  const fields = [...form.elements].filter(typed).map((field) => ({
    name: field.name,
    value: field.value,
    ...(field.type === "checkbox" || field.type === "radio" ? { checked: field.checked } : {}),
    ...(field.multiple && field.options ? { chosen: [...field.selectedOptions].map((option) => option.value) } : {}),
  }));
  const files = [...form.elements].flatMap((field) => [...(field.files || [])]).map((file) => file.name);
  const path = address(form);
  /* A form over the page stands on a page of its own too. */
  const place = form.closest("dialog")?.dataset.address ?? (sessionStorage.getItem(HERE) || here());
  const nth = form.closest("dialog") ? 0 : forms(path).indexOf(form);
  save({ user: facts.user, at: Date.now(), here: place, form: path, nth, fields, files, over });
};

/* Asking the server again would empty what was picked, so only other fields hear of it. */
const put = (field, one) => {
  const before = "checked" in one ? field.checked : field.value;
  if ("checked" in one) field.checked = one.checked;
  else if ("chosen" in one) for (const option of field.options) option.selected = one.chosen.includes(option.value);
  else field.value = one.value;
  const changed = "chosen" in one || before !== ("checked" in one ? field.checked : field.value);
  if (!changed) return;
  const kinds = field.closest("[data-picker]") ? ["change"] : ["input", "change"];
  kinds.forEach((kind) => field.dispatchEvent(new Event(kind, { bubbles: true })));
};

const tell = (kept, form) => {
  const notice = document.createElement("p");
  const files = kept.files.length ? facts.files.replace("{names}", listed(kept.files)) : "";
  notice.className = "banner banner--warning";
  notice.setAttribute("role", "status");
  notice.dataset.restored = "";
  notice.textContent = `${facts.restored} ${files}`.trim();
  form.before(notice);
  notice.scrollIntoView({ block: "center" });
};

const restore = (kept) => {
  const form = forms(kept.form)[kept.nth];
  if (!form) return;
  drop();
  const used = new Set();
  for (const one of kept.fields) {
    const same = (other) => other.name === one.name && (!("checked" in one) || other.value === one.value);
    const field = [...form.elements].find((other) => same(other) && typed(other) && !used.has(other));
    if (!field) continue;
    used.add(field);
    put(field, one);
  }
  last = form;
  for (let part = form.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
  tell(kept, form);
};

const inside = () => {
  const kept = read();
  if (!kept) return;
  if (kept.user !== facts.user) return void drop();
  if (!kept.over) return void drop();
  if (kept.here === here()) restore(kept);
};

/* At the login, and where a page was too old: where to come back to, which a form that was sent can't always tell the
   server. */
const outside = () => {
  const kept = read();
  if (!kept) return;
  save({ ...kept, over: true });
  for (const notice of all("[data-kept]")) notice.hidden = false;
  for (const link of all("a[data-form]")) link.href = kept.here;
  for (const link of all("form[data-next], a[data-next]")) {
    const name = link.matches("form") ? "action" : "href";
    const to = new URL(link.getAttribute(name), window.location.href);
    to.searchParams.set("next", kept.here);
    link.setAttribute(name, to.pathname + to.search);
  }
};

const leave = (login) => {
  drop();
  remember(last, true);
  window.dispatchEvent(new Event("kept"));
  window.location.assign(login);
};

export function keep() {
  window.addEventListener("over", (event) => leave(event.detail));
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, (event) => { last = event.target.form || last; });
  }
  document.addEventListener("submit", (event) => {
    last = event.target;
    if (event.target.matches("[data-logout]")) {
      drop();
      channel?.postMessage("over");
    } else remember(event.target);
  }, true);
  channel?.addEventListener("message", drop);
  if (facts.user && facts.method === "GET") sessionStorage.setItem(HERE, here());
  /* After every script of the page has found its fields. */
  document.addEventListener("DOMContentLoaded", facts.user ? inside : outside);
}
