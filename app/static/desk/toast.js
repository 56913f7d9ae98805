import { fill } from "./dom.js";

const SHOWN_SECONDS = 6;

/* A sentence over the page that goes away by itself. */
export function toast(sentence) {
  const box = document.createElement("p");
  box.className = "toast";
  box.setAttribute("role", "status");
  box.textContent = sentence;
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
