import { all } from "./dom.js";
import { askJson, formBody, why } from "./server.js";

/* Each function of the menu with all that it may be found by: its own title and those of its branches. */
function functions() {
  const titles = { H2: "", H3: "" };
  const entries = [];
  for (const node of document.querySelector(".side").children) {
    if (node.tagName === "H2") titles.H3 = "";
    if (node.tagName === "HR") titles.H2 = titles.H3 = "";
    if (node.tagName in titles) titles[node.tagName] = node.textContent;
    if (!node.matches("a.leaf")) continue;
    const title = node.getAttribute("aria-label") || node.textContent.trim();
    const note = [titles.H2, titles.H3].filter(Boolean).join(" · ");
    entries.push({ title, note, address: node.href, text: `${note} ${title}`.toLowerCase() });
  }
  return entries;
}

function symbol(box, name) {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  drawing.setAttribute("class", "i");
  drawing.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${box.dataset.icons}#${name}`);
  drawing.append(use);
  return drawing;
}

function line(box, icon, { title, note, state, state_title: said, address }) {
  const hit = document.createElement(address ? "a" : "p");
  const small = document.createElement("small");
  if (address) hit.href = address;
  small.textContent = note;
  hit.append(symbol(box, icon), title, small);
  if (state) {
    const ring = document.createElement("span");
    ring.className = `state state--${state}`;
    ring.textContent = said;
    hit.append(ring);
  }
  return hit;
}

function group(box, { title, icon, hits }) {
  const head = document.createElement("h3");
  head.textContent = title;
  return [head, ...hits.map((hit) => line(box, icon, hit))];
}

/* Search in the top bar; Ctrl-K from anywhere. Functions are known here; people, employers and numbers to the server,
   which is asked by POST: what is typed stands in no address. Enter opens the first, waiting for an answer under way. */
export function find(box) {
  const input = box.querySelector("input[type=search]");
  const panel = box.querySelector(".menu");
  const list = box.querySelector("[data-findings]");
  const said = box.querySelector("[data-found]");
  const entries = functions();
  let timer, asked, known = [], waiting = false, opens = false;

  const fitting = () => {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const fits = ({ text }) => words.every((word) => text.includes(word));
    const hits = words.length ? entries.filter(fits) : [];
    return hits.length ? [{ title: box.dataset.functions, icon: "right", hits }] : [];
  };
  const say = (sentence) => {
    said.textContent = sentence;
    if (sentence) list.textContent = sentence;
  };
  const draw = () => {
    const groups = [...fitting(), ...known];
    list.replaceChildren(...groups.flatMap((one) => group(box, one)));
    panel.hidden = !input.value.trim();
    say(panel.hidden || waiting || groups.length ? "" : box.dataset.none);
    if (opens && !waiting) list.querySelector("a")?.click();
    if (!waiting) opens = false;
  };
  const ask = async () => {
    asked = new AbortController();
    const signal = asked.signal;
    try {
      known = await askJson(box.action, { method: "POST", body: formBody(box, { q: input.value }), signal });
      waiting = false;
      draw();
    } catch (error) {
      if (signal.aborted) return;
      waiting = opens = false;
      say(why(error, box));
    }
  };
  const typed = () => {
    clearTimeout(timer);
    asked?.abort();
    known = [];
    opens = false;
    waiting = Boolean(input.value.trim());
    if (waiting) timer = setTimeout(ask, 150);
    draw();
  };
  const step = (event, by) => {
    event.preventDefault();
    const stops = [input, ...all("a", list)];
    const next = stops.indexOf(document.activeElement) + by;
    stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
  };
  input.addEventListener("input", (event) => { if (!event.isComposing) typed(); });
  input.addEventListener("compositionend", typed);
  input.addEventListener("focus", draw);
  box.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = list.querySelector("a");
    if (first && (!waiting || fitting().length)) first.click();
    else opens = waiting;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(event, 1);
    if (event.key === "ArrowUp") step(event, -1);
    if (event.key !== "Escape") return;
    input.value = "";
    typed();
    input.focus();
  });
  document.addEventListener("click", (event) => { if (!box.contains(event.target)) panel.hidden = true; });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    input.select();
    input.focus();
  });
}
