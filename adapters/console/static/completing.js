// What may be written at the cursor, as the server knows it, in a list below it: by Ctrl-Space, or as one types.
(() => {
  "use strict";
  const MOST = 12; // that are shown
  const WORD = /[\w$?.\-[\]]*$/;
  const SOON = 150; // milliseconds without a key

  class Completing {
    constructor(editor) {
      this.editor = editor;
      this.area = editor.area;
      this.words = [];
      this.chosen = 0;
      this.asked = 0;
      this.list = document.createElement("ul");
      this.list.id = "words";
      this.list.className = "words";
      this.list.setAttribute("role", "listbox");
      this.list.setAttribute("aria-label", "What may be written here");
      this.list.hidden = true;
      this.area.after(this.list);
      this.area.setAttribute("aria-autocomplete", "list");
      this.area.setAttribute("aria-haspopup", "listbox");
      this.area.setAttribute("aria-controls", "words");
      this.area.addEventListener("keydown", (event) => this.key(event), true); // before the editor has it
      this.area.addEventListener("input", (event) => this.typed(event));
      this.area.addEventListener("blur", () => this.close());
      this.area.addEventListener("scroll", () => this.close());
      this.list.addEventListener("mousedown", (event) => {
        event.preventDefault();
        const at = [...this.list.children].indexOf(event.target.closest("li"));
        if (at >= 0) this.take(at);
      });
    }

    typed(event) {
      clearTimeout(this.timer);
      this.close();
      if (event.inputType === "insertText" && /[\w$|(:. -]/.test(event.data || "") && !this.taking) {
        this.timer = setTimeout(() => this.ask(), SOON);
      }
    }

    key(event) {
      if (event.key === " " && event.ctrlKey) {
        event.preventDefault();
        this.ask();
      } else if (!this.list.hidden) {
        this.move(event);
      }
    }

    move(event) {
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in steps) this.choose((this.chosen + steps[event.key] + this.words.length) % this.words.length);
      else if (event.key === "Enter" || event.key === "Tab") this.take(this.chosen);
      else if (event.key === "Escape") this.close();
      else return;
      event.preventDefault();
    }

    async ask() {
      const number = ++this.asked;
      const { row, column } = this.editor.place();
      const body = new URLSearchParams(new FormData(this.area.form));
      body.set("row", row);
      body.set("column", column);
      const headers = { "X-Console-Token": document.querySelector("meta[name=console-token]").content };
      const answer = await fetch("/playground/words", { method: "POST", body, headers }).catch(() => null);
      if (!answer?.ok || number !== this.asked) return;
      this.show(await answer.json());
    }

    before() {
      return WORD.exec(this.area.value.slice(0, this.area.selectionStart))[0];
    }

    show(words) {
      const before = this.before().toLowerCase();
      const fits = words.filter((word) => word.text.toLowerCase().startsWith(before) && word.text !== this.before());
      const near = words.filter((word) => before && word.text.toLowerCase().indexOf(before) > 0);
      this.words = [...fits, ...near].slice(0, MOST);
      if (!this.words.length) return this.close();
      this.list.replaceChildren(...this.words.map((word, at) => this.option(word, at)));
      this.list.hidden = false;
      this.put();
      this.choose(0);
    }

    option(word, at) {
      const option = document.createElement("li");
      option.id = `word-${at}`;
      option.setAttribute("role", "option");
      const text = document.createElement("strong");
      text.textContent = word.text;
      option.append(text, ` ${word.about || word.kind}`.slice(0, 120));
      return option;
    }

    // Below the cursor: each character is as wide as the others.
    put() {
      const { row, column } = this.editor.place();
      const style = getComputedStyle(this.area);
      const wide = document.createElement("canvas").getContext("2d");
      wide.font = style.font;
      const left = parseFloat(style.paddingLeft) + (column - this.before().length) * wide.measureText("m").width;
      const top = parseFloat(style.paddingTop) + (row + 1) * this.editor.height();
      this.list.style.left = `${Math.min(left - this.area.scrollLeft, this.area.clientWidth - 200)}px`;
      this.list.style.top = `${top - this.area.scrollTop}px`;
    }

    choose(at) {
      this.chosen = at;
      [...this.list.children].forEach((each, number) => each.setAttribute("aria-selected", number === at));
      this.area.setAttribute("aria-activedescendant", `word-${at}`);
    }

    take(at) {
      const word = this.words[at];
      const instead = this.before().length;
      this.close();
      this.taking = true;
      this.editor.insert(word.kind === "key" ? `${word.text}: ` : word.text, instead);
      this.taking = false;
    }

    close() {
      this.asked++;
      this.list.hidden = true;
      this.area.removeAttribute("aria-activedescendant");
    }
  }

  window.Completing = Completing;
})();
