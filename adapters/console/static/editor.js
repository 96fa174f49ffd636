// A textarea of YAML with colours, numbered lines and marks where something is wrong. What is typed into stays the
// textarea itself: a keyboard, a screen reader and the form have nothing else.
(() => {
  "use strict";
  const TOKEN = new RegExp(
    [
      /(?<comment>(?:^|\s)#.*$)/,
      /(?<expression>\$\{[^}]*\}?)/,
      /(?<key>(?:"[^"]*"|'[^']*'|[\w$?@.-][\w$?@./ -]*?)(?=:(?:\s|$)))/,
      /(?<text>"(?:[^"\\]|\\.)*"?|'[^']*'?)/,
      /(?<literal>(?<=[\s\[{,])(?:true|false|null|-?\d+(?:\.\d+)*)(?=\s*(?:[,\]}]|$)))/,
    ]
      .map((part) => part.source)
      .join("|"),
    "g",
  );
  const MOST = 5000; // lines that are coloured

  function piece(kind, text) {
    if (kind === null) return document.createTextNode(text);
    const span = document.createElement("span");
    span.className = kind;
    span.textContent = text;
    return span;
  }

  function coloured(line) {
    const pieces = [];
    let done = 0;
    for (const found of line.matchAll(TOKEN)) {
      if (found.index > done) pieces.push(piece(null, line.slice(done, found.index)));
      const kind = Object.keys(found.groups).find((name) => found.groups[name] !== undefined);
      if (kind === "text" && found[0].includes("${")) pieces.push(...within(found[0]));
      else pieces.push(piece(kind, found[0]));
      done = found.index + found[0].length;
    }
    if (done < line.length) pieces.push(piece(null, line.slice(done)));
    return pieces;
  }

  function within(text) {
    return text.split(/(\$\{[^}]*\}?)/).map((part) => piece(part.startsWith("${") ? "expression" : "text", part));
  }

  class Editor {
    constructor(area) {
      this.area = area;
      this.lines = [];
      this.marks = new Map();
      this.back = document.createElement("pre");
      this.back.setAttribute("aria-hidden", "true");
      area.before(this.back);
      area.parentElement.classList.add("coloured");
      area.addEventListener("input", () => this.paint());
      area.addEventListener("scroll", () => this.follow());
      area.addEventListener("keydown", (event) => this.indent(event));
      this.paint();
    }

    // Only the lines that changed are made anew.
    paint() {
      const lines = this.area.value.split("\n").slice(0, MOST);
      lines.forEach((line, at) => {
        const row = this.back.children[at] || this.back.appendChild(document.createElement("div"));
        if (this.lines[at] !== line) row.replaceChildren(...coloured(line));
      });
      while (this.back.children.length > lines.length) this.back.lastElementChild.remove();
      this.lines = lines;
      this.follow();
    }

    follow() {
      this.back.scrollTop = this.area.scrollTop;
      this.back.scrollLeft = this.area.scrollLeft;
    }

    // What is wrong, by the number of the line.
    mark(wrong) {
      for (const line of this.marks.keys()) this.back.children[line - 1]?.classList.remove("wrong");
      this.marks = wrong;
      for (const line of wrong.keys()) this.back.children[line - 1]?.classList.add("wrong");
    }

    // A new line is as far in as the one before, or further below a key.
    indent(event) {
      if (event.key !== "Enter" || event.defaultPrevented || event.ctrlKey || event.metaKey || event.isComposing) return;
      const before = this.area.value.slice(0, this.area.selectionStart).split("\n").pop();
      const deeper = /:\s*$/.test(before) ? 2 : 0;
      event.preventDefault();
      this.insert(`\n${" ".repeat(/^ */.exec(before)[0].length + deeper)}`);
    }

    // As if it were typed, so that it can be undone.
    insert(text, instead = 0) {
      const { area } = this;
      area.focus();
      if (instead) area.setSelectionRange(area.selectionStart - instead, area.selectionEnd);
      if (!document.execCommand("insertText", false, text)) {
        area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
        area.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }

    goto(line, column) {
      const before = this.area.value.split("\n").slice(0, line - 1);
      const at = before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
      this.area.focus();
      this.area.setSelectionRange(at, at);
      this.area.scrollTop = Math.max(0, (line - 5) * this.height());
    }

    height() {
      return parseFloat(getComputedStyle(this.area).lineHeight);
    }

    // The row and column of the cursor, from 0.
    place() {
      const before = this.area.value.slice(0, this.area.selectionStart).split("\n");
      return { row: before.length - 1, column: before[before.length - 1].length };
    }
  }

  window.Editor = Editor;
})();
