"""The console: pages about a sidecar, in a process of their own beside it, which read its journal as `status` does.

A page is one module, one template and one line:

1. `adapters/console/<page>.py` has `def routes(console: Console) -> list[Route]`. Its handlers are plain functions of a
   request (they run in threads, so that they may read a database) and end in
   `return console.page(request, "<page>.html", name=value, ...)`. `Console` (`console.py`) has the configuration, the
   journal, the mappings as they are now, and what leaves secrets out.
2. `adapters/console/templates/<page>.html` extends `base.html` and fills the blocks `title` and `content`. What stands
   in `{{ }}` is redacted and escaped. What htmx asks for again and again is a template `_<part>.html`, which the page
   includes and a path below the page's own answers with. `ui` (`_ui.html`) has what pages share; its classes, and the
   colours, are in `static/console.css`.
3. A line in the table of `pages.py`: its name in the navigation, its path, and its `routes`.

What is there already: `/records/<number>` opens any record of the journal (body, headers, events, what each rule says):
link to it. `console.render(record)` and `console.legacy(record)` give its messages by the mappings of now.
`forms.taking` is the endpoint of a form's POST. `/playground?record=<number>` is where `ui.playground(number)` leads.

Rules that hold everywhere, and are tested for every page of the table:

- The Content-Security-Policy is `default-src 'self'`: no inline script, style, handler (`onclick`, `hx-on`) or `style=`
  attribute, nor `data:`. A script is a file in `static/`, named in the block `scripts`; an SVG has classes for colours.
- A write is a POST: by a form with `{{ ui.token() }}` in it, or by htmx, which sends the header `X-Console-Token` by
  itself, or by `fetch` with that header (its value is in `<meta name="console-token">`). Without it the answer is 403.
- What tools said is text: never `|safe`. What is not written by a template (JSON, SSE) goes through `console.redact`
  as a whole, before any of it is cut off.
- A read is bounded, and leaves no transaction open: the sidecar must be able to prune.
- axe finds nothing in both themes; a keyboard is enough, and so is the width of a phone.
"""
