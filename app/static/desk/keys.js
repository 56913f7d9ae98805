import { all } from "./dom.js";

/* Keys press what shows them: J and K go on and back, A and R decide, Esc closes; `?` lists what the page has.
   Nothing is pressed while somebody types; whoever has them pressed by mistake switches the letters off. */
const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
const at = (key) => all("[data-key]").find((one) => one.dataset.key === key && one.offsetParent && !one.disabled);

function list(template) {
  const box = template.content.firstElementChild.cloneNode(true);
  const known = new Map(all("[data-key]").filter((one) => one.offsetParent)
    .map((one) => [one.dataset.key, one.getAttribute("aria-label") || one.firstChild.textContent.trim()]));
  const rows = box.querySelector("dl");
  if (known.has("j")) rows.replaceChildren();
  for (const [key, title] of known) {
    const [dt, dd, kbd] = ["dt", "dd", "kbd"].map((name) => document.createElement(name));
    kbd.textContent = key.length === 1 ? key.toUpperCase() : "Esc";
    dt.append(kbd);
    dd.textContent = title;
    rows.append(dt, dd);
  }
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.matches(TYPED) || document.querySelector("dialog[open]")) return;
    if (event.key.length === 1 && localStorage.getItem("keys") === "0") return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const template = document.getElementById("keys");
    if (key === "?" && template) list(template);
    else if (at(key)) at(key).click();
    else if (key === "j" && document.querySelector("a[data-drawer]")) document.querySelector("a[data-drawer]").click();
    else return;
    event.preventDefault();
  });
}
