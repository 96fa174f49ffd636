"""The journal's tables, one script a version: entry n brings a file from version n (`PRAGMA user_version`) to n + 1."""

from __future__ import annotations

from collections.abc import Iterator

SCHEMAS = (
    """
    -- AUTOINCREMENT: without it SQLite gives the numbers of deleted rows again, and a cursor would skip the new ones.
    CREATE TABLE notification (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        source TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        headers BLOB NOT NULL,
        position TEXT NOT NULL,
        body BLOB NOT NULL
    );
    CREATE TABLE checkpoint (
        source TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (source, key)
    ) WITHOUT ROWID;
    CREATE TABLE cursor (
        route TEXT PRIMARY KEY,
        seq INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE dead_letter (
        route TEXT NOT NULL,
        seq INTEGER NOT NULL,
        reason TEXT NOT NULL,
        parked_at INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        retry INTEGER NOT NULL,
        PRIMARY KEY (route, seq)
    ) WITHOUT ROWID;
    CREATE INDEX dead_letter_seq ON dead_letter (seq);
    """,
    """
    -- Of records that an older release wrote it is not known.
    ALTER TABLE notification ADD COLUMN checksum INTEGER;
    CREATE INDEX dead_letter_due ON dead_letter (route, seq) WHERE retry;
    -- Records that a route has begun to render, and of which the process has not told yet that it survived them.
    CREATE TABLE attempt (
        route TEXT NOT NULL,
        seq INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (route, seq)
    ) WITHOUT ROWID;
    """,
)


def objection(version: int, tables: int, *, upgrade: bool) -> str:
    """Why a file of this version, with so many tables and indexes, cannot be used; empty when it can."""
    versions = f"schema {version}, this release knows {len(SCHEMAS)}"
    if version > len(SCHEMAS):
        return f"a newer release wrote it ({versions}); run that release, or give another path"
    if version == 0 and tables:
        return "another program wrote it; give another path"
    if version < len(SCHEMAS) and not upgrade:
        return f"an older release wrote it ({versions}); start the service of this release on it once"
    return ""


def upgrades(version: int) -> Iterator[str]:
    """The scripts, each a transaction, that bring a file of this version to that of this release."""
    for number, script in enumerate(SCHEMAS[version:], start=version + 1):
        yield f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT"
