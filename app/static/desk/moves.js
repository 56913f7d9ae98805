import { fits } from "./bulk.js";
import { lay } from "./dialog.js";
import { all, tell } from "./dom.js";
import { ask } from "./server.js";
import { keep } from "./toast.js";

/* Moves of checked rows are confirmed over the list. One that moved everything leads back to the list, or to the one thing
   that it made, where a toast says so; any other leads to its result. */
const follow = (form) => (page, address) => {
  const outcome = page.querySelector(".outcome");
  const { refused, made } = outcome?.dataset ?? {};
  if (refused !== "0" || made === "") return window.location.assign(address);
  const said = `${outcome.dataset.move}${form.dataset.colon}${outcome.querySelector(".good").textContent.trim()}`;
  keep(said, { href: address, textContent: form.dataset.see });
  return made ? window.location.assign(made) : window.location.reload();
};

/* What the server says instead of a dialog stands at the head of the list; what isn't said leads to the page itself. */
const instead = (page, address) => {
  const said = page?.querySelector(".page > .banner, .error-page p");
  if (said) tell(said.textContent.trim());
  else if (address) window.location.assign(address);
  else tell(document.querySelector("form[data-failed][data-see]").dataset.failed);
};

/* Not `form.action`: its buttons have that name; one that goes elsewhere says so. */
export function move(form, fields, address = form.getAttribute("action")) {
  return lay(() => ask(address, { method: "POST", body: fields }), form.dataset.failed, instead, follow(form));
}

/* A form that moves something whole has one button and no rows. */
export function moves(form) {
  if (!window.HTMLDialogElement) return;
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    const whole = form.dataset.whole !== undefined;
    if (!whole && button?.name !== "action") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (document.querySelector("dialog[open]")) return;
    if (whole) {
      move(form, new FormData(form));
      return;
    }
    const fields = new FormData(form);
    fields.set("action", button.value);
    /* Of a list, the ticked rows that the move fits; the page of one thing names that one. */
    if (form.dataset.bulk !== undefined) {
      fields.delete("rowid");
      for (const box of all("tbody input:checked", form)) {
        if (fits(button, box)) fields.append("rowid", box.value);
      }
    }
    move(form, fields, button.getAttribute("formaction") ?? undefined);
  });
}
