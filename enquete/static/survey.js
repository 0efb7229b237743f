// What the survey does more in a browser with JavaScript: it warns before the page closes, takes
// along what stands in it, takes one press for one, prints, and mends what browsers do with the way
// back and with links inside a page. Without, the server closes the page at the next click.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

const form = document.querySelector("main form");
const dialog = document.getElementById("timeout");
const MINUTE = 60 * 1000;
let pressed = 0;
let end;

const begin = () => {
  end = Date.now() + dialog?.dataset.minutes * MINUTE;
};

// A page that came as the answer to a form is opened by its address from now on: on its way back
// the browser would otherwise stop there and ask to send that form once more. Other pages are left
// as they are, for the browser remembers what was typed in them.
const answered = form?.dataset.here;
const settle = () => {
  if (answered) history.replaceState(null, "", answered);
};

if (form) {
  const ONE_PRESS = 5000;

  form.addEventListener("submit", (event) => {
    // The answer to a first press is lost with a second one: after sending, the receipt number.
    if (Date.now() - pressed < ONE_PRESS) {
      event.preventDefault();
      return;
    }
    pressed = Date.now();
    settle();
  });
}

document.addEventListener("click", (event) => {
  const href = event.target.closest("a[href]")?.getAttribute("href");
  if (!href || event.ctrlKey || event.metaKey || event.shiftKey) return;
  // WebKit gives the field that a link leads to the focus, but no place to type at.
  if (href.startsWith("#")) document.getElementById(href.slice(1))?.focus();
  else settle();
});

const isWelcome = async () => {
  try {
    const soon = AbortSignal.timeout?.(5000); // Safari has it since 16
    const { ok } = await fetch(dialog.dataset.stay, { cache: "no-store", signal: soon });
    if (ok) begin();
    return ok;
  } catch {
    return true; // No connection now: the next click tells.
  }
};

const leave = () => {
  const open = document.getElementById("form");
  if (!open || !dialog.dataset.button) {
    location.assign(dialog.dataset.leave);
    return;
  }
  const button = document.createElement("input");
  Object.assign(button, { type: "hidden", name: dialog.dataset.button, value: "1" });
  // Not by the form's own methods: a question that is called as one would be found instead.
  button.setAttribute("form", "form");
  document.body.append(button);
  HTMLFormElement.prototype.submit.call(open);
};

// A page that the browser had in its memory shows what was there before: an error that is mended,
// answers that are sent. It stays only where something was filled in and not sent.
addEventListener("pagehide", ({ persisted }) => {
  if (persisted) document.body.style.visibility = "hidden";
});
addEventListener("pageshow", async ({ persisted }) => {
  if (!persisted) return;
  const changed = (each) => each.value !== each.defaultValue || each.checked !== each.defaultChecked;
  const filled = form && [...form.querySelectorAll("input, textarea")].some(changed);
  if (pressed || !filled) location.replace(answered ?? location.pathname + location.search);
  else if (dialog && !(await isWelcome())) leave();
  else document.body.style.visibility = "";
});

if (dialog) {
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
    if (!(await isWelcome())) leave();
  };

  begin();
  const timer = setInterval(look, 1000);
  // A telephone that slept has not counted.
  document.addEventListener("visibilitychange", look);
  dialog.querySelector("button").addEventListener("click", stay);
  dialog.addEventListener("cancel", stay);
}
