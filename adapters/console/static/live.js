// Live: takes what the server tells, a little at a time, and lets go of what is old. Nothing is kept while it is paused.
(() => {
  "use strict";
  const MOST = 100; // lines on the page
  const AT_ONCE = 5; // lines of one frame
  const list = document.getElementById("heard");
  const pause = document.getElementById("pause");
  const state = document.getElementById("state");
  const passed = document.getElementById("passed");
  const template = document.createElement("template");
  let after = list.dataset.after;
  let source = null;
  let paused = false;
  let missed = 0;
  let waiting = []; // lines that are not painted yet, the latest first: never more than those of one message

  function paint() {
    list.prepend(...waiting.splice(-AT_ONCE));
    while (list.children.length > MOST) list.lastElementChild.remove();
    passed.textContent = missed ? `${missed.toLocaleString("en")} more were heard that are not shown.` : "";
    if (waiting.length) requestAnimationFrame(paint);
  }

  function heard(event) {
    const news = JSON.parse(event.data);
    after = event.lastEventId;
    missed += news.passed + waiting.length;
    if (!waiting.length) requestAnimationFrame(paint);
    template.innerHTML = news.lines;
    waiting = [...template.content.children];
  }

  function open() {
    if (source !== null || paused || document.hidden) return;
    const query = new URLSearchParams(location.search);
    query.set("after", after);
    source = new EventSource(`/live/stream?${query}`);
    source.addEventListener("open", () => (state.textContent = "Watching."));
    source.addEventListener("heard", heard);
    source.addEventListener("trouble", (event) => (state.textContent = JSON.parse(event.data)));
    source.addEventListener("error", () => {
      state.textContent = "The console does not answer, or too many are watching; trying again.";
      if (source.readyState === EventSource.CLOSED) {
        close();
        setTimeout(open, 5000);
      }
    });
  }

  function close() {
    if (source !== null) source.close();
    source = null;
  }

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", paused);
    state.textContent = paused ? "Paused." : "Watching.";
    if (paused) close();
    else open();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  open();
})();
