import { all } from "./dom.js";

/* Which columns a list shows, how close its lines stand and whether single keys work: of this browser, list by list. */
export function chooser(box) {
  const table = document.querySelector(`table[data-columns="${box.dataset.chooser}"]`);
  const key = `columns:${box.dataset.chooser}`;
  const heads = all("thead th", table);
  const hidden = new Set(JSON.parse(localStorage.getItem(key) || "[]"));
  const apply = () => {
    heads.forEach((head, index) => {
      const off = hidden.has(head.dataset.column);
      head.hidden = off;
      const rows = all("tbody tr", table).filter((row) => row.cells.length === heads.length);
      rows.forEach((row) => { row.cells[index].hidden = off; });
    });
  };
  const tick = (text, checked, change) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.type = "checkbox";
    input.checked = checked;
    input.addEventListener("change", () => change(input.checked));
    label.append(input, text);
    box.append(label);
  };
  const dense = (on) => table.classList.toggle("dense", on);
  dense(localStorage.getItem("dense") === "1");
  tick(box.dataset.dense, localStorage.getItem("dense") === "1", (on) => {
    localStorage.setItem("dense", on ? "1" : "0");
    dense(on);
  });
  if (box.dataset.keys) {
    tick(box.dataset.keys, localStorage.getItem("keys") !== "0", (on) => localStorage.setItem("keys", on ? "1" : "0"));
  }
  heads.filter((head) => head.dataset.column).forEach((head, index) => {
    if (!index) return;
    tick(head.textContent.replace(/[▲▼]/g, "").trim(), !hidden.has(head.dataset.column), (on) => {
      if (on) hidden.delete(head.dataset.column);
      else hidden.add(head.dataset.column);
      localStorage.setItem(key, JSON.stringify([...hidden]));
      apply();
    });
  });
  apply();
}
