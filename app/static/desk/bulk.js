import { all, fill, money } from "./dom.js";

/* Ticked rows: how many, how much, and which buttons can be pressed. */
export function bulk(form) {
  const boxes = all("tbody input[type=checkbox]", form);
  const head = form.querySelector("[data-check-all]");
  const whole = form.querySelector("[data-all]");
  const said = form.querySelector("[data-chosen]");
  const why = form.querySelector("[data-why]");
  const show = () => {
    const ticked = boxes.filter((box) => box.checked);
    const everything = Boolean(whole?.checked);
    boxes.forEach((box) => box.closest("tr").classList.toggle("ticked", box.checked));
    if (head) {
      head.disabled = !boxes.length;
      head.checked = boxes.length > 0 && ticked.length === boxes.length;
      head.indeterminate = ticked.length > 0 && ticked.length < boxes.length;
    }
    const refused = [];
    all("[data-needs-choice]", form).forEach((button) => {
      const sources = (button.dataset.sources || "").split(" ");
      const fits = (states) => states === undefined || states.split(" ").some((state) => sources.includes(state));
      const none = ticked.length > 0 && !ticked.some((box) => fits(box.dataset.state));
      const stuck = button.dataset.sources !== undefined && (everything ? !fits(whole.dataset.states) : none);
      button.disabled = stuck || (!everything && !ticked.length);
      button.title = stuck ? button.dataset.refused : "";
      if (button.title) refused.push(button.title);
    });
    if (why) why.textContent = refused.join("；");
    if (!said) return;
    const sum = (name, unit = 1) =>
      ticked.reduce((total, box) => total + Math.round(Number(box.dataset[name]) * unit), 0);
    const facts = { rows: ticked.length, people: sum("people"), amount: money(sum("amount", 100)) };
    if (everything) said.textContent = said.dataset.whole;
    else said.textContent = ticked.length ? fill(said.dataset.chosen, facts) : said.dataset.none;
  };
  const tickAll = (on) => { boxes.forEach((box) => { box.checked = on; }); };
  let last = null;
  boxes.forEach((box, index) => {
    box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const between = boxes.slice(Math.min(last, index), Math.max(last, index) + 1);
        between.forEach((other) => { other.checked = box.checked; });
      }
      last = index;
    });
    box.addEventListener("change", () => {
      if (whole && !box.checked) whole.checked = false;
      show();
    });
    box.addEventListener("click", show);
  });
  head?.addEventListener("change", () => {
    tickAll(head.checked);
    if (whole && !head.checked) whole.checked = false;
    show();
  });
  whole?.addEventListener("change", () => { tickAll(whole.checked); show(); });
  window.addEventListener("pageshow", show);
  /* Somebody may tick before this script has come. */
  if (whole?.checked) tickAll(true);
  show();
}
