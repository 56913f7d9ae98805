import { all } from "../desk/dom.js";
import { ask } from "../desk/server.js";

/* The class's number follows from its opening date. */
function cohort(box) {
  const shown = box.querySelector("input");
  const opens = box.closest("form").elements.opens_on;
  opens.addEventListener("change", async () => {
    const address = `${box.dataset.cohort}?opens_on=${encodeURIComponent(opens.value)}`;
    const answer = await ask(address, { headers: { Accept: "application/json" } });
    if (answer.ok) shown.value = (await answer.json()).cohort_no;
  });
}

all("[data-cohort]").forEach(cohort);
