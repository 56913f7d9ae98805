import { all } from "./dom.js";
import { send } from "./inplace.js";
import { ask } from "./server.js";

/* Which of the lists of an application is shown: `failed`, `passed` or `all`; kept while the page is drawn again. */
let chosen = null;
export function panels(tabs) {
  const links = all("[role=tab]", tabs);
  const names = links.map((link) => link.hash.slice(1));
  const show = (name) => {
    links.forEach((link) => link.setAttribute("aria-selected", String(link.hash === `#${name}`)));
    all("[data-panel-of]").forEach((panel) => { panel.hidden = name !== "all" && panel.id !== name; });
  };
  links.forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    chosen = link.hash.slice(1);
    show(chosen);
  }));
  const wanted = [chosen, window.location.hash.slice(1)].find((name) => names.includes(name));
  show(wanted ?? names[0]);
}

/* A failed row is corrected in its place, and saving it opens the next one. */
export function edit(link) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.closest("tr"));
  });
}

let closed = null;
const rows = () => all("#failed tr[data-line]");
const after = (row) => rows()[rows().indexOf(row) + 1] ?? null;

function close() {
  if (closed?.edited.isConnected) closed.edited.replaceWith(closed.row);
  closed = null;
}

async function open(row) {
  const link = row.querySelector("[data-edit]");
  const answer = await ask(`${link.href}?in=row`).catch(() => null);
  if (!answer?.ok) return window.location.assign(link.href);
  const edited = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("tr.edit");
  close();
  row.replaceWith(edited);
  closed = { row, edited };
  const form = edited.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form, edited, event.submitter);
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  form.querySelector("[data-skip]").addEventListener("click", () => {
    const next = after(edited);
    close();
    if (next) open(next);
  });
  all("[data-fill]", form).forEach((button) => button.addEventListener("click", () => {
    const field = form.elements[button.dataset.fill];
    field.value = button.value;
    field.focus();
  }));
  const field = form.querySelector("[aria-invalid]") ?? form.querySelector("input:not([type=hidden]), select");
  field?.focus();
  field?.select?.();
  edited.scrollIntoView({ block: "nearest" });
  return undefined;
}

/* A row that fails again stays open; else the one after it opens, at the end the first that is left. */
async function save(form, edited, submitter) {
  const line = edited.dataset.line;
  const next = after(edited)?.id;
  const dropped = submitter?.hasAttribute("formaction");
  if (!(await send(form, submitter))) return;
  closed = null;
  const again = dropped ? null : rows().find((row) => row.dataset.line === line);
  const target = again ?? rows().find((row) => row.id === next) ?? rows()[0];
  if (target) await open(target);
  else document.querySelector(".bar .btn--primary")?.focus();
}

/* What may be given for all rows under one reason. */
export function together(button) {
  const panel = document.querySelector(`[data-panel="${button.dataset.together}"]`);
  button.hidden = false;
  button.addEventListener("click", () => {
    panel.hidden = !panel.hidden;
    button.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) panel.querySelector("input:not([type=hidden]), select")?.focus();
  });
}
