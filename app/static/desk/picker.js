import { all } from "./dom.js";
import { askJson, formBody, why } from "./server.js";

/* A combobox that asks the server (WAI-ARIA 1.2: list autocomplete with manual selection). */
export function picker(box) {
  const input = box.querySelector("[role=combobox]");
  const hidden = box.querySelector("input[type=hidden]");
  const list = box.querySelector("[role=listbox]");
  let timer, asked, active = -1;
  const options = () => all("[role=option]", list);

  const open = (shown) => {
    list.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    if (!shown) mark(-1);
  };
  const mark = (index) => {
    active = index;
    options().forEach((option, i) => option.setAttribute("aria-selected", String(i === index)));
    const chosen = options()[index];
    if (chosen) {
      input.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const take = (option) => {
    /* whom a whole code found may lie elsewhere, where only the code finds it again */
    const { code, id, name } = option.dataset;
    hidden.value = code && input.value.trim().toUpperCase() === code ? code : id;
    input.value = name;
    hidden.dispatchEvent(new Event("change", { bubbles: true }));
    open(false);
  };
  const draw = (found) => {
    list.replaceChildren(...found.map((item, i) => {
      const option = document.createElement("li");
      const facts = document.createElement("small");
      option.id = `${list.id}-${i}`;
      option.setAttribute("role", "option");
      option.dataset.id = item.id;
      option.dataset.name = item.name;
      option.dataset.code = item.uscc ?? "";
      facts.textContent = [item.uscc, item.unit_no, item.masked_id].filter(Boolean).join(" · ");
      option.append(item.name, facts);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(option); });
      return option;
    }));
    if (!found.length) say(box.dataset.none);
    open(true);
    mark(-1);
  };
  const say = (sentence) => {
    const nothing = document.createElement("li");
    nothing.className = "nothing";
    nothing.setAttribute("role", "presentation");
    nothing.textContent = sentence;
    list.replaceChildren(nothing);
    open(true);
  };
  const ask = async () => {
    const typed = input.value.trim();
    asked?.abort();
    if (!typed) return open(false);
    asked = new AbortController();
    const signal = asked.signal;
    try {
      draw(await (box.dataset.method === "post"
        ? askJson(box.dataset.picker, { method: "POST", body: formBody(box.closest("form"), { q: typed }), signal })
        : askJson(`${box.dataset.picker}?q=${encodeURIComponent(typed)}`, { signal })));
    } catch (error) {
      if (!signal.aborted) say(why(error, box));
    }
  };
  input.addEventListener("input", () => {
    hidden.value = "";
    clearTimeout(timer);
    timer = setTimeout(ask, 200);
  });
  input.addEventListener("blur", () => { clearTimeout(timer); asked?.abort(); open(false); });
  input.addEventListener("keydown", (event) => {
    const count = options().length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return void ask();
      if (count) mark((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + count) % count);
    } else if (event.key === "Enter" && !list.hidden && (active >= 0 || count === 1)) {
      event.preventDefault();
      take(options()[Math.max(active, 0)]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    }
  });
  /* Somebody may type before this script has come. */
  if (input.value && !hidden.value && input === document.activeElement) ask();
}
