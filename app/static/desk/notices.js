import { all } from "./dom.js";
import { ask } from "./server.js";

/* After a deed the kept notices are old, and so is an answer that was on its way then. */
export function forgetNotices() {
  sessionStorage.removeItem("notices");
  sessionStorage.setItem("deed", String(Date.now()));
}

/* What waits for this login: counted once a minute at most, listed in the top bar. */
export function notices(menu) {
  const count = menu.querySelector("summary b");
  const body = menu.querySelector(".menu-body");
  const draw = (items) => {
    count.textContent = items.length;
    count.hidden = !items.length;
    body.replaceChildren(...items.map((item) => {
      const link = document.createElement("a");
      link.href = item.address;
      link.textContent = item.said;
      return link;
    }));
    if (!items.length) body.textContent = menu.dataset.none;
    for (const number of all(".side [data-view] .n")) {
      const { view, tabsOf = "" } = number.parentElement.dataset;
      const waiting = items.filter((item) => [view, ...tabsOf.split(" ")].includes(item.view));
      number.textContent = waiting.reduce((sum, item) => sum + item.count, 0) || "";
    }
  };
  const refresh = async () => {
    const deed = sessionStorage.getItem("deed");
    try {
      const answer = await ask(menu.dataset.notices, { headers: { Accept: "application/json" }, quiet: !menu.open });
      if (!answer.ok) throw new Error(String(answer.status));
      const items = await answer.json();
      if (sessionStorage.getItem("deed") === deed) {
        sessionStorage.setItem("notices", JSON.stringify({ at: Date.now(), items }));
      }
      draw(items);
    } catch {
      body.textContent = menu.dataset.failed;
    }
  };
  const kept = JSON.parse(sessionStorage.getItem("notices") || "null");
  if (kept && Date.now() - kept.at < 60000) draw(kept.items); else refresh();
  menu.addEventListener("toggle", () => { if (menu.open) refresh(); });
}

/* Shows how far a long work is; the page is reloaded when it is over. */
export function progress(card) {
  const bar = card.querySelector("progress");
  if (!bar) return;
  const refresh = async () => {
    const answer = await ask(card.dataset.work, { headers: { Accept: "application/json" } });
    const work = answer.ok ? await answer.json() : null;
    if (!work || !["waiting", "running"].includes(work.state)) {
      forgetNotices();
      return void location.reload();
    }
    bar.max = work.total || 1;
    bar.value = work.done;
    card.querySelector("[data-said]").textContent = work.said;
    setTimeout(refresh, 1000);
  };
  setTimeout(refresh, 500);
}
