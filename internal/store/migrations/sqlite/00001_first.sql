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
CREATE INDEX items_judged ON items (judged) WHERE judged IS NOT NULL;
CREATE INDEX items_feed ON items (feed, id);
CREATE INDEX items_link ON items (link);
CREATE INDEX items_canonical ON items (canonical);

CREATE TABLE item_keys (
    feed TEXT NOT NULL,
    key  TEXT NOT NULL,
    item INTEGER NOT NULL REFERENCES items (id),
    PRIMARY KEY (feed, key)
) WITHOUT ROWID;

-- The items' words, as rules compare them, parted by spaces. Every letter and
-- mark is part of a word: what a word is was decided before.
CREATE VIRTUAL TABLE words USING fts5 (
    title, rest,
    content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
);

CREATE TABLE matches (
    item     INTEGER NOT NULL REFERENCES items (id),
    watch    TEXT NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (item, watch)
) WITHOUT ROWID;

-- What the matched items claim: the past that levels are judged by. A row is
-- never changed: an item that was edited, or is in another story, has a new
-- one, so that whoever has read up to a seq knows what is new to it.
CREATE TABLE readings (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    item    INTEGER NOT NULL UNIQUE REFERENCES items (id),
    edited  INTEGER NOT NULL, -- it takes the place of an earlier one, which counts no more
    watches TEXT NOT NULL,    -- JSON: those that accept it; none takes back what it claimed
    signals TEXT NOT NULL     -- JSON, in reading order
);

CREATE TABLE stories (
    id      INTEGER PRIMARY KEY,
    version INTEGER NOT NULL,
    level   INTEGER NOT NULL,
    opened  INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    merged  INTEGER REFERENCES stories (id), -- it has no reports any more and goes on in this one
    parted  INTEGER REFERENCES stories (id), -- its first reports were once in this one
    why     TEXT NOT NULL DEFAULT ''         -- it was merged or parted
);
CREATE INDEX stories_changed ON stories (changed);
CREATE INDEX stories_critical ON stories (id) WHERE level >= 5;
CREATE INDEX stories_merged ON stories (merged) WHERE merged IS NOT NULL;

CREATE TABLE reports (
    seq        INTEGER PRIMARY KEY, -- the order in which they joined a story, whichever
    item       INTEGER NOT NULL UNIQUE REFERENCES items (id),
    story      INTEGER NOT NULL REFERENCES stories (id),
    relation   TEXT NOT NULL,
    copy_of    INTEGER NOT NULL,
    moved_from INTEGER REFERENCES stories (id) -- the story that it joined, if it has moved since
);
CREATE INDEX reports_story ON reports (story, seq);
CREATE INDEX reports_moved ON reports (moved_from, seq) WHERE moved_from IS NOT NULL;

-- What rooms hear of a watch as a whole. The newest of kind 'level' says where
-- the watch stands.
CREATE TABLE bulletins (
    id    INTEGER PRIMARY KEY,
    watch TEXT NOT NULL,
    kind  TEXT NOT NULL,
    key   TEXT NOT NULL, -- is told once for a watch
    at    INTEGER NOT NULL,
    level INTEGER NOT NULL, -- where the watch stands by it; 0 if it is about something else
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
CREATE INDEX notices_bulletin ON notices (bulletin) WHERE bulletin IS NOT NULL;
CREATE INDEX notices_item ON notices (item) WHERE item IS NOT NULL;

CREATE TABLE deliveries (
    id         INTEGER PRIMARY KEY,
    notice     INTEGER NOT NULL REFERENCES notices (id),
    room       TEXT NOT NULL,
    story      INTEGER NOT NULL, -- 0 for a bulletin; that of the notice, unless its report moved before it was told
    version    INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    key        TEXT NOT NULL UNIQUE,
    state      TEXT NOT NULL,
    attempt    INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    began      INTEGER NOT NULL DEFAULT 0, -- when it was first given to the platform
    risen      INTEGER NOT NULL DEFAULT 0, -- when it was owed again, as its story had risen; 0: it is owed since its notice
    doubt      INTEGER NOT NULL DEFAULT 0, -- since when it may stand in the room unheard of; 0: it does not
    looked     INTEGER NOT NULL DEFAULT 0, -- when it was looked for in vain since
    remote     TEXT NOT NULL DEFAULT '',
    why        TEXT NOT NULL DEFAULT '',
    changed    INTEGER NOT NULL,
    calls      TEXT NOT NULL DEFAULT '', -- whom it pings
    digest     INTEGER REFERENCES deliveries (id), -- that told of it, for those digested
    mute       INTEGER NOT NULL DEFAULT 0,         -- that keeps it back, for those muted
    owner      TEXT NOT NULL DEFAULT '',           -- the replica that is sending it; '' if there are no others
    deadline   INTEGER NOT NULL DEFAULT 0,         -- by which that is over, by the database's clock
    UNIQUE (notice, room)
);
-- One index a state: SQLite takes none whose condition only follows from a list.
CREATE INDEX deliveries_owed ON deliveries (room, id, kind, story) WHERE state = 'owed';
CREATE INDEX deliveries_refresh ON deliveries (room, story) WHERE state = 'owed' AND kind = 'refresh';
CREATE INDEX deliveries_sending ON deliveries (room) WHERE state = 'sending';
CREATE INDEX deliveries_ambiguous ON deliveries (room, id) WHERE state = 'ambiguous';
CREATE INDEX deliveries_delivered ON deliveries (room, changed) WHERE state = 'delivered';
CREATE INDEX deliveries_story ON deliveries (story, room, id);
CREATE INDEX deliveries_muted ON deliveries (mute) WHERE state = 'muted';
CREATE INDEX deliveries_held ON deliveries (room, id) WHERE state = 'held';

CREATE TABLE pings (
    room  TEXT PRIMARY KEY,
    at    INTEGER NOT NULL, -- of the last
    level INTEGER NOT NULL
) WITHOUT ROWID;

-- The rooms that get digests.
CREATE TABLE digests (
    room TEXT PRIMARY KEY,
    due  INTEGER NOT NULL,
    told INTEGER NOT NULL -- up to when the room was told what has changed
) WITHOUT ROWID;
CREATE INDEX digests_due ON digests (due);

-- Critical stories that wait to be acknowledged.
CREATE TABLE alarms (
    story INTEGER NOT NULL REFERENCES stories (id),
    room  TEXT NOT NULL,
    since INTEGER NOT NULL,
    rung  INTEGER NOT NULL DEFAULT 0, -- the next
    due   INTEGER NOT NULL,           -- when it is looked at
    ended TEXT NOT NULL DEFAULT '',   -- why; '' while it goes on
    PRIMARY KEY (story, room)
) WITHOUT ROWID;
CREATE INDEX alarms_due ON alarms (due) WHERE ended = '';

CREATE TABLE boards (
    room       TEXT PRIMARY KEY,
    key        TEXT NOT NULL,
    remote     TEXT NOT NULL DEFAULT '', -- '' while it does not stand in the room
    pinned     INTEGER NOT NULL DEFAULT 0,
    shown      TEXT NOT NULL DEFAULT '',
    mark       TEXT NOT NULL DEFAULT '', -- how far the record was when it was last looked at
    attempt    INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    stale      INTEGER NOT NULL DEFAULT 0,
    doubt      INTEGER NOT NULL DEFAULT 0  -- since when it may stand in the room unheard of; 0: it does not
) WITHOUT ROWID;

CREATE TABLE rests (
    room  TEXT PRIMARY KEY,
    until INTEGER NOT NULL,          -- nothing is sent to the room before
    shut  INTEGER NOT NULL DEFAULT 0 -- how often in a row the room was found shut
) WITHOUT ROWID;

CREATE TABLE roots (
    room       TEXT NOT NULL,
    story      INTEGER NOT NULL REFERENCES stories (id),
    remote     TEXT NOT NULL,
    key        TEXT NOT NULL,    -- of the delivery that it is
    shown      INTEGER NOT NULL, -- the version of the story that the message shows
    latest     INTEGER NOT NULL, -- the version of the story, which it is to show
    gone       INTEGER NOT NULL DEFAULT 0,
    not_before INTEGER NOT NULL DEFAULT 0,
    attempt    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (story, room)
) WITHOUT ROWID;
CREATE INDEX roots_behind ON roots (room) WHERE gone = 0 AND shown < latest;

-- Who sees to a story: one state in all rooms.
CREATE TABLE cares (story INTEGER PRIMARY KEY REFERENCES stories (id), state TEXT NOT NULL, owner TEXT NOT NULL, owner_name TEXT NOT NULL, changed INTEGER NOT NULL);
CREATE INDEX cares_changed ON cares (changed);

-- What is silenced in a room for a while.
CREATE TABLE mutes (
    id     INTEGER PRIMARY KEY,
    room   TEXT NOT NULL,
    watch  TEXT NOT NULL,    -- or nothing
    story  INTEGER NOT NULL, -- or 0
    until  INTEGER NOT NULL,
    due    INTEGER NOT NULL, -- when it is looked at
    said   TEXT NOT NULL,    -- JSON
    ended  TEXT NOT NULL DEFAULT '' -- why
);
CREATE INDEX mutes_due ON mutes (room, due) WHERE ended = '';

-- When the shift of a room ends that is handed over there.
CREATE TABLE shifts (
    room  TEXT PRIMARY KEY,
    began INTEGER NOT NULL,
    due   INTEGER NOT NULL
) WITHOUT ROWID;

-- What people did, and what they were refused.
CREATE TABLE deeds (
    id      INTEGER PRIMARY KEY,
    key     TEXT UNIQUE, -- NULL: it cannot be heard twice
    person  TEXT NOT NULL,
    name    TEXT NOT NULL,
    tenant  TEXT NOT NULL,
    channel TEXT NOT NULL,
    verb    TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    outcome TEXT NOT NULL,
    at      INTEGER NOT NULL
);
CREATE INDEX deeds_subject ON deeds (subject, id);
CREATE INDEX deeds_at ON deeds (at);

-- Every version of the watches and feeds that people changed.
CREATE TABLE changes (
    id      INTEGER PRIMARY KEY,
    what    TEXT NOT NULL,
    name    TEXT NOT NULL,
    before  TEXT NOT NULL, -- JSON, or nothing
    after   TEXT NOT NULL,
    person  TEXT NOT NULL, -- nothing: the desk file
    by_name TEXT NOT NULL,
    at      INTEGER NOT NULL
);
CREATE INDEX changes_name ON changes (what, name, id);

-- What was shown to somebody who must say yes to it.
CREATE TABLE drafts (
    id     INTEGER PRIMARY KEY,
    person TEXT NOT NULL,
    call   TEXT NOT NULL, -- JSON
    at     INTEGER NOT NULL
);

CREATE TABLE secrets (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- The times that the database was put back from a backup: what rooms were told
-- since is not on record.
CREATE TABLE restored (
    since INTEGER NOT NULL, -- the newest that the backup knew
    begun INTEGER NOT NULL  -- when vedette was started on it; 0: not yet
);

-- What one replica at a time does. The database's clock says until when.
CREATE TABLE leases (
    name   TEXT PRIMARY KEY,
    holder TEXT NOT NULL, -- also when it has run out
    term   INTEGER NOT NULL, -- how often the holder has changed
    until  INTEGER NOT NULL
) WITHOUT ROWID;

-- Which programs may work on the schema as it is: those that know it as it was
-- since. A migration that takes something away raises it.
CREATE TABLE compatible (
    since INTEGER NOT NULL
);
INSERT INTO compatible (since) VALUES (1);
