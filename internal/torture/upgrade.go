package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"vedette/internal/fakeroom"
	"vedette/story"
)

// nextMigrations are what the next version might do to the schema, on either
// database: each of several statements, of which none can be made twice.
func nextMigrations() map[string]string {
	return map[string]string{
		"99998_weights.sql": `-- +goose Up
ALTER TABLE deliveries ADD COLUMN weight BIGINT NOT NULL DEFAULT 0;
CREATE TABLE weights (room TEXT PRIMARY KEY, weight BIGINT NOT NULL);
INSERT INTO weights SELECT room, count(*) FROM deliveries GROUP BY room;
CREATE INDEX deliveries_weight ON deliveries (weight);
`,
		"99999_sizes.sql": `-- +goose Up
CREATE TABLE sizes (item BIGINT PRIMARY KEY, size BIGINT NOT NULL);
INSERT INTO sizes SELECT id, length(title) FROM items;
ALTER TABLE items ADD COLUMN size BIGINT NOT NULL DEFAULT 0;
CREATE INDEX items_size ON items (size);
`,
	}
}

// buildNext builds the binary as its next version might be.
func buildNext(ctx context.Context, dir, tags string) (bin string, err error) {
	replace := make(map[string]string)
	for name, text := range nextMigrations() {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return "", err
		}
		for _, dialect := range []string{"sqlite", "postgres"} {
			at, err := filepath.Abs(filepath.Join("internal", "store", "migrations", dialect, name))
			if err != nil {
				return "", err
			}
			replace[at] = file
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return "", err
	}
	bin = filepath.Join(dir, "vedette-next")
	if said, err := exec.CommandContext(ctx, "go", "build", "-tags", tags, "-overlay", file, "-o", bin, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, said)
	}
	return bin, nil
}

// upgrades has the next version bring a database up to date, on SQLite and on
// Postgres.
func (r *run) upgrades(ctx context.Context) error {
	dir := filepath.Dir(r.bin)
	next, err := buildNext(ctx, dir, r.set.tags)
	if err != nil {
		return err
	}
	if err := r.site(ctx, "upgrade", "upgrade-sqlite", true, func(s *site) (*ledger, error) { return s.upgrade(ctx, next, r.f, &filed{s: s}) }); err != nil {
		return err
	}
	return r.site(ctx, "upgrade", "upgrade-postgres", true, func(s *site) (*ledger, error) {
		pg, err := serve(ctx, 1)
		if err != nil {
			return nil, err
		}
		defer pg.close()
		s.address = pg.address()
		return s.upgrade(ctx, next, r.f, &served{s: s, pg: pg})
	})
}

// An olden is a database as an older version has left it, which can be had
// again and again.
type olden interface {
	// keep has the database be as an older version of River left it, too, and
	// keeps it as it is.
	keep(ctx context.Context) error

	// again puts it back.
	again(ctx context.Context) error

	// blow is what kills whoever writes to it.
	blows() []blow

	// sound checks it through and through.
	sound(ctx context.Context, f *figures) error
}

// upgrade leaves a database in which messages stand, are owed and under way,
// and kills the next version as it brings that up to date: at its first point,
// at its second, and so on, then in its first system call that writes, in its
// second, and so on, until none is left. After each, the same version comes up,
// every other time after the older one has; nothing is forgotten. The last one
// goes on, and tells what is owed.
func (s *site) upgrade(ctx context.Context, next string, f *figures, db olden) (*ledger, error) {
	if err := s.underWay(ctx); err != nil {
		return nil, err
	}
	if err := db.keep(ctx); err != nil {
		return nil, err
	}
	before, err := s.standing(ctx)
	if err != nil {
		return nil, err
	}
	old := s.bin
	blows := append([]blow{{}}, db.blows()...)
	for _, b := range blows {
		for n, over := 1, false; !over && ctx.Err() == nil; n++ {
			if err := db.again(ctx); err != nil {
				return nil, err
			}
			s.bin = next
			if over, err = s.upgradeUntil(ctx, b, n); err != nil {
				return nil, err
			}
			if err := db.sound(ctx, f); err != nil {
				return nil, err
			}
			if n%2 == 0 { // the older version was put back
				s.bin = old
				if err := s.opens(ctx); err != nil {
					return nil, fmt.Errorf("the older version, after kill %d in %q: %w", n, b.calls, err)
				}
			}
			s.bin = next
			if err := s.opens(ctx); err != nil {
				return nil, fmt.Errorf("after kill %d in %q: %w", n, b.calls, err)
			}
			after, err := s.standing(ctx)
			if err != nil {
				return nil, err
			}
			if what := differ(before, after); what != "" {
				return nil, fmt.Errorf("after kill %d in %q: %s", n, b.calls, what)
			}
			if !over {
				f.upgrades++
			}
		}
	}
	return s.rest(ctx)
}

// underWay has the older version tell something, and kills it with messages
// under way and others owed.
func (s *site) underWay(ctx context.Context) error {
	if err := s.start(ctx, ""); err != nil {
		return err
	}
	if err := s.seeded(ctx); err != nil {
		return err
	}
	both := []string{"north", "south"}
	s.origin.publish(both)
	if err := s.drain(ctx); err != nil {
		return err
	}
	s.slack.Fail(fakeroom.Fault{Method: "chat.postMessage", Commit: true, Delay: 10 * time.Second})
	s.discord.Fail(fakeroom.Fault{Method: "POST /channels/{channel}/messages", Commit: true, Delay: 10 * time.Second})
	for range 3 {
		s.origin.publish(both)
	}
	for begun := time.Now(); time.Since(begun) < drainWithin; pause(ctx, 20*time.Millisecond) {
		states := make(map[story.DeliveryState]int)
		told, err := s.standing(ctx)
		if err != nil {
			return err
		}
		for _, t := range told {
			states[t.State]++
		}
		if states[story.Sending] > 0 && states[story.Owed] > 0 && states[story.Delivered] > 0 {
			s.seen.note("a database with messages under way was brought up to date")
			s.kill()
			return nil
		}
	}
	return errors.New("no messages were under way")
}

// standing returns what is on record.
func (s *site) standing(ctx context.Context) (map[string]story.Told, error) {
	db, err := s.archive(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // it was only read
	record, seen, err := recordOf(ctx, db)
	for tag := range seen {
		record["item "+tag] = story.Told{}
	}
	return record, err
}

// differ says what is not on record as it was. What was under way may be
// ambiguous.
func differ(before, after map[string]story.Told) string {
	if len(before) != len(after) {
		return fmt.Sprintf("%d reports and messages were on record, and %d are", len(before), len(after))
	}
	for key, was := range before {
		is, there := after[key]
		if !there || was.Remote != is.Remote || was.State != is.State && (was.State != story.Sending || is.State != story.Ambiguous) {
			return fmt.Sprintf("%s was %s %q on record, and is %s %q", key, was.State, was.Remote, is.State, is.Remote)
		}
	}
	return ""
}

// opened is the point at which a life has brought its database up to date and
// taken over what was under way.
const opened = "tx.committed"

// upgradeUntil begins a life that is killed at the n-th point, or in the n-th
// call, and at the latest when its database is up to date; it reports whether
// it came so far.
func (s *site) upgradeUntil(ctx context.Context, b blow, n int) (over bool, err error) {
	orders := "kill:" + opened + ":1"
	if b.calls == "" {
		err = s.start(ctx, fmt.Sprintf("%s,kill:*:%d", orders, n))
	} else {
		options := []string{"-ttt", "-E", "GOMAXPROCS=1", "-e", "trace=" + b.calls, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", b.calls, n)}
		if !b.sockets {
			options = append(options, s.ofDatabase()...)
		}
		err = s.under(ctx, orders, options...)
	}
	if err != nil {
		return false, err
	}
	return s.passed(opened)
}

// opens has a life bring the database up to date, and kills it.
func (s *site) opens(ctx context.Context) error {
	if err := s.start(ctx, "kill:"+opened+":1"); err != nil {
		return err
	}
	ok, err := s.passed(opened)
	if err == nil && !ok {
		err = errors.New("it did not come up")
	}
	return err
}

// passed waits until the life was killed, and reports whether it passed the
// point before.
func (s *site) passed(point string) (bool, error) {
	select {
	case <-s.life.over:
	case <-time.After(time.Minute):
		return false, errors.New("it was not killed")
	}
	if !s.life.killed() {
		return false, s.ended()
	}
	hits := s.life.hits()
	s.fell()
	return slices.ContainsFunc(hits, func(h string) bool { return strings.HasPrefix(h, point+" ") }), nil
}

// A filed is an olden that is a file.
type filed struct {
	s    *site
	kept map[string][]byte
}

func (o *filed) keep(ctx context.Context) (err error) {
	db, err := sql.Open("sqlite", filepath.Join(o.s.data(), "vedette.db"))
	if err != nil {
		return err
	}
	if err := errors.Join(downgrade(ctx, riversqlite.New(db)), db.Close()); err != nil {
		return err
	}
	o.kept, err = o.s.files()
	return err
}

func (o *filed) again(context.Context) error { return o.s.put(o.kept) }

func (o *filed) blows() []blow {
	return []blow{{calls: "pwrite64"}, {calls: "fsync,fdatasync"}, {calls: "ftruncate"}}
}

func (o *filed) sound(ctx context.Context, f *figures) error { return o.s.check(ctx, f) }

// A served is an olden that is a database of a Postgres server.
type served struct {
	s  *site
	pg *servers
}

func (o *served) keep(ctx context.Context) error {
	db, err := sql.Open("pgx", o.s.address)
	if err != nil {
		return err
	}
	if err := errors.Join(downgrade(ctx, riverdatabasesql.New(db)), db.Close()); err != nil {
		return err
	}
	return o.pg.all[0].execute(ctx, `ALTER DATABASE `+database+` RENAME TO kept`, `CREATE DATABASE `+database+` TEMPLATE kept`)
}

func (o *served) again(ctx context.Context) error {
	return o.pg.all[0].execute(ctx, `DROP DATABASE `+database+` WITH (FORCE)`, `CREATE DATABASE `+database+` TEMPLATE kept`)
}

func (o *served) blows() []blow { return []blow{{calls: "write", sockets: true}} }

func (o *served) sound(context.Context, *figures) error { return nil }

// downgrade has River's tables be as its version before the last two left
// them: what brings them up to date writes them anew.
func downgrade[T any](ctx context.Context, driver riverdriver.Driver[T]) error {
	m, err := rivermigrate.New(driver, nil)
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionDown, &rivermigrate.MigrateOpts{MaxSteps: 2})
	return err
}
