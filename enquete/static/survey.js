// What the survey does more in a browser with JavaScript: it warns before the page closes, takes
// along what stands in it, and prints. Without, the server closes the page at the next click.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

const dialog = document.getElementById("timeout");
if (dialog) {
  const MINUTE = 60 * 1000;
  let end;

  const begin = () => {
    end = Date.now() + dialog.dataset.minutes * MINUTE;
  };

  const leave = () => {
    const form = document.getElementById("form");
    if (!form) {
      location.assign(dialog.dataset.leave);
      return;
    }
    const pressed = document.createElement("input");
    Object.assign(pressed, { type: "hidden", name: dialog.dataset.button, value: "1" });
    // Not by the form's own methods: a question that is called as one would be found instead.
    pressed.setAttribute("form", "form");
    document.body.append(pressed);
    HTMLFormElement.prototype.submit.call(form);
  };

  const look = () => {
    const left = end - Date.now();
    if (left <= 0) {
      clearInterval(timer);
      leave();
    } else if (left <= dialog.dataset.warned * MINUTE && !dialog.open) {
      dialog.showModal();
    }
  };

  const stay = async () => {
    dialog.close();
    begin();
    try {
      const answer = await fetch(dialog.dataset.stay, { cache: "no-store" });
      if (!answer.ok) leave();
    } catch {
      // No connection now: the next click tells.
    }
  };

  begin();
  const timer = setInterval(look, 1000);
  // A telephone that slept has not counted.
  document.addEventListener("visibilitychange", look);
  dialog.querySelector("button").addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
}
