import { all } from "./dom.js";
import { forgetNotices } from "./notices.js";
import { ask } from "./server.js";

/* A link to a form opens it over the page; sent from there it answers in place, and the page comes back fresh when it
   is done. */
export function dialog(link) {
  if (!window.HTMLDialogElement) return;
  const box = document.createElement("dialog");
  box.className = "dialog";
  const draw = (html) => {
    const main = new DOMParser().parseFromString(html, "text/html").querySelector("#main");
    const form = main?.querySelector("form[method=post]");
    if (!form) return window.location.assign(link.href);
    const title = document.createElement("h2");
    title.textContent = main.querySelector("h1").textContent;
    title.id = "dialog-title";
    box.setAttribute("aria-labelledby", title.id);
    /* The form's own address, at which it stands as a page too. */
    if (!form.hasAttribute("action")) form.setAttribute("action", link.getAttribute("href"));
    box.replaceChildren(title, form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    const close = (event) => {
      event.preventDefault();
      box.close();
    };
    all("[data-close]", form).forEach((button) => button.addEventListener("click", close));
    (form.querySelector(".problems") || form.querySelector("input:not([type=hidden]), select"))?.focus();
  };
  const say = (sentence) => {
    const said = document.createElement("p");
    said.className = "banner banner--danger";
    said.setAttribute("role", "alert");
    said.textContent = sentence;
    box.querySelector("[role=alert]")?.remove();
    box.prepend(said);
  };
  const send = async (form) => {
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    forgetNotices();
    try {
      const answer = await ask(link.href, { method: "POST", body: new FormData(form), redirect: "manual" });
      if (answer.type === "opaqueredirect") return window.location.reload();
      draw(await answer.text());
    } catch {
      delete form.dataset.sent;
      say(link.dataset.failed);
    }
  };
  box.addEventListener("close", () => box.remove());
  link.addEventListener("click", async (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (box.open) return;
    try {
      const answer = await ask(link.href);
      document.body.append(box);
      box.showModal();
      draw(await answer.text());
    } catch {
      window.location.assign(link.href);
    }
  });
}
