import { all } from "./dom.js";

/* The menu: folded or not, and its branches as they were left; of this browser, nothing of anybody's data. */
export function menu() {
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
    branch.addEventListener("toggle", () => {
      if (side.querySelector("[data-find]").value) return;
      localStorage.setItem(`menu:${branch.dataset.branch}`, branch.open ? "1" : "0");
    });
  }
  find(side, () => set(false));
  side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

/* The menu by what its functions and branches are called; Ctrl-K from anywhere. */
function find(side, unfold) {
  const input = side.querySelector("[data-find]");
  const said = side.querySelector("[data-found]");
  const branches = all("details", side);
  const title = (node) => (node.matches("details") ? node.querySelector("summary") : node).textContent;
  const path = (node) => (node === side ? "" : `${path(node.parentElement)} ${title(node)}`);
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
    if (event.key === "ArrowDown") {
      event.preventDefault();
      shown()[0]?.focus();
    }
    if (event.key === "Escape") {
      input.value = "";
      show();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    unfold();
    input.select();
    input.focus();
  });
}

/* A menu that drops down closes on Esc and on a click elsewhere. */
export function drop(box) {
  const close = () => { box.open = false; };
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.open) return;
    event.stopPropagation();
    close();
    box.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (box.open && !box.contains(event.target)) close();
  });
}
