/* What a page does without asking the server, each part where the page has a place for it. */

import { beside, goOn } from "./beside.js";
import { bulk } from "./bulk.js";
import { chooser } from "./chooser.js";
import { dialog } from "./dialog.js";
import { all } from "./dom.js";
import { drawer } from "./drawer.js";
import { find } from "./find.js";
import { choice, file, guard, once } from "./forms.js";
import { inPlace } from "./inplace.js";
import { edit, panels, together } from "./intake.js";
import { keep } from "./keep.js";
import { keys } from "./keys.js";
import { back, paste, sort } from "./lists.js";
import { drop, menu } from "./menu.js";
import { moves } from "./moves.js";
import { notices, progress } from "./notices.js";
import { person } from "./person.js";
import { picker } from "./picker.js";
import { session } from "./session.js";
import { span } from "./span.js";
import { tabs } from "./tabs.js";
import { pass, shown } from "./toast.js";
import { zone } from "./zone.js";

session();
keep();
menu();
all("form[data-find]").forEach(find);
all("[data-tabs]").forEach(tabs);
back();
/* Nothing of a login outlives it here but what `keep.js` keeps. */
if (!document.querySelector("[data-tabs]")) {
  Object.keys(sessionStorage).filter((key) => key !== "kept").forEach((key) => sessionStorage.removeItem(key));
}
shown();
keys();
/* What stands on the page, now or when a part of it is drawn again. */
const behave = (root) => {
  all("[data-sort]", root).forEach(sort);
  all("[data-dialog]", root).forEach(dialog);
  all("[data-file]", root).forEach(file);
  all("[data-picker]", root).forEach(picker);
  all("form[data-choice]", root).forEach(choice);
  all("[data-person]", root).forEach(person);
  all("form[data-bulk]", root).forEach(bulk);
  all("form[data-see]", root).forEach(moves);
  all("[data-chooser]", root).forEach(chooser);
  all(".filters input:not([type=date])", root).forEach(paste);
  all("details.drop-down", root).forEach(drop);
  all("[data-notices]", root).forEach(notices);
  all("[data-work]", root).forEach(progress);
  all("[data-span]", root).forEach(span);
  all("form[data-guard]", root).forEach(guard);
  all("[data-drawer]", root).forEach(drawer);
  all("[data-place]", root).forEach(beside);
  all("[data-panels]", root).forEach(panels);
  all("form[data-drop]", root).forEach(zone);
  all("[data-edit]", root).forEach(edit);
  all("[data-together]", root).forEach(together);
  all("[data-toast]", root).forEach(pass);
  all("form[data-in-place]", root).forEach(inPlace);
  all("form[method=post]:not([data-in-place], [data-drop])", root).forEach(once);
  all("[data-back]", root).forEach((button) => button.addEventListener("click", () => history.back()));
};
behave(document);
window.addEventListener("drawn", (event) => behave(event.detail));
goOn();
document.querySelector(".problems")?.focus();
