import { all, fill } from "./dom.js";

/* The days of a publicity in the calendar below its form: those that count are numbered as they are chosen. A later start
   takes the earliest lawful end with it. What lies beyond the drawn weeks the server reckons. */
export function span(box) {
  const { start, end } = box.closest("form").elements;
  const days = all("[data-day]", box);
  const total = box.querySelector("[role=status]");
  const works = (day) => day.dataset.works !== undefined;
  const draw = () => {
    let count = 0;
    for (const day of days) {
      const inside = start.value <= day.dataset.day && day.dataset.day <= end.value;
      const counts = inside && works(day);
      count += counts;
      day.classList.toggle("span", inside);
      day.classList.toggle("end", day.dataset.day === end.value);
      day.querySelector("small").textContent = counts ? fill(box.dataset.nth, { n: count }) : day.dataset.plain;
    }
    total.textContent = fill(box.dataset.count, { count });
  };
  start.addEventListener("change", () => {
    const from = days.filter((day) => works(day) && start.value <= day.dataset.day);
    const last = from[Number(box.dataset.least) - 1];
    if (last) end.value = last.dataset.day;
    draw();
  });
  end.addEventListener("change", draw);
}
