/* What a page does without asking the server, each part where the page has a place for it. */

import { bulk } from "./bulk.js";
import { chooser } from "./chooser.js";
import { dialog } from "./dialog.js";
import { all } from "./dom.js";
import { choice, file, guard, once } from "./forms.js";
import { keep } from "./keep.js";
import { back, paste, sort } from "./lists.js";
import { drop, menu } from "./menu.js";
import { notices, progress } from "./notices.js";
import { person } from "./person.js";
import { picker } from "./picker.js";
import { session } from "./session.js";
import { tabs } from "./tabs.js";

session();
keep();
menu();
all("[data-tabs]").forEach(tabs);
back();
/* Nothing of a login outlives it here but what `keep.js` keeps. */
if (!document.querySelector("[data-tabs]")) {
  Object.keys(sessionStorage).filter((key) => key !== "kept").forEach((key) => sessionStorage.removeItem(key));
}
all("[data-sort]").forEach(sort);
all("[data-dialog]").forEach(dialog);
all("[data-file]").forEach(file);
all("[data-picker]").forEach(picker);
all("form[data-choice]").forEach(choice);
all("[data-person]").forEach(person);
all("form[data-bulk]").forEach(bulk);
all("[data-chooser]").forEach(chooser);
all(".search input:not([type=date])").forEach(paste);
all("details.drop-down").forEach(drop);
all("[data-notices]").forEach(notices);
all("[data-work]").forEach(progress);
all("form[data-guard]").forEach(guard);
all("form[method=post]").forEach(once);
all("[data-back]").forEach((button) => button.addEventListener("click", () => history.back()));
document.querySelector(".problems")?.focus();
