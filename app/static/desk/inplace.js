import { tell } from "./dom.js";
import { forgetNotices } from "./notices.js";
import { ask } from "./server.js";
import { toast } from "./toast.js";

/* A form that is answered where it stands: what the server would show next takes the page's place, without a load. */
export function inPlace(form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter);
  });
}

/* Returns whether the page now shows the answer; an answer that has a page of its own is gone to. */
export async function send(form, submitter = null) {
  if (form.dataset.sent) return false;
  form.dataset.sent = "1";
  forgetNotices();
  const body = new FormData(form);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  try {
    const answer = await ask(submitter?.getAttribute("formaction") || form.action, { method: "POST", body });
    const refused = !answer.ok && answer.status !== 422;
    if (!refused && answer.redirected && new URL(answer.url).pathname !== window.location.pathname) {
      window.location.assign(answer.url);
      return false;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (refused) tell(page.querySelector("#main p")?.textContent ?? document.title);
    else swap(page);
    return !refused;
  } finally {
    delete form.dataset.sent;
  }
}

/* One sentence of the answer becomes a toast, so that the rows stay where they were; several are there to be read. */
function swap(page) {
  const main = document.querySelector("#main");
  const next = page.querySelector("#main");
  const said = next.querySelectorAll("p.banner[role=status]");
  if (said.length === 1) {
    toast(said[0].textContent);
    said[0].remove();
  }
  document.title = page.title;
  main.replaceChildren(...next.childNodes);
  window.dispatchEvent(new CustomEvent("drawn", { detail: main }));
  main.querySelector(".problems")?.focus();
}
