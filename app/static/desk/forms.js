import { all, listed } from "./dom.js";
import { forgetNotices } from "./notices.js";

/* Parts of a form that belong to one choice: the others are hidden and not sent. */
export function choice(form) {
  const name = form.dataset.choice;
  const show = () => {
    const chosen = form.querySelector(`[name="${name}"]:checked`)?.value;
    for (const part of all("[data-when]", form)) {
      part.hidden = part.dataset.when !== chosen;
      all("input, select, textarea", part).forEach((field) => { field.disabled = part.hidden; });
    }
  };
  form.addEventListener("change", (event) => { if (event.target.name === name) show(); });
  window.addEventListener("pageshow", show);
  show();
}

/* Unsaved changes: the browser asks before the page is left. */
export function guard(form) {
  let changed = Boolean(form.querySelector(".problems"));
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("change", () => { changed = true; });
  form.addEventListener("submit", (event) => { if (!event.defaultPrevented) changed = false; });
  window.addEventListener("kept", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => {
    if (changed && form.isConnected) event.preventDefault();
  });
}

/* A form that changes something is sent once; coming back with the browser's button makes it usable again. */
export function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) return event.preventDefault();
    if (form.getAttribute("role") !== "search") forgetNotices();
    /* A download leaves the page as it is: the form can be sent again. */
    if (event.submitter?.dataset.again !== undefined) return;
    form.dataset.sent = "1";
    return busy(event.submitter);
  });
  window.addEventListener("pageshow", () => { delete form.dataset.sent; });
}

function busy(button) {
  if (!button || button.dataset.busy === undefined) return;
  const started = Date.now();
  const text = button.textContent;
  button.classList.add("busy");
  button.setAttribute("aria-disabled", "true");
  const tell = () => { button.textContent = `${button.dataset.busy} ${Math.round((Date.now() - started) / 1000)} s`; };
  tell();
  const timer = setInterval(tell, 1000);
  window.addEventListener("pagehide", () => {
    clearInterval(timer);
    button.classList.remove("busy");
    button.removeAttribute("aria-disabled");
    button.textContent = text;
  }, { once: true });
}

/* The name of the chosen file, in the language of the page rather than the browser's. */
export function file(input) {
  const said = document.getElementById(input.dataset.file);
  const show = () => { said.textContent = listed([...input.files].map((one) => one.name)) || said.dataset.none; };
  input.addEventListener("change", show);
  window.addEventListener("pageshow", show);
}
