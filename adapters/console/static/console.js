// What every page has: the switch of themes, the token of writes, and what is said when a request fails.
(() => {
  "use strict";
  const root = document.documentElement;
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const LABEL = { system: "as the system's", light: "light", dark: "dark" };

  const theme = () => root.dataset.theme || "system";

  function choose(name) {
    if (name === "system") {
      delete root.dataset.theme;
      localStorage.removeItem("theme");
    } else {
      root.dataset.theme = name;
      localStorage.setItem("theme", name);
    }
    // What is drawn on a canvas has no style sheet.
    document.dispatchEvent(new CustomEvent("themechange"));
  }

  function themes(button) {
    const label = () => button.setAttribute("aria-label", `Theme: ${LABEL[theme()]}`);
    button.hidden = false;
    button.addEventListener("click", () => {
      choose(NEXT[theme()]);
      label();
    });
    label();
  }

  function say(text) {
    document.getElementById("said").textContent = text;
  }

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-Console-Token"] = document.querySelector("meta[name=console-token]").content;
  });
  document.addEventListener("htmx:responseError", (event) => say(event.detail.xhr.responseText.slice(0, 500)));
  document.addEventListener("htmx:sendError", () => say("The console does not answer. Is it still running?"));
  document.addEventListener("htmx:afterRequest", (event) => event.detail.successful && say(""));

  // What cannot be undone is asked for again.
  document.addEventListener("click", (event) => {
    const question = event.target.closest?.("[data-confirm]")?.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  themes(document.getElementById("theme"));
  window.say = say;
})();
