"""Playground: a mapping, an input, and what comes of it, as one writes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import NamedTuple
from urllib.parse import quote

import orjson
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from adapters.console.console import Console
from adapters.console.forms import Form, number, taking
from adapters.console.frame import Frame
from adapters.console.inputs import Input, Journalled, Origin
from adapters.mapping import library
from adapters.playground.attempt import Attempt, Outcome
from adapters.playground.bounded import Bounded
from adapters.playground.completion import words
from adapters.playground.folder import LARGEST, Folder, Golden, NotKept
from adapters.playground.paths import paths

_JSON = "application/json"


def routes(console: Console) -> list[Route]:
    """The playground of a console: it tries, and packs, and writes nothing."""
    return Playground(console, Journalled(console)).routes


class Bench(NamedTuple):
    """What is on the bench: a mapping's folder, the mapping as it is written now, and an input."""

    folder: Folder
    written: str
    input: Input


class Playground:
    """Tries mappings of an origin on its inputs."""

    def __init__(self, frame: Frame, origin: Origin) -> None:
        self._frame, self._origin, self._bounded = frame, origin, Bounded()

    @property
    def routes(self) -> list[Route]:
        """The page, and what it asks for as one writes."""
        posts = {"try": self._try, "words": self._words, "pack": self._pack, "save": self._save, "golden": self._golden}
        return [
            Route("/playground", self._opened),
            Route("/playground/input", self._input),
            *(Route(f"/playground/{name}", taking(handle), methods=["POST"]) for name, handle in posts.items()),
        ]

    def _opened(self, request: Request) -> Response:
        query = request.query_params
        name, found = self._chosen(query.get("mapping", ""), query.get("input", ""), query.get("record", ""))
        folder = self._folder(name)
        bench = Bench(folder, folder.written, found)
        return self._frame.page(
            request,
            "playground.html",
            folder=folder,
            written=_exactly(bench.written),
            input=found,
            content=_exactly(found.content),
            mappings=list(self._origin.folders),
            offers=self._origin.offers(name),
            outcome=self._outcome(bench),
        )

    def _input(self, request: Request) -> Response:
        query = request.query_params
        _, found = self._chosen(query.get("mapping", ""), query.get("input", ""), "")
        return Response(orjson.dumps(asdict(found)), media_type=_JSON)

    def _try(self, form: Form) -> Response:
        return self._part("_outcome.html", outcome=self._outcome(self._bench(form)))

    def _words(self, form: Form) -> Response:
        row, column = (number(form.get(name, "")) or 0 for name in ("row", "column"))
        export = self._folder(form.get("mapping", "")).mapping.name == library.EXPORT
        given = paths(form.get("name", ""), _text(form, "content"))
        found = words(_text(form, "written"), row, column, export=export, given=given)
        return Response(orjson.dumps([each._asdict() for each in found]), media_type=_JSON)

    def _pack(self, form: Form) -> Response:
        bench = self._bench(form)
        packed = bench.folder.packed(bench.written, self._example(bench) if form.get("with") else None)
        name = bench.folder.name.rpartition("/")[2]
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.zip"}
        return Response(packed, media_type="application/zip", headers=headers)

    def _save(self, form: Form) -> Response:
        bench = self._bench(form)
        return self._part("_kept.html", kept=[bench.folder.save(bench.written).name])

    def _golden(self, form: Form) -> Response:
        bench = self._bench(form)
        kept = bench.folder.keep(self._example(bench))
        return self._part("_kept.html", kept=[f"{path.parent.name}/{path.name}" for path in kept])

    def _chosen(self, mapping: str, wanted: str, record: str) -> tuple[str, Input]:
        """The mapping and the input that are asked for, or else the first ones."""
        kind, _, name = f"record:{record}".partition(":") if record else wanted.partition(":")
        if kind == "text":
            return mapping, Input()
        if kind == "record":
            if (seq := number(name)) is None:
                raise HTTPException(404, f"'{name}' is no number of a record.")
            return self._origin.record(seq)
        mapping = mapping or next(iter(self._origin.folders))
        folder = self._folder(mapping)
        return mapping, Input(name, folder.example(name)) if kind == "example" else _first(folder)

    def _folder(self, name: str) -> Folder:
        if (folder := self._origin.folders.get(name)) is None:
            raise HTTPException(404, f"There is no mapping '{name}' here.")
        return folder

    def _bench(self, form: Form) -> Bench:
        """What a page has sent. Raises NotKept where it is too large."""
        written, content = _text(form, "written"), _text(form, "content")
        if max(len(written), len(content)) > LARGEST:
            raise NotKept(f"the mapping, or the input, has more than {LARGEST >> 20} MiB")
        found = Input(form.get("name", "") or "pasted.json", content, form.get("source", ""), form.get("heard", ""))
        return Bench(self._folder(form.get("mapping", "")), written, found)

    def _outcome(self, bench: Bench) -> Outcome:
        found = bench.input
        given = self._origin.given(found.source, found.heard) if found.source else None
        return self._bounded.tried(_attempt(bench).model_copy(update={"given": given}))

    def _example(self, bench: Bench) -> Golden:
        """The input as an example of the mapping, in the circumstances of the folder. Raises NotKept."""
        outcome = self._bounded.tried(_attempt(bench))
        if outcome.expected is None:
            raise NotKept("this is no golden: something of it is not translated, or the mapping does not load")
        return Golden(bench.input.name, bench.input.content, outcome.expected)

    def _part(self, template: str, **values: object) -> Response:
        return HTMLResponse(self._frame.templates.get_template(template).render(**values))


def _first(folder: Folder) -> Input:
    """The first example that can be read."""
    for each in folder.examples:
        with suppress(NotKept):
            return Input(each, folder.example(each))
    return Input()


def _attempt(bench: Bench) -> Attempt:
    name, content = bench.input.name, bench.input.content
    return Attempt(mapping=str(bench.folder.mapping), written=bench.written, name=name, content=content)


def _text(form: Form, name: str) -> str:
    """A text as it was written: forms send line breaks as CR LF."""
    return form.get(name, "").replace("\r\n", "\n")


def _exactly(text: str) -> Markup:
    """Escaped, and not redacted: it is to be written back, or is redacted already."""
    return escape(text)
