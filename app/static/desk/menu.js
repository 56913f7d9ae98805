/* The menu, folded or not: of this browser, nothing of anybody's data. */
export function menu() {
  const button = document.querySelector("[data-toggle-menu]");
  const side = document.querySelector(".side");
  if (!button || !side) return;
  const set = (closed) => {
    document.body.classList.toggle("menu-closed", closed);
    button.setAttribute("aria-expanded", String(!closed));
  };
  const narrow = matchMedia("(max-width: 900px)");
  const settle = () => set(narrow.matches || localStorage.getItem("menu-closed") === "1");
  narrow.addEventListener("change", settle);
  settle();
  button.addEventListener("click", () => {
    const closed = !document.body.classList.contains("menu-closed");
    localStorage.setItem("menu-closed", closed ? "1" : "0");
    set(closed);
  });
  side.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
}

/* A menu that drops down closes on Esc and on a click elsewhere. */
export function drop(box) {
  const close = () => { box.open = false; };
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.open) return;
    event.stopPropagation();
    close();
    box.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    if (box.open && !box.contains(event.target)) close();
  });
}
