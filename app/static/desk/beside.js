import { all, fill } from "./dom.js";
import { move } from "./moves.js";

const OPEN = "beside";
const cases = () => all(".rows a[data-drawer]");

/* A case beside its list says which of the page's it is, leads to the next one, and is decided there. */
export function beside(said) {
  const links = cases();
  const index = links.findIndex((link) => link.getAttribute("aria-expanded") === "true");
  const box = said.closest("aside");
  said.textContent = fill(said.dataset.place, { at: index + 1, count: links.length });
  all("[data-step]", box).forEach((button) => {
    const next = links[index + Number(button.dataset.step)];
    button.disabled = !next;
    button.addEventListener("click", () => next.click());
  });
  const form = document.querySelector("form.list");
  all("[data-move]", box).forEach((button) => button.addEventListener("click", () => {
    const fields = new FormData(form);
    fields.delete("all");
    fields.set("rowid", button.value);
    fields.set("action", button.dataset.move);
    /* After the move the list comes without this row; the one that followed takes its place. */
    sessionStorage.setItem(OPEN, String(index));
    move(form, fields);
  }));
}

/* After a decision the next case stands beside the list. */
export function goOn() {
  const before = sessionStorage.getItem(OPEN);
  sessionStorage.removeItem(OPEN);
  const links = cases();
  if (before !== null && document.querySelector(".toast")) links[Math.min(Number(before), links.length - 1)]?.click();
}
