/* Asking the server. A session that is over, or a page too old, leads to the login (`keep.js`), unless nobody waits for
   the answer (`quiet`). */

/* A refusal carries the sentence to show. */
class Refusal extends Error {}

export async function ask(what, { quiet = false, ...how } = {}) {
  const answer = await fetch(what, { ...how, headers: { ...how.headers, "X-Requested-With": "fetch" } });
  if (answer.status !== 401 || how.method === "HEAD" || quiet) return answer;
  const { login } = await answer.json();
  window.dispatchEvent(new CustomEvent("over", { detail: login }));
  return new Promise(() => {});
}

/* What the server answers to a script, as JSON. */
export async function askJson(what, how = {}) {
  const answer = await ask(what, { ...how, headers: { Accept: "application/json" } });
  if (answer.ok) return answer.json();
  const refusal = await answer.json().catch(() => ({}));
  throw new Refusal(refusal.error ?? "");
}

export const why = (error, box) => (error instanceof Refusal && error.message) || box.dataset.failed;

/* The fields of a question that is formBody: what is asked, and the form's token. */
export const formBody = (form, fields) =>
  new URLSearchParams({ ...fields, csrf_token: form.elements.csrf_token.value });
