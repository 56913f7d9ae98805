import { all } from "./dom.js";

/* The way back to a list leads to the list as it was left: its filter, its order, its page. */
export function back() {
  const key = (path) => `list:${path}`;
  const { pathname, search } = window.location;
  if (document.querySelector("form.list")) sessionStorage.setItem(key(pathname), search);
  for (const link of all("a[data-return]")) {
    link.search = sessionStorage.getItem(key(link.pathname)) ?? link.search;
  }
}

/* Many ids or names pasted at once: lines and cells become blanks, which part them. */
export function paste(input) {
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!/[\r\n\t]/.test(text)) return;
    event.preventDefault();
    input.setRangeText(text.trim().replace(/[\r\n\t]+/g, " "), input.selectionStart, input.selectionEnd, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

/* A list whose order is sent as it stands: by the arrows or by dragging. */
export function sort(list) {
  let dragged = null;
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    const item = button?.closest("li");
    const other = button?.dataset.move === "up" ? item?.previousElementSibling : item?.nextElementSibling;
    if (!other) return;
    if (button.dataset.move === "up") other.before(item);
    else other.after(item);
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
    if (below) over.after(dragged);
    else over.before(dragged);
  });
  list.addEventListener("dragend", () => {
    dragged = null;
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
