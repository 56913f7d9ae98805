import { all } from "./dom.js";
import { ask } from "./server.js";

const ID = "drawer";
let opener = null;

/* A link to a page that can stand beside the one at hand: the server sends that page's piece (`X-Fragment`), and this
   shows it at the right of the list, or of the sheet. What is inside works as on its own page; whoever draws is told by `drawn`. */
export function drawer(link) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });
}

async function open(link) {
  let html;
  try {
    const answer = await ask(link.href, { headers: { "X-Fragment": "1" } });
    if (!answer.ok || answer.redirected) return window.location.assign(link.href);
    html = await answer.text();
  } catch {
    return window.location.assign(link.href);
  }
  const sheet = link.closest(".rows") || document.querySelector(".sheet");
  const box = document.getElementById(ID) || sheet.appendChild(make());
  box.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  sheet.classList.add("with-drawer");
  mark(link);
  all("[data-close-drawer]", box).forEach((button) => button.addEventListener("click", (event) => {
    event.preventDefault();
    close();
  }));
  window.dispatchEvent(new CustomEvent("drawn", { detail: box }));
  box.focus();
}

function make() {
  const box = document.createElement("aside");
  box.id = ID;
  box.className = "drawer";
  box.tabIndex = -1;
  box.setAttribute("aria-labelledby", "drawer-title");
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
  return box;
}

function close() {
  const box = document.getElementById(ID);
  box?.parentElement.classList.remove("with-drawer");
  box?.remove();
  const back = opener;
  mark(null);
  back?.focus();
}

/* The row whose page is open. */
function mark(link) {
  opener?.closest("tr, li")?.classList.remove("is-open");
  opener?.removeAttribute("aria-expanded");
  opener = link;
  link?.closest("tr, li")?.classList.add("is-open");
  link?.setAttribute("aria-expanded", "true");
  link?.scrollIntoView({ block: "nearest" });
}
