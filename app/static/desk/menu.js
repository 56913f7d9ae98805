import { all } from "./dom.js";

/* The menu, folded or not: of this browser, nothing of anybody's data. */
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
  find(document.querySelector(".find"), side);
  side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

/* Each function of the menu with all that it may be found by: its own title and those of its branches. */
function functions(side) {
  const titles = { H2: "", H3: "" };
  const entries = [];
  for (const node of side.children) {
    if (node.tagName === "H2") titles.H3 = "";
    if (node.tagName === "HR") titles.H2 = titles.H3 = "";
    if (node.tagName in titles) titles[node.tagName] = node.textContent;
    if (!node.matches("a.leaf")) continue;
    const title = node.getAttribute("aria-label") || node.textContent.trim();
    const place = [titles.H2, titles.H3].filter(Boolean).join(" · ");
    entries.push({ title, place, href: node.href, text: `${place} ${title}`.toLowerCase() });
  }
  return entries;
}

/* Search in the top bar; Ctrl-K from anywhere. */
function find(box, side) {
  const input = box.querySelector("[data-find]");
  const list = box.querySelector("[data-findings]");
  const said = box.querySelector("[data-found]");
  const entries = functions(side);
  const draw = () => {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const fitting = words.length ? entries.filter(({ text }) => words.every((word) => text.includes(word))) : [];
    list.replaceChildren(...fitting.map(({ title, place, href }) => {
      const link = document.createElement("a");
      const small = document.createElement("small");
      link.href = href;
      small.textContent = place;
      link.append(title, small);
      return link;
    }));
    said.textContent = words.length && !fitting.length ? input.dataset.none : "";
    if (said.textContent) list.textContent = said.textContent;
    list.hidden = !words.length;
  };
  const leave = () => { list.hidden = true; };
  const step = (event, by) => {
    event.preventDefault();
    const stops = [input, ...all("a", list)];
    const next = stops.indexOf(document.activeElement) + by;
    stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
  };
  input.addEventListener("input", draw);
  input.addEventListener("focus", draw);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target === input) list.querySelector("a")?.click();
    if (event.key === "ArrowDown") step(event, 1);
    if (event.key === "ArrowUp") step(event, -1);
    if (event.key !== "Escape") return;
    input.value = "";
    draw();
    input.focus();
  });
  document.addEventListener("click", (event) => { if (!box.contains(event.target)) leave(); });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
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
