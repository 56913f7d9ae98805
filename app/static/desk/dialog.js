import { all } from "./dom.js";
import { forgetNotices } from "./notices.js";
import { ask } from "./server.js";

export const parse = (html) => new DOMParser().parseFromString(html, "text/html");
const FIRST = "input:not([type=hidden]), select, textarea, .btn--primary";

/* The form of another page, laid over this one. It is sent from there and answers in place; where its answer leads on,
   `follow` is given that page and its address, else this page comes back fresh. A page without a form is for `instead`. */
export async function lay(question, failed, instead, follow) {
  const box = document.createElement("dialog");
  box.className = "dialog";
  box.addEventListener("close", () => box.remove());
  const say = (sentence) => {
    const said = document.createElement("p");
    said.className = "banner banner--danger";
    said.setAttribute("role", "alert");
    said.textContent = sentence;
    box.querySelector("[role=alert]")?.remove();
    box.prepend(said);
  };
  const draw = async (answer) => {
    const page = parse(await answer.text());
    const main = page.querySelector("#main");
    const form = main?.querySelector("form.form, form[data-guard]");
    if (!form) return instead(page, answer.url);
    box.classList.toggle("dialog--confirm", form.matches(".confirm"));
    const title = document.createElement("h2");
    const head = main.querySelector("h1");
    title.append(...head.cloneNode(true).childNodes);
    title.id = "dialog-title";
    box.setAttribute("aria-labelledby", title.id);
    /* The form's own address, at which it stands as a page too. */
    if (!form.hasAttribute("action")) form.setAttribute("action", answer.url);
    if (form.contains(head)) head.replaceWith(title);
    box.replaceChildren(...(form.contains(title) ? [form] : [title, form]));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    const close = (event) => {
      event.preventDefault();
      box.close();
    };
    all("[data-close]", form).forEach((button) => button.addEventListener("click", close));
    window.dispatchEvent(new CustomEvent("drawn", { detail: box }));
    if (!box.open) {
      box.dataset.address = new URL(answer.url).pathname;
      document.body.append(box);
      box.showModal();
    }
    const first = [".problems", "[autofocus]", FIRST].map((one) => form.querySelector(one)).find(Boolean);
    return first?.focus();
  };
  const send = async (form) => {
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    forgetNotices();
    try {
      const how = { method: "POST", body: new FormData(form), redirect: follow ? "follow" : "manual" };
      const answer = await ask(form.action, how);
      if (answer.type === "opaqueredirect") return window.location.reload();
      return answer.redirected ? follow(parse(await answer.text()), answer.url) : await draw(answer);
    } catch {
      delete form.dataset.sent;
      return say(failed);
    }
  };
  try {
    await draw(await question());
  } catch {
    instead();
  }
}

/* A link to a form opens it over the page. */
export function dialog(link) {
  if (!window.HTMLDialogElement) return;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (document.querySelector("dialog[open]")) return;
    const leave = () => window.location.assign(link.href);
    lay(() => ask(link.getAttribute("href")), link.dataset.failed, leave);
  });
}
