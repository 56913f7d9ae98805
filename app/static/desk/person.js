import { askJson, formBody, why } from "./server.js";

/* A whole citizen id offers its bearer as a button; pressing it fills in the name. Asked by POST: an id stands in no
   address. */
export function person(box) {
  const id = box.querySelector("[name=citizen_id]");
  const name = box.querySelector("[name=name]");
  const place = document.createElement("div");
  let asked;
  place.setAttribute("role", "status");
  id.closest(".field").append(place);
  const offer = (found) => {
    if (!found.name) return void (place.textContent = box.dataset.none);
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = `${found.name} ${found.masked_id}`;
    button.addEventListener("click", () => {
      name.value = found.name;
      place.replaceChildren();
      name.focus();
    });
    place.replaceChildren(button);
  };
  const ask = async () => {
    asked?.abort();
    place.replaceChildren();
    const typed = id.value.normalize("NFKC").replace(/\s/g, "");
    if (typed.length !== 18) return;
    asked = new AbortController();
    const signal = asked.signal;
    const body = formBody(box.closest("form"), { citizen_id: typed });
    try {
      offer(await askJson(box.dataset.person, { method: "POST", body, signal }));
    } catch (error) {
      if (!signal.aborted) place.textContent = why(error, box);
    }
  };
  id.addEventListener("input", ask);
  /* Somebody may type before this script has come. */
  if (id.value && !name.value) ask();
}
