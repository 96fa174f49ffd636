// What every page has: the switch of themes, the token of writes, and what is said when a request fails.
(() => {
  "use strict";
  const root = document.documentElement;
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const LABEL = { system: "as the system's", light: "light", dark: "dark" };

  const kept = {};

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

  // What is asked for again and again stays as it is while somebody's focus or selection is in it.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const target = event.detail.target;
    if (!target.matches("[data-gently]")) return;
    const selected = window.getSelection();
    const busy = target.contains(document.activeElement) || (!selected.isCollapsed && target.contains(selected.anchorNode));
    if (busy) event.detail.shouldSwap = false;
    else target.querySelectorAll(".wide").forEach((each) => (kept[each.getAttribute("aria-label")] = each.scrollLeft));
  });
  document.addEventListener("htmx:afterSwap", () => {
    document.querySelectorAll("[data-gently] .wide").forEach((each) => (each.scrollLeft = kept[each.getAttribute("aria-label")] || 0));
  });

  // What cannot be undone is asked for again.
  document.addEventListener("click", (event) => {
    const question = event.target.closest?.("[data-confirm]")?.dataset.confirm;
    if (question && !window.confirm(question)) event.preventDefault();
  });

  themes(document.getElementById("theme"));
  window.say = say;
})();
