/* A warning two minutes before the session ends. Asking for the time left doesn't keep the session open, going on
   does. */
export function session() {
  const box = document.getElementById("session")?.content.firstElementChild.cloneNode(true);
  if (!box || !box.showModal) return;
  const BEFORE = 120, AGAIN = 15;
  const title = box.querySelector("h2");
  const line = box.querySelector("p");
  const [on, login] = [box.querySelector("[data-go-on]"), box.querySelector("[data-login]")];
  let end = 0, asked = 0, longest = false, heard = false, timer = null;

  const later = (what, seconds) => {
    clearTimeout(timer);
    timer = setTimeout(what, seconds * 1000);
  };

  const show = (button) => {
    if (box.open) return;
    document.body.append(box);
    box.showModal();
    button.focus();
  };

  const plan = (left) => {
    end = Date.now() + Math.max(left, 1) * 1000;
    if (left <= BEFORE) return tick();
    if (box.open) box.close();
    heard = false;
    later(ask, left - BEFORE);
  };

  const tick = () => {
    const left = Math.round((end - Date.now()) / 1000);
    if (left <= 0 || Date.now() - asked > AGAIN * 1000) return void ask();
    line.textContent = (longest ? box.dataset.longest : box.dataset.idle).replace("{seconds}", left);
    if (!heard) show(on);
    later(tick, 1);
  };

  const over = (address) => {
    clearTimeout(timer);
    title.textContent = box.dataset.title;
    line.textContent = box.dataset.over;
    on.hidden = true;
    login.hidden = false;
    login.href = address;
    show(login);
    login.focus();
  };

  /* Other tabs may have kept the session open meanwhile, or ended it. */
  const ask = async (how = {}) => {
    asked = Date.now();
    try {
      const answer = await fetch(box.dataset.session, { ...how, headers: { Accept: "application/json" } });
      const time = await answer.json();
      if (answer.status === 401) return void over(time.login);
      if (!answer.ok) throw new Error(time.error);
      longest = time.longest;
      plan(time.left);
    } catch {
      later(ask, AGAIN);
    }
  };

  on.addEventListener("click", () => {
    heard = true;
    if (longest) return box.close();
    ask({ method: "POST", body: new FormData(box.querySelector("form")) });
  });
  login.addEventListener("click", (event) => {
    event.preventDefault();
    window.dispatchEvent(new CustomEvent("over", { detail: login.href }));
  });
  box.addEventListener("close", () => box.remove());
  box.addEventListener("cancel", (event) => event.preventDefault());
  plan(Number(box.dataset.left));
}
