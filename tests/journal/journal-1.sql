-- A journal as release 0.1 leaves it (schema 1): two records, of which the legacy route has passed the first; the
-- CDEvents route has parked the first, which an operator has marked for another attempt.
PRAGMA journal_mode = WAL;
BEGIN;
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
INSERT INTO notification VALUES (8, 'jenkins', 1767312000123456, CAST('{"content-type":"application/json"}' AS BLOB), '',
    CAST('{"name":"load","url":"job/load/","build":{"number":1,"phase":"STARTED","timestamp":1767312000123,"url":"job/load/1/"}}' AS BLOB));
INSERT INTO notification VALUES (9, 'jenkins', 1767312060123456, CAST('{}' AS BLOB), '',
    CAST('{"name":"load","url":"job/load/","build":{"number":2,"phase":"STARTED","timestamp":1767312060123,"url":"job/load/2/"}}' AS BLOB));
INSERT INTO checkpoint VALUES ('log', 'file', '12');
INSERT INTO cursor VALUES ('legacy', 8), ('cdevents', 9);
INSERT INTO dead_letter VALUES ('cdevents', 8, 'the sink refused it', 1767312001000000, 1, 1);
PRAGMA user_version = 1;
COMMIT;
