"""A database with a history in it, as the sink would have kept it."""

from __future__ import annotations

import orjson
import psycopg

from adapters.delivery.functions import functions
from adapters.store.migrating import migrate
from adapters.store.rows import event_row, link_rows
from adapters.store.saving import save
from tests.delivery.history import History


def seeded(url: str, made: History) -> str:
    """The URL, of what has its tables, functions and events now."""
    migrate(url, functions())
    documents = list({each["context"]["id"]: each for each in made.told()}.values())
    rows = [event_row(each, orjson.dumps(each).decode()) for each in documents]
    links = [link for each, row in zip(documents, rows, strict=True) for link in link_rows(each, row)]
    with psycopg.connect(url, autocommit=True) as connection:
        save(connection, rows, links)
    return url
