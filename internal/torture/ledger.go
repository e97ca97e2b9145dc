package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"vedette/internal/fakeroom"
	"vedette/internal/store"
	"vedette/story"
)

// A ledger is what became of all that was owed, in Jepsen's words. What was
// owed is known from how the reports were made, what was delivered from the
// platforms' transcripts. Vedette's own record is asked for nothing but where
// it says that something missing is: parked, ambiguous or waiting.
type ledger struct {
	Published   int // reports that a watch must hear of
	Accepted    int // of them, those that are known to be saved: their validators came back
	Obligations int // a report, in a room
	Delivered   int // obligations that stand in their rooms
	Parked      int // that do not, and the record says that they never will, and why
	Ambiguous   int // that do not, and the record says that they may
	Pending     int // that do not, and the record says that they are still to come
	Lost        int // that do not, and nobody knows
	Unexpected  int // messages that were not owed, or stand in another story's thread
	Duplicated  map[string]int
	Unmet       int // that do not, where nothing excuses it
	Recovered   int // delivered after a kill that came between publication and delivery
	Reordered   int // messages of a story before which a later one stands
	Forgotten   int // validators that came back, and later an older one did

	Faults []string // each of what is wrong, in words
}

// tagged matches the tags in a message.
var tagged = regexp.MustCompile(`\b[A-Z]{9}\b`)

// count compares what stands with what was owed.
func (s *site) count(ctx context.Context) (*ledger, error) {
	s.origin.mu.Lock()
	defer s.origin.mu.Unlock()
	l := &ledger{Duplicated: make(map[string]int)}
	items := make(map[string]*item)
	for _, t := range s.origin.tales {
		for _, it := range t.items {
			items[it.tag] = it
			if len(t.watches) == 0 {
				continue
			}
			l.Published++
			if it.feed.taken >= it.version {
				l.Accepted++
			}
		}
	}
	for _, f := range s.origin.feeds {
		if l.Forgotten += f.lost; f.lost > 0 {
			l.blame("%s: validators were forgotten %d times", f.name, f.lost)
		}
	}
	missing := make(map[string][]*item)
	for _, r := range s.rooms {
		told := l.read(r, s.posts(r), items)
		for _, t := range s.origin.tales {
			if !hears(r, t) {
				continue
			}
			for _, it := range t.items {
				l.Obligations++
				if told[it.tag] {
					l.Delivered++
					if s.interrupted[r.name+" "+it.tag] {
						l.Recovered++
					}
				} else {
					missing[r.name] = append(missing[r.name], it)
				}
			}
		}
	}
	if len(missing) == 0 {
		return l, nil
	}
	return l, s.explain(ctx, l, missing)
}

// hears reports whether the room must hear of the tale.
func hears(r room, t *tale) bool {
	return slices.ContainsFunc(t.watches, func(w string) bool { return slices.Contains(r.watches, w) })
}

func (l *ledger) blame(format string, args ...any) {
	l.Faults = append(l.Faults, fmt.Sprintf(format, args...))
}

// read looks at what stands in a room, and returns the tags of which it tells.
func (l *ledger) read(r room, posts []fakeroom.Post, items map[string]*item) map[string]bool {
	told := make(map[string]bool)
	roots := make(map[string]*tale) // by the root's ID
	newest := make(map[*tale]int)
	for _, p := range posts {
		tag := subject(p, told)
		it := items[tag]
		switch {
		case it == nil || !hears(r, it.tale):
			l.Unexpected++
			l.blame("%s: nobody owed it %q", r.name, firstLines(p.Text))
			continue
		case told[tag]:
			l.Duplicated[r.platform]++
			l.blame("%s: %s stands there twice", r.name, tag)
		case p.Thread != "" && roots[p.Thread] != it.tale:
			l.Unexpected++
			l.blame("%s: %s stands in the thread of another story", r.name, tag)
		}
		told[tag] = true
		if p.Thread == "" {
			roots[p.ID] = it.tale
		}
		if it.seq < newest[it.tale]-1 {
			l.Reordered++
			l.blame("%s: %s stands after a later report of its story", r.name, tag)
		}
		if it.after {
			newest[it.tale] = max(newest[it.tale], it.seq+1)
		}
	}
	return told
}

// subject returns the tag of the report that p was sent for: the first that it
// names. A root message that has a told one for its title tells the story anew,
// since its own message is not known to stand, for the sake of a later report.
func subject(p fakeroom.Post, told map[string]bool) string {
	tags := tagged.FindAllString(p.Posted, -1)
	if len(tags) == 0 {
		return ""
	}
	if last := tags[len(tags)-1]; p.Thread == "" && told[tags[0]] && !told[last] {
		return last
	}
	return tags[0]
}

// firstLines returns the beginning of a message.
func firstLines(text string) string {
	lines := strings.SplitN(text, "\n", 4)
	return strings.Join(lines[:min(3, len(lines))], " / ")
}

// explain asks vedette's record for what is missing.
func (s *site) explain(ctx context.Context, l *ledger, missing map[string][]*item) error {
	record, err := s.record(ctx)
	if err != nil {
		return err
	}
	for _, r := range s.rooms {
		for _, it := range missing[r.name] {
			told, known := record[r.name+" "+it.tag]
			switch {
			case !known && it.feed.taken < it.version:
				l.Pending++ // not even fetched
			case !known:
				l.Lost++
				l.blame("%s: %s is missing, and was never owed", r.name, it.tag)
			case told.State == story.Delivered && s.shows(r, told.Remote, it):
				l.Delivered++ // by a root message, since its story had none
			case told.State == story.Ambiguous:
				l.Ambiguous++
			case told.State == story.Parked && told.Why != "":
				l.Parked++
			case told.State == story.Owed || told.State == story.Sending:
				l.Pending++
			default:
				l.Lost++
				l.blame("%s: %s is missing, and on record as %s %s", r.name, it.tag, told.State, told.Why)
			}
		}
	}
	return nil
}

// shows reports whether the message of the room with the ID is a root that
// names the report. So it is with one that goes on with a story whose first
// message never came to stand.
func (s *site) shows(r room, id story.Remote, it *item) bool {
	return slices.ContainsFunc(s.posts(r), func(p fakeroom.Post) bool {
		return p.ID == string(id) && p.Thread == "" && strings.Contains(p.Posted, it.tag)
	})
}

// archive opens vedette's database beside it.
func (s *site) archive(ctx context.Context) (*store.Store, error) {
	if s.address != "" {
		return store.OpenArchive(ctx, s.address)
	}
	from := s.data()
	if s.looksAt != "" { // a file of another mount namespace is only to be had as a copy
		from = filepath.Join(s.dir, "copy")
		if err := os.RemoveAll(from); err != nil {
			return nil, err
		}
		if err := os.Mkdir(from, 0o700); err != nil {
			return nil, err
		}
		for _, name := range []string{databaseFile, databaseFile + "-wal"} {
			raw, err := os.ReadFile(filepath.Join(s.looksAt, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(from, name), raw, 0o600)
			}
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, err
			}
		}
	}
	return store.OpenArchive(ctx, filepath.Join(from, databaseFile))
}

// databaseFile is the name of the database in the data folder.
const databaseFile = "vedette.db"

// record returns what vedette has on record, by room and tag.
func (s *site) record(ctx context.Context) (map[string]story.Told, error) {
	db, err := s.archive(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // it was only read
	record, _, err := recordOf(ctx, db)
	return record, err
}

// recordOf returns what is on record in db, by room and tag, and the tags of
// all reports.
func recordOf(ctx context.Context, db *store.Store) (record map[string]story.Told, seen map[string]bool, err error) {
	record, seen = make(map[string]story.Told), make(map[string]bool)
	err = db.Items(ctx, time.Time{}, func(it story.Item) error {
		tag, _, _ := strings.Cut(it.Title, " ")
		seen[tag] = true
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	all, err := db.Stories(ctx, story.Query{Merged: true, Limit: 1 << 20})
	if err != nil {
		return nil, nil, err
	}
	for i := range all {
		tags := make(map[story.ItemID]string)
		for _, rep := range all[i].Reports {
			tags[rep.Item.ID], _, _ = strings.Cut(rep.Item.Title, " ")
		}
		told, err := db.Told(ctx, all[i].ID)
		if err != nil {
			return nil, nil, err
		}
		for _, t := range told {
			record[string(t.Room)+" "+tags[t.Item]] = t
		}
	}
	return record, seen, nil
}

// waits reports whether vedette has anything left to do: by its own record,
// which says only when to look.
func (s *site) waits(ctx context.Context) (bool, error) {
	db, err := s.archive(ctx)
	if err != nil {
		return true, err
	}
	defer func() { _ = db.Close() }() // it was only read
	waiting, err := db.Unjudged(ctx, 1)
	if err != nil {
		return true, err
	}
	states, err := db.Deliveries(ctx)
	return len(waiting) > 0 || states[story.Owed]+states[story.Sending]+states[story.Ambiguous] > 0, err
}

// missing returns the obligations that do not stand in their rooms, each as
// its room and its tag.
func (s *site) missing() (keys []string) {
	s.origin.mu.Lock()
	defer s.origin.mu.Unlock()
	for _, r := range s.rooms {
		told := make(map[string]bool)
		for _, p := range s.posts(r) {
			told[subject(p, told)] = true
		}
		for _, t := range s.origin.tales {
			for _, it := range t.items {
				if hears(r, t) && !told[it.tag] {
					keys = append(keys, r.name+" "+it.tag)
				}
			}
		}
	}
	return keys
}
