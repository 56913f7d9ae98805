import { all, fill, money, sentences } from "./dom.js";

/* Whether a button's move starts from the state of a ticked row, or from one of those that it stands for. */
export const fits = (button, box) => box.dataset.state === undefined
  || box.dataset.state.split(" ").some((state) => (button.dataset.sources || "").split(" ").includes(state));

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
    form.classList.toggle("has-ticked", ticked.length > 0);
    const refused = [];
    all("[data-needs-choice]", form).forEach((button) => {
      const none = ticked.length > 0 && !ticked.some((box) => fits(button, box));
      const stuck = button.dataset.sources !== undefined && !everything && none;
      button.disabled = stuck || (!everything && !ticked.length);
      button.title = stuck ? button.dataset.refused : "";
      const chosen = !everything && !button.disabled ? ticked.filter((box) => fits(button, box)).length : 0;
      const count = chosen && form.dataset.counted ? ` ${fill(form.dataset.counted, { count: chosen })}` : "";
      if (button.dataset.title) button.textContent = button.dataset.title + count;
      if (button.title) refused.push(button.title);
    });
    if (why) why.textContent = sentences(refused);
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
