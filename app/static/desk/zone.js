import { fill, tell } from "./dom.js";
import { send } from "./inplace.js";

/* A sheet is read as soon as it is there: chosen, dragged, or pasted as a file or as cells. */
export function zone(form) {
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("[data-check]");
  const read = async () => {
    button.hidden = false;
    button.textContent = button.dataset.busy;
    button.classList.add("busy");
    await send(form);
  };
  const take = (files) => {
    input.files = files;
    read();
  };
  button.hidden = true;
  form.querySelector("[data-way]").hidden = false;
  input.addEventListener("change", () => { if (input.files.length) read(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    read();
  });
  const over = (on) => (event) => {
    event.preventDefault();
    form.classList.toggle("is-over", on);
  };
  form.addEventListener("dragover", over(true));
  form.addEventListener("dragleave", over(false));
  form.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer.files.length) take(event.dataTransfer.files);
  });
  const paste = (event) => {
    if (!form.isConnected) return document.removeEventListener("paste", paste);
    if (event.target.closest("input, textarea, select")) return undefined;
    const files = event.clipboardData.files.length ? event.clipboardData.files : cells(form, event.clipboardData);
    if (files) {
      event.preventDefault();
      take(files);
    }
    return undefined;
  };
  document.addEventListener("paste", paste);
}

/* Copied cells as a sheet; without a header the template's titles stand above them. */
function cells(form, clipboard) {
  const text = clipboard.getData("text").replace(/\r\n?/g, "\n").replace(/\n+$/, "");
  const rows = text.split("\n").map((line) => line.split("\t"));
  if (rows.every((row) => row.length < 2)) return null;
  const titles = form.dataset.titles.split("|");
  const titled = rows[0].some((cell) => titles.includes(cell.trim().replace(/\*$/, "")));
  const found = Math.max(...rows.map((row) => row.length));
  if (!titled && found !== titles.length) {
    tell(fill(form.dataset.misfit, { found, wanted: titles.length }));
    return null;
  }
  const quoted = (cell) => `"${cell.replaceAll('"', '""')}"`;
  const csv = (titled ? rows : [titles, ...rows]).map((row) => row.map(quoted).join(",")).join("\r\n");
  const files = new DataTransfer();
  files.items.add(new File([`\ufeff${csv}`], `${form.dataset.pasted}.csv`, { type: "text/csv" }));
  return files.files;
}
