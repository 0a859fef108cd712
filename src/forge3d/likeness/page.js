"use strict";
for (const figure of document.querySelectorAll(".wipe")) {
  const range = figure.querySelector("input");
  const flip = (on) => figure.classList.toggle("flip", on);
  let held = 0;
  range.addEventListener("input", () => { clearTimeout(held); flip(false); figure.style.setProperty("--at", `${range.value}%`); });
  range.addEventListener("pointerdown", () => { held = setTimeout(flip, 250, true); });
  for (const end of ["pointerup", "pointercancel", "blur"]) {
    range.addEventListener(end, () => { clearTimeout(held); flip(false); });
  }
  for (const [kind, on] of [["keydown", true], ["keyup", false]]) {
    range.addEventListener(kind, (event) => { if (event.key === " ") { event.preventDefault(); flip(on); } });
  }
}
