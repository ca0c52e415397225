-- The first schema. A later one is 0002.sql and is run once on top of this.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What the engine was given and what it answered, in order. Inputs are the truth.
CREATE TABLE log (
    seq       INTEGER PRIMARY KEY,                                -- from 1, without a gap
    batch     INTEGER NOT NULL,
    now       INTEGER NOT NULL,                                   -- ns since 1970, UTC
    direction TEXT NOT NULL CHECK (direction IN ('input', 'output')),
    type      TEXT NOT NULL,                                      -- a name of twins.records.RECORDS
    body      TEXT NOT NULL,                                      -- JSON
    checksum  INTEGER NOT NULL                                    -- CRC-32 of all before it
);
CREATE INDEX log_by_batch ON log (batch);
CREATE INDEX log_by_type ON log (type, seq);

-- The engine's whole memory after a batch.
CREATE TABLE snapshots (
    batch    INTEGER PRIMARY KEY,
    now      INTEGER NOT NULL,
    state    TEXT NOT NULL,                                       -- JSON
    checksum INTEGER NOT NULL                                     -- CRC-32 of all before it
);
