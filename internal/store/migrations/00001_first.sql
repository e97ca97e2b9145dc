-- +goose Up
CREATE TABLE feeds (
    name     TEXT PRIMARY KEY,
    declared INTEGER NOT NULL,           -- 0: no longer in the desk file, never due
    next_due INTEGER NOT NULL DEFAULT 0, -- times are microseconds since 1970, UTC; 0 is none
    state    TEXT NOT NULL               -- JSON: all that the next poll must know
);
CREATE INDEX feeds_due ON feeds (next_due) WHERE declared = 1;

-- Every request of the last seven days, so that it can be shown how often a
-- server was asked, and why.
CREATE TABLE requests (
    feed        TEXT NOT NULL,
    at          INTEGER NOT NULL,
    status      INTEGER NOT NULL, -- 0: nobody answered
    bytes       INTEGER NOT NULL,
    took        INTEGER NOT NULL, -- microseconds
    new         INTEGER NOT NULL,
    failure     TEXT NOT NULL,
    next_due    INTEGER NOT NULL,
    due_because TEXT NOT NULL,
    PRIMARY KEY (feed, at)
) WITHOUT ROWID;

CREATE TABLE items (
    id         INTEGER PRIMARY KEY,
    feed       TEXT NOT NULL,
    outlet     TEXT NOT NULL,
    owner      TEXT NOT NULL,
    tier       INTEGER NOT NULL,
    state      TEXT NOT NULL, -- that controls the outlet
    guid       TEXT NOT NULL,
    link       TEXT NOT NULL,
    canonical  TEXT NOT NULL,
    title      TEXT NOT NULL,
    summary    TEXT NOT NULL,
    body       TEXT NOT NULL,
    author     TEXT NOT NULL,
    tags       TEXT NOT NULL,
    lang       TEXT NOT NULL,
    published  INTEGER NOT NULL,
    first_seen INTEGER NOT NULL,
    effective  INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    seed       INTEGER NOT NULL, -- the feed's past: judged, and never told
    judged     INTEGER           -- when; NULL while it waits
);
CREATE INDEX items_unjudged ON items (first_seen, id) WHERE judged IS NULL;
CREATE INDEX items_effective ON items (effective);

CREATE TABLE item_keys (
    feed TEXT NOT NULL,
    key  TEXT NOT NULL,
    item INTEGER NOT NULL REFERENCES items (id),
    PRIMARY KEY (feed, key)
) WITHOUT ROWID;

CREATE VIRTUAL TABLE items_fts USING fts5 (
    title, summary, body,
    content = 'items', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

-- +goose StatementBegin
CREATE TRIGGER items_fts_insert AFTER INSERT ON items BEGIN
    INSERT INTO items_fts (rowid, title, summary, body) VALUES (new.id, new.title, new.summary, new.body);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER items_fts_update AFTER UPDATE OF title, summary, body ON items BEGIN
    INSERT INTO items_fts (items_fts, rowid, title, summary, body) VALUES ('delete', old.id, old.title, old.summary, old.body);
    INSERT INTO items_fts (rowid, title, summary, body) VALUES (new.id, new.title, new.summary, new.body);
END;
-- +goose StatementEnd

CREATE TABLE matches (
    item     INTEGER NOT NULL REFERENCES items (id),
    watch    TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (item, watch)
) WITHOUT ROWID;

-- What the matched items claim: the past that levels are judged by. A row is
-- never changed: an edited item has a new one, so that whoever has read up to
-- a seq knows what is new to it.
CREATE TABLE readings (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    item    INTEGER NOT NULL UNIQUE REFERENCES items (id),
    edited  INTEGER NOT NULL, -- it takes the place of an earlier one
    watches TEXT NOT NULL,    -- JSON: those that accept it; none takes back what it claimed
    signals TEXT NOT NULL     -- JSON, in reading order
);

CREATE TABLE stories (
    id      INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    level   INTEGER NOT NULL,
    opened  INTEGER NOT NULL,
    changed INTEGER NOT NULL
);
CREATE INDEX stories_changed ON stories (changed);

CREATE TABLE reports (
    item     INTEGER PRIMARY KEY REFERENCES items (id),
    story    INTEGER NOT NULL REFERENCES stories (id),
    relation TEXT NOT NULL,
    copy_of  INTEGER NOT NULL,
    version  INTEGER NOT NULL -- of the story, when it joined
);
CREATE INDEX reports_story ON reports (story, version);

-- What rooms hear of a watch as a whole. The newest of kind 'level' says where
-- the watch stands.
CREATE TABLE bulletins (
    id    INTEGER PRIMARY KEY,
    watch TEXT NOT NULL,
    kind  TEXT NOT NULL,
    key   TEXT NOT NULL, -- is told once for a watch
    at    INTEGER NOT NULL,
    said  TEXT NOT NULL, -- JSON
    UNIQUE (watch, key)
);

CREATE TABLE agenda (
    what TEXT PRIMARY KEY,
    due  INTEGER NOT NULL
) WITHOUT ROWID;

-- A notice is about a story, or is a bulletin.
CREATE TABLE notices (
    id       INTEGER PRIMARY KEY,
    story    INTEGER REFERENCES stories (id),
    version  INTEGER NOT NULL, -- of the story
    kind     TEXT NOT NULL,
    item     INTEGER REFERENCES items (id), -- that caused it
    bulletin INTEGER REFERENCES bulletins (id),
    reason   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    owed     INTEGER NOT NULL -- to how many rooms: the auditor counts them again
);

CREATE TABLE deliveries (
    id         INTEGER PRIMARY KEY,
    notice     INTEGER NOT NULL REFERENCES notices (id),
    room       TEXT NOT NULL,
    story      INTEGER NOT NULL, -- 0 for a bulletin
    version    INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    key        TEXT NOT NULL UNIQUE,
    state      TEXT NOT NULL,
    attempt    INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    remote     TEXT NOT NULL DEFAULT '',
    why        TEXT NOT NULL DEFAULT '',
    changed    INTEGER NOT NULL,
    UNIQUE (notice, room)
);
CREATE INDEX deliveries_open ON deliveries (room, id) WHERE state IN ('owed', 'sending');
CREATE INDEX deliveries_story ON deliveries (story, room, id);

CREATE TABLE rests (
    room  TEXT PRIMARY KEY,
    until INTEGER NOT NULL -- nothing is sent to the room before
) WITHOUT ROWID;

CREATE TABLE roots (
    room       TEXT NOT NULL,
    story      INTEGER NOT NULL REFERENCES stories (id),
    remote     TEXT NOT NULL,
    shown      INTEGER NOT NULL, -- the version of the story that the message shows
    gone       INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    attempt    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room, story)
) WITHOUT ROWID;
