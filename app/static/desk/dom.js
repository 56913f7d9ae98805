/* What every module uses. Every word shown comes from the page (data attributes), so it can be translated. */

export const all = (selector, root = document) => [...root.querySelectorAll(selector)];
export const fill = (sentence, facts) => sentence.replace(/\{(\w+)\}/g, (_, name) => facts[name]);
export const money = (cents) =>
  (cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const ENGLISH = document.documentElement.lang === "en";
export const listed = (names) => names.join(ENGLISH ? ", " : "、");
export const sentences = (said) => said.join(ENGLISH ? " " : "；");

/* A sentence at the top of the page, as the server would say it. */
export function tell(sentence) {
  const said = document.createElement("p");
  said.className = "banner banner--warning";
  said.setAttribute("role", "status");
  said.textContent = sentence;
  document.querySelector("#main").prepend(said);
}
