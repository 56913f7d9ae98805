import { fill } from "./dom.js";

const SHOWN_SECONDS = 6, KEPT = "toast";

/* A sentence over the page that goes away by itself, with where it leads. */
export function toast(sentence, link) {
  const box = document.createElement("p");
  box.className = "toast";
  box.setAttribute("role", "status");
  box.append(sentence);
  if (link) box.append(Object.assign(document.createElement("a"), link));
  box.dataset.toast = SHOWN_SECONDS;
  document.querySelector("body > .toast")?.remove();
  document.body.append(box);
  pass(box);
}

/* It stays while somebody points at it, or while what it offers has the focus. */
export function pass(box) {
  const left = box.querySelector("[data-left]");
  let seconds = Number(box.dataset.toast);
  const show = () => { if (left) left.textContent = fill(left.dataset.left, { seconds }); };
  const timer = setInterval(() => {
    if (!box.isConnected) return clearInterval(timer);
    if (box.matches(":hover, :focus-within")) return;
    seconds -= 1;
    if (seconds > 0) return show();
    clearInterval(timer);
    box.remove();
  }, 1000);
  show();
}

/* One for the page that comes next. */
export const keep = (sentence, link) => sessionStorage.setItem(KEPT, JSON.stringify([sentence, link]));

export function shown() {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (kept) toast(...JSON.parse(kept));
}
