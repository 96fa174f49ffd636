// Playground: what is wrong is marked where it stands; another input is taken without losing what was written.
(() => {
  "use strict";
  const bench = document.getElementById("bench");
  const choose = document.getElementById("choose");
  const editor = new window.Editor(document.getElementById("written"));
  new window.Completing(editor);

  function mark() {
    const places = bench.querySelectorAll("#outcome [data-line]");
    editor.mark(new Map([...places].map((each) => [Number(each.dataset.line), each])));
  }

  async function take(chosen) {
    const query = new URLSearchParams({ mapping: bench.elements.mapping.value, input: chosen });
    const answer = await fetch(`/playground/input?${query}`).catch(() => null);
    if (!answer?.ok) {
      window.say(answer ? await answer.text() : "The console does not answer. Is it still running?");
      return;
    }
    const input = await answer.json();
    for (const name of ["name", "content", "source", "heard"]) bench.elements[name].value = input[name];
    bench.dispatchEvent(new Event("input"));
  }

  choose.elements.input.addEventListener("change", (event) => take(event.target.value));
  choose.elements.mapping.addEventListener("change", () => {
    choose.elements.input.disabled = true; // it is of the other mapping
    choose.requestSubmit();
  });
  choose.querySelector("button").hidden = true;
  document.addEventListener("htmx:afterSettle", (event) => event.target.id === "outcome" && mark());
  bench.addEventListener("click", (event) => {
    const place = event.target.closest("[data-line]");
    if (place) editor.goto(Number(place.dataset.line), Number(place.dataset.column));
  });
  mark();
})();
