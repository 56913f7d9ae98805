import { all, fill, tell } from "./dom.js";
import { ask } from "./server.js";

/* What the menu calls the function at an address: as shortly as it stands there. */
const named = (address) => {
  const leaf = all(".side a.leaf").find((link) => link.getAttribute("href") === address.split("?")[0]);
  return leaf && [...leaf.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("").trim();
};

/* The pages opened last, of this login in this window; nothing of them outlives either. */
export function tabs(bar) {
  const key = `tabs:${bar.dataset.tabs}`;
  const here = window.location.pathname + window.location.search;
  const same = (url) => url.split("?")[0] === window.location.pathname;
  let kept = JSON.parse(sessionStorage.getItem(key) || "[]");
  const keep = () => sessionStorage.setItem(key, JSON.stringify(kept));
  const language = document.documentElement.lang;
  const shut = (one) => {
    kept = kept.filter((other) => other !== one);
    keep();
    draw();
  };
  if (bar.dataset.gone !== undefined) kept = kept.filter((one) => !same(one.url));
  if (bar.dataset.here !== undefined) {
    const title = named(window.location.pathname) || document.title.split(" · ")[0];
    const at = kept.findIndex((one) => same(one.url));
    const one = { url: here, title, language };
    if (at < 0) kept = [...kept, one].slice(-6);
    else kept[at] = one;
  }
  keep();
  /* A page that is gone loses its tab instead of leading to an error. */
  const follow = async (event, one) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || same(one.url)) return;
    event.preventDefault();
    try {
      const answer = await ask(one.url, { method: "HEAD", redirect: "manual" });
      if (answer.status !== 404) return void window.location.assign(one.url);
    } catch {
      return void window.location.assign(one.url);
    }
    shut(one);
    tell(fill(bar.dataset.left, { title: one.title }));
  };
  /* A function by its name in the menu, any other page by its own title. */
  const retitle = async (one) => {
    const answer = named(one.url) ? null : await ask(one.url);
    if (answer && !answer.ok) return shut(one);
    const page = answer && new DOMParser().parseFromString(await answer.text(), "text/html");
    Object.assign(one, { title: named(one.url) || page.title.split(" · ")[0], language });
    keep();
    draw();
  };
  const draw = () => bar.replaceChildren(...kept.map((one) => {
    const tab = document.createElement("span");
    const link = document.createElement("a");
    const close = document.createElement("button");
    link.href = one.url;
    link.textContent = one.title;
    link.addEventListener("click", (event) => follow(event, one));
    if (same(one.url)) link.setAttribute("aria-current", "page");
    close.type = "button";
    close.className = "btn btn--link";
    close.textContent = "×";
    close.setAttribute("aria-label", `${bar.dataset.close} ${one.title}`);
    close.addEventListener("click", () => shut(one));
    tab.append(link, close);
    return tab;
  }));
  draw();
  kept.filter((one) => one.language !== language).forEach((one) => retitle(one).catch(draw));
  bar.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
