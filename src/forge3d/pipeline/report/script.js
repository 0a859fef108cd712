"use strict";
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

for (const view of document.querySelectorAll(".spin")) {
  const frames = Number(view.dataset.frames), columns = Number(view.dataset.columns);
  const rows = Math.ceil(frames / columns);
  let turn = 0, held = null, speed = 0, intro = false;

  const share = (cell, cells) => cells > 1 ? 100 * cell / (cells - 1) : 0;
  const show = () => {
    const frame = ((Math.round(turn) % frames) + frames) % frames;
    view.style.backgroundPosition = `${share(frame % columns, columns)}% ${share(Math.floor(frame / columns), rows)}%`;
    view.setAttribute("aria-valuenow", frame);
    view.setAttribute("aria-valuetext", `${Math.round(frame * 360 / frames)} degrees`);
  };
  const coast = () => {
    if (held !== null || Math.abs(speed) < 0.02) return;
    turn += speed;
    speed *= 0.94;
    show();
    requestAnimationFrame(coast);
  };
  view.addEventListener("pointerdown", event => {
    intro = false;
    held = event.clientX;
    speed = 0;
    view.setPointerCapture(event.pointerId);
  });
  view.addEventListener("pointermove", event => {
    if (held === null) return;
    // Half the width of the picture is half a turn.
    const step = (event.clientX - held) / view.clientWidth * frames;
    held = event.clientX;
    turn += step;
    speed = step;
    show();
  });
  const release = () => {
    if (held === null) return;
    held = null;
    if (!calm) coast();
  };
  view.addEventListener("pointerup", release);
  view.addEventListener("pointercancel", release);
  view.addEventListener("keydown", event => {
    const steps = {ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: frames / 4, PageDown: -frames / 4};
    if (event.key in steps) turn += steps[event.key];
    else if (event.key === "Home") turn = 0;
    else if (event.key === "End") turn = frames - 1;
    else return;
    intro = false;
    speed = 0;
    event.preventDefault();
    show();
  });

  // One turn when it is first seen, under five seconds, that any touch ends.
  if (!calm && "IntersectionObserver" in window) {
    const watch = new IntersectionObserver(([seen]) => {
      if (!seen.isIntersecting) return;
      watch.disconnect();
      intro = true;
      let start = null;
      const play = now => {
        if (!intro) return;
        start ??= now;
        const part = Math.min(1, (now - start) / 3500);
        turn = frames * (1 - (1 - part) ** 3);
        show();
        if (part < 1) requestAnimationFrame(play);
      };
      requestAnimationFrame(play);
    }, {threshold: 0.6});
    watch.observe(view);
  }
}

for (const view of document.querySelectorAll(".compare")) {
  const range = view.querySelector("input");
  range.addEventListener("input", () => view.style.setProperty("--cut", `${range.value}%`));
}

const button = document.getElementById("theme");
const dark = () => (document.documentElement.dataset.theme
  ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const label = () => { button.textContent = dark() ? "Light" : "Dark"; };
button.hidden = false;
button.addEventListener("click", () => {
  document.documentElement.dataset.theme = dark() ? "light" : "dark";
  label();
});
label();
