package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"

	"vedette/internal/pgtest"
	"vedette/internal/store"
	"vedette/internal/store/storetest"
	"vedette/story"
)

// A replicated harness opens one Postgres database. A crash leaves the store
// open and has its time run out: what it was sending is nobody's.
type replicated struct {
	address string
	open    *store.Store
}

func (h *replicated) Open(t *testing.T) storetest.Store {
	t.Helper()
	if h.open != nil {
		return h.open
	}
	h.open = openAt(t, h.address)
	return h.open
}

func (h *replicated) Crash(t *testing.T) {
	t.Helper()
	h.open = nil
	pgtest.Execute(t, h.address, `UPDATE deliveries SET deadline = 1 WHERE state = 'sending'`)
}

// openAt opens the database at address, and closes it at the test's end.
func openAt(t *testing.T, address string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), address, quiet)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestPostgres holds the store to its promises on a server of its own.
func TestPostgres(t *testing.T) {
	server := pgtest.Start(t)
	fresh := server.Database(t)
	if err := openAt(t, fresh).Close(); err != nil {
		t.Fatal(err)
	}
	begin := func(t *testing.T) string {
		t.Helper()
		return server.Clone(t, fresh)
	}
	for _, promise := range []struct {
		name string
		test func(t *testing.T, address string)
	}{
		{"OneOfManyWhoClaimHasTheMessage", oneClaims},
		{"WhatAVanishedReplicaWasSendingIsAmbiguous", vanished},
		{"WhatAReplicaThatHasEndedWasSendingIsTakenUp", ended},
		{"AFrozenReplicaThatWakesMayNotSend", frozen},
		{"WhatIsSentEndsWithItsTime", timely},
		{"WhoMayBeGivenUpMayNotSend", givenUp},
		{"WhoWasPerhapsHeardStopsInTime", perhapsHeard},
		{"AReplicaThatFreezesWhileItWritesHoldsNobodyUp", frozenInWriting},
		{"AReplicaThatFreezesInTheEngineHoldsNobodyUp", frozenInTheEngine},
		{"ALeaseIsOnesAtATime", leased},
		{"WhoLostTheLeaseJudgesNoMore", judgesAlone},
		{"WhoLosesALeaseStopsBeforeAnotherBegins", passedOn},
		{"WhoEndsDoesNotWaitForASilentServer", endsInSilence},
		{"APoolBetweenIsRefused", pooled},
		{"ACommitWhoseAnswerIsLostIsKnown", answerLost},
		{"TheJobsOfAReplicaThatIsGoneAreTakenOver", orphaned},
		{"NothingThatIsWrittenStopsAPoll", odd},
		{"ASearchLooksAtFewReports", looksAtFew},
	} {
		t.Run(promise.name, func(t *testing.T) { promise.test(t, begin(t)) })
	}
	t.Run("HasTheTablesThatSQLiteHas", func(t *testing.T) { sameTables(t, begin(t)) })
	t.Run("TakesAllThatAFileHolds", func(t *testing.T) { copied(t, server.Database(t)) })
	t.Run("TakesNoFileBesideWhatItHolds", func(t *testing.T) { occupied(t, server.Database(t)) })
	t.Run("KeepsThePromises", func(t *testing.T) {
		if testing.Short() {
			t.Skip("skipped: a hundred databases; run without -short")
		}
		storetest.Run(t, func(t *testing.T) storetest.Harness {
			t.Helper()
			return &replicated{address: begin(t)}
		})
	})
}

// TestWhatACrashOfTheServerLostIsNotTakenForSaved crashes the server right
// before it hears of a commit, and saves other things before it is asked what
// became of that: to these the server gives the numbers that it had given to
// what it lost.
func TestWhatACrashOfTheServerLostIsNotTakenForSaved(t *testing.T) {
	server := pgtest.Start(t)
	address := server.Database(t)
	p := intercept(t, address)
	cut, other := openAt(t, p.address), openAt(t, address)
	lost := story.Deed{Key: "lost", Verb: "note"}
	p.hold()
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := cut.Record(t.Context(), lost); err == nil {
			t.Error("what was lost is said to be saved")
		}
	})
	drop := <-p.held
	server.Crash(t)
	for i := range 5 {
		note := story.Deed{Key: fmt.Sprint(i), Verb: "note"}
		if _, err := other.Record(t.Context(), note); err != nil { // on the connection that the crash has ended
			if _, err = other.Record(t.Context(), note); err != nil {
				t.Error(err)
			}
		}
	}
	drop()
	wg.Wait()
	if heard, err := cut.Record(t.Context(), lost); heard || err != nil {
		t.Errorf("it was heard before: %v (%v), want not", heard, err)
	}
}

// TestOfSeveralServersTheOneThatTakesWritesIsUsed opens an address with several
// hosts, as one of a primary and its stand-by has them.
func TestOfSeveralServersTheOneThatTakesWritesIsUsed(t *testing.T) {
	server := pgtest.Start(t)
	for name, attributes := range map[string]string{"ReadWrite": "&target_session_attrs=read-write", "Primary": "&target_session_attrs=primary", "NothingSaid": ""} {
		t.Run(name, func(t *testing.T) {
			address := strings.Replace(server.Database(t), "host=", "host="+url.QueryEscape(t.TempDir())+",", 1) + attributes
			s := openAt(t, address)
			owe(t, s, "g:1", "desk")
			counted(t, s, map[story.DeliveryState]int{story.Owed: 1})
		})
	}
}

// TestAnOldPrimaryIsLeftAlone has a stand-by promoted while its primary stays,
// first in the list, one that takes writes, and comes back as one: who was
// connected to it leaves it when another connection is made, and who begins does
// not use it. The log says once which server is to be stopped.
func TestAnOldPrimaryIsLeftAlone(t *testing.T) {
	old := pgtest.Start(t)
	address := old.Database(t)
	at, standby := url.QueryEscape(old.Folder()), filepath.Join(t.TempDir(), "standby")
	both := strings.Replace(address, at, at+","+url.QueryEscape(standby), 1)
	connected := openAt(t, both)
	owe(t, connected, "g:1", "desk")
	promoted := old.Promoted(t)
	if err := os.Symlink(promoted.Folder(), standby); err != nil {
		t.Fatal(err)
	}
	for range 8 { // River's connections, of which some are there
		tx, err := connected.Engine(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer tx.Rollback()
	}
	owe(t, connected, "g:2", "desk")
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	began, err := store.Open(t.Context(), both, store.Options{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = began.Close() }()
	owe(t, began, "g:3", "desk")
	said, err := os.ReadFile(log.Name())
	if named := strings.Count(string(said), "server="+old.Folder()); named != 1 || !strings.Contains(string(said), "stop the old one") {
		t.Errorf("the log says %q (%v), want once that %s is an old primary", said, err, old.Folder())
	}
	old.Crash(t)
	owe(t, began, "g:4", "desk")
	counted(t, openAt(t, strings.Replace(address, at, url.QueryEscape(promoted.Folder()), 1)), map[story.DeliveryState]int{story.Owed: 4})
	counted(t, openAt(t, address), map[story.DeliveryState]int{story.Owed: 1})
}

// TestAServerThatIsSilentKeepsNobodyFromBeingAlive has the first host of an
// address take connections and say nothing, as one whose machine is gone.
func TestAServerThatIsSilentKeepsNobodyFromBeingAlive(t *testing.T) {
	server := pgtest.Start(t)
	silent := t.TempDir()
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(silent, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	const patience = 3 * time.Second // with it, which is more than there is time to say it in
	address := strings.Replace(server.Database(t), "host=", "host="+url.QueryEscape(silent)+",", 1) + fmt.Sprintf("&connect_timeout=%d", int(patience.Seconds()))
	openAt(t, address)
	unasked := func() *store.Store {
		s, err := store.Unasked(address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if !unasked().AskAll(over) {
		t.Error("no server is asked if who asks first gives up")
	}
	first := unasked()
	if err := first.SayAlive(t.Context()); err != nil {
		t.Errorf("where nobody knows the primary: %v", err)
	}
	ctx, stop := context.WithTimeout(t.Context(), patience-time.Second)
	defer stop()
	if err := first.Ping(ctx); err != nil { // on another connection
		t.Errorf("where it is known: %v", err)
	}
}

// owe saves a story that the rooms are owed.
func owe(t *testing.T, s *store.Store, key string, rooms ...story.RoomName) {
	t.Helper()
	now := storetest.Noon()
	_, err := s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{{Keys: []string{key}, Title: "Idlib", FirstSeen: now, Effective: now}}, At: now})
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := s.Unjudged(t.Context(), 1)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%d items wait (%v), want 1", len(waiting), err)
	}
	err = s.SaveJudgements(t.Context(), []story.Judgement{{Item: waiting[0].Item.ID, Revision: 1, Relation: story.Opens, Kind: story.NewStory, Rooms: rooms, At: now}})
	if err != nil {
		t.Fatal(err)
	}
}

// counted holds the deliveries by state to want, and none unaccounted for.
func counted(t *testing.T, s *store.Store, want map[story.DeliveryState]int) {
	t.Helper()
	got, err := s.Deliveries(t.Context())
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("deliveries are %v (%v), want %v", got, err, want)
	}
	if n, err := s.Unaccounted(t.Context()); n != 0 || err != nil {
		t.Errorf("%d deliveries are unaccounted for (%v)", n, err)
	}
}

// oneClaims has two replicas claim what a room is owed, all at once: each
// message is given out once.
func oneClaims(t *testing.T, address string) {
	t.Helper()
	const messages, each = 12, 4
	replicas := []*store.Store{openAt(t, address), openAt(t, address)}
	for i := range messages {
		owe(t, replicas[0], fmt.Sprintf("g:%d", i), "desk")
	}
	var guard sync.Mutex // of given
	given := make(map[story.DeliveryID]int)
	var wg sync.WaitGroup
	for i := range 2 * each {
		wg.Go(func() {
			for {
				d, ok, err := replicas[i%2].Claim(t.Context(), "desk", storetest.Noon())
				if err != nil {
					t.Error(err)
				}
				if !ok {
					return
				}
				guard.Lock()
				given[d.Delivery]++
				guard.Unlock()
			}
		})
	}
	wg.Wait()
	for id, n := range given {
		if n != 1 {
			t.Errorf("delivery %d was given out %d times", id, n)
		}
	}
	if len(given) != messages {
		t.Errorf("%d messages were given out, want %d", len(given), messages)
	}
}

// vanished has a replica end between claiming and settling: what it was
// sending is ambiguous when its time is over, and not before.
func vanished(t *testing.T, address string) {
	t.Helper()
	gone, other := openAt(t, address), openAt(t, address)
	owe(t, gone, "g:1", "desk")
	if _, ok, err := gone.Claim(t.Context(), "desk", storetest.Noon()); !ok || err != nil {
		t.Fatalf("nothing was claimed (%v)", err)
	}
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := other.Wake(t.Context(), storetest.Noon()); err != nil {
		t.Fatal(err)
	}
	counted(t, other, map[story.DeliveryState]int{story.Sending: 1})
	pgtest.Execute(t, address, `UPDATE deliveries SET deadline = 1`)
	if _, err := other.Wake(t.Context(), storetest.Noon()); err != nil {
		t.Fatal(err)
	}
	counted(t, other, map[story.DeliveryState]int{story.Ambiguous: 1})
	if d, ok, err := other.Claim(t.Context(), "desk", storetest.Noon()); !ok || err != nil || d.Act != story.LookUp {
		t.Errorf("claimed %v %+v (%v), want that it is looked for and not sent again", ok, d, err)
	}
}

// ended has a replica fall silent in sending. While its process lives it may be
// frozen, and send when it wakes; when that has ended, others look for what it
// was sending, and do not wait until its time is over.
func ended(t *testing.T, address string) {
	t.Helper()
	silent, other := openAt(t, address), openAt(t, address)
	owe(t, silent, "g:1", "desk")
	if err := silent.SayAlive(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := silent.Claim(t.Context(), "desk", storetest.Noon()); !ok || err != nil {
		t.Fatalf("nothing was claimed (%v)", err)
	}
	look := func() {
		t.Helper()
		if _, err := other.Wake(t.Context(), storetest.Noon()); err != nil {
			t.Fatal(err)
		}
		if _, _, err := other.Claim(t.Context(), "other", storetest.Noon()); err != nil {
			t.Fatal(err)
		}
	}
	look()
	counted(t, other, map[story.DeliveryState]int{story.Sending: 1})
	pgtest.Execute(t, address, `UPDATE leases SET until = 1`) // it is silent for long
	look()
	counted(t, other, map[story.DeliveryState]int{story.Sending: 1})
	if err := silent.Close(); err != nil {
		t.Fatal(err)
	}
	// The server notes in its own time that the process has ended.
	within, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	for sending := true; sending && within.Err() == nil; {
		look()
		states, err := other.Deliveries(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sending = states[story.Sending] > 0
	}
	if d, ok, err := other.Claim(t.Context(), "desk", storetest.Noon()); !ok || err != nil || d.Act != story.LookUp {
		t.Errorf("claimed %v %+v (%v), want that it is looked for and not sent again", ok, d, err)
	}
}

// mayStillSend reports whether who may send d now, or else why not.
func mayStillSend(t *testing.T, who *store.Store, d *story.Dispatch) (may bool, why error) {
	t.Helper()
	_, done, err := who.Hold(t.Context(), d)
	if err == nil {
		done()
	} else if !errors.Is(err, story.ErrNotSending) {
		t.Fatal(err)
	}
	return err == nil, err
}

// frozen has a replica wake after its time is over: it may not send, and what
// it then says of it is the truth.
func frozen(t *testing.T, address string) {
	t.Helper()
	asleep, other := openAt(t, address), openAt(t, address)
	owe(t, asleep, "g:1", "desk")
	d, ok, err := asleep.Claim(t.Context(), "desk", storetest.Noon())
	if !ok || err != nil {
		t.Fatalf("nothing was claimed (%v)", err)
	}
	for _, c := range []struct {
		who  *store.Store
		want bool
	}{{asleep, true}, {other, false}} {
		if mine, err := mayStillSend(t, c.who, &d); mine != c.want {
			t.Errorf("it may be sent: %v (%v), want %v", mine, err, c.want)
		}
	}
	pgtest.Execute(t, address, `UPDATE deliveries SET deadline = 1`)
	if mine, err := mayStillSend(t, asleep, &d); mine {
		t.Errorf("woken, it may send: %v (%v), want not", mine, err)
	}
	if _, err := other.Wake(t.Context(), storetest.Noon()); err != nil {
		t.Fatal(err)
	}
	if err := asleep.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Owed, Why: "it took too long", At: storetest.Noon()}); err != nil {
		t.Fatal(err)
	}
	again, ok, err := other.Claim(t.Context(), "desk", storetest.Noon())
	if !ok || err != nil || again.Key != d.Key {
		t.Errorf("claimed %v %+v (%v), want what was not sent", ok, again, err)
	}
	if err := asleep.Settle(t.Context(), story.Outcome{Dispatch: d, State: story.Delivered, At: storetest.Noon()}); err == nil {
		t.Error("the one that woke ended another's attempt")
	}
}

// timely has a replica wake when the time of what it claimed is over in a
// minute: what it then sends ends with it, however long a platform's pace holds
// it up.
func timely(t *testing.T, address string) {
	t.Helper()
	s := openAt(t, address)
	owe(t, s, "g:1", "desk")
	d, ok, err := s.Claim(t.Context(), "desk", storetest.Noon())
	if !ok || err != nil {
		t.Fatalf("nothing was claimed (%v)", err)
	}
	pgtest.Execute(t, address, `UPDATE deliveries SET deadline = CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) + 60000000`)
	held, done, err := s.Hold(t.Context(), &d)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if until, limited := held.Deadline(); !limited || time.Until(until) > time.Minute {
		t.Errorf("it may be sent until %v, limited %v; want within the minute", until, limited)
	}
}

// givenUp has a replica be silent, and without its lock, where its message is:
// others may take that up at any moment, though it has just heard that it is
// alive, from a server that was the primary before.
func givenUp(t *testing.T, address string) {
	t.Helper()
	s := openAt(t, address)
	owe(t, s, "g:1", "desk")
	if err := s.SayAlive(t.Context()); err != nil {
		t.Fatal(err)
	}
	d, ok, err := s.Claim(t.Context(), "desk", storetest.Noon())
	if !ok || err != nil {
		t.Fatalf("nothing was claimed (%v)", err)
	}
	pgtest.Execute(t, address, `UPDATE leases SET until = 1`)
	if may, why := mayStillSend(t, s, &d); !may {
		t.Errorf("who was silent and has its lock may not send: %v", why)
	}
	pgtest.Execute(t, address, `SELECT pg_terminate_backend(l.pid, 60000) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = current_database()`)
	if may, _ := mayStillSend(t, s, &d); may {
		t.Error("who may be given up may send")
	}
	for s.SayAlive(t.Context()) != nil { // on the connection that was ended
		if t.Context().Err() != nil {
			t.Fatal("it is never alive again")
		}
	}
	if may, why := mayStillSend(t, s, &d); !may {
		t.Errorf("alive again, and nobody has taken it up, it may not send: %v", why)
	}
}

// perhapsHeard has the first time that a replica says that it is alive remain
// without an answer: others may have heard it, and give it up when it is silent.
func perhapsHeard(t *testing.T, address string) {
	t.Helper()
	s := openAt(t, address)
	owe(t, s, "g:1", "desk")
	d, ok, err := s.Claim(t.Context(), "desk", storetest.Noon())
	if !ok || err != nil {
		t.Fatalf("nothing was claimed (%v)", err)
	}
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), `LOCK TABLE leases IN EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := s.SayAlive(short); err == nil {
		t.Fatal("it has an answer")
	}
	held, done, err := s.Hold(t.Context(), &d)
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	edit, edited, err := s.Hold(t.Context(), &story.Dispatch{Act: story.Edit})
	if err != nil {
		t.Fatal(err)
	}
	defer edited()
	within, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	for act, ctx := range map[story.Act]context.Context{story.Post: held, story.Edit: edit} {
		select {
		case <-ctx.Done():
		case <-within.Done():
			t.Errorf("it may %s until the deadline, and others give it up before", act)
		}
	}
}

// frozenInWriting has a replica freeze in the middle of a transaction: the
// others wait for it for seconds, and no longer.
func frozenInWriting(t *testing.T, address string) {
	t.Helper()
	asleep, other := openAt(t, address), openAt(t, address)
	owe(t, asleep, "g:1", "desk")
	began, wake := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _, err := asleep.Tend(t.Context(), story.Deed{Verb: "ack"}, 1, func(story.Care) (story.Care, string) {
			close(began)
			<-wake
			return story.Care{State: story.Acknowledged, Owner: story.Person{ID: "late"}}, "done"
		})
		if err == nil {
			t.Error("what was cut off is said to be saved")
		}
	})
	<-began
	now, _, err := other.Tend(t.Context(), story.Deed{Verb: "ack"}, 1, func(story.Care) (story.Care, string) {
		return story.Care{State: story.Acknowledged, Owner: story.Person{ID: "early"}}, "done"
	})
	close(wake)
	wg.Wait()
	if now.Owner.ID != "early" || err != nil {
		t.Errorf("the story is %+v's (%v), want early", now.Owner, err)
	}
	if _, err := asleep.Record(t.Context(), story.Deed{Verb: "note"}); err != nil {
		t.Errorf("the one that was cut off saves nothing any more: %v", err)
	}
}

// frozenInTheEngine has a replica freeze, or be cut off, in a transaction of
// River's that has jobs locked: the others wait for it for seconds, and no
// longer.
func frozenInTheEngine(t *testing.T, address string) {
	t.Helper()
	asleep, other := openAt(t, address), openAt(t, address)
	owe(t, asleep, "g:1", "desk")
	tx, err := asleep.Engine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(t.Context(), `SELECT id FROM river_job FOR UPDATE`); err != nil { // as when scheduled jobs become due
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := other.Wake(ctx, storetest.Noon()); err != nil {
		t.Errorf("the other replica calls nobody any more: %v", err)
	}
}

// leased has two replicas ask for what one at a time does.
func leased(t *testing.T, address string) {
	t.Helper()
	a, b := openAt(t, address), openAt(t, address)
	hold := func(s *store.Store, ttl time.Duration, want bool) {
		t.Helper()
		if held, err := s.Lease(t.Context(), "socket", ttl); held != want || err != nil {
			t.Errorf("it is held: %v (%v), want %v", held, err, want)
		}
	}
	hold(a, time.Hour, true)
	hold(b, time.Hour, false)
	hold(a, time.Hour, true)
	pgtest.Execute(t, address, `UPDATE leases SET until = 1`) // a has said nothing for an hour
	hold(b, time.Hour, true)
	hold(a, time.Hour, false)
	if err := a.Release(t.Context(), "socket"); err != nil { // which is not its own any more
		t.Fatal(err)
	}
	hold(a, time.Hour, false)
	if err := b.Release(t.Context(), "socket"); err != nil {
		t.Fatal(err)
	}
	hold(a, time.Hour, true)
}

// judgesAlone has the lease for judging pass on while a batch is judged: what
// the former judge decides is refused, also when nobody holds the lease any
// more.
func judgesAlone(t *testing.T, address string) {
	t.Helper()
	a, b := openAt(t, address), openAt(t, address)
	now := storetest.Noon()
	_, err := a.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: []story.Item{{Keys: []string{"g:1"}, Title: "Idlib", FirstSeen: now, Effective: now}}, At: now})
	if err != nil {
		t.Fatal(err)
	}
	decided := []story.Judgement{{Item: 1, Revision: 1, Relation: story.Opens, Kind: story.NewStory, Rooms: []story.RoomName{"desk"}, At: now}}
	refused := errors.New("as it should be")
	err = a.WhileHeld(t.Context(), store.Judging, 3*time.Second, func(context.Context) error {
		pgtest.Execute(t, address, `UPDATE leases SET until = 1`)
		err := b.WhileHeld(t.Context(), store.Judging, 3*time.Second, func(context.Context) error {
			if err := b.SaveJudgements(t.Context(), decided); err != nil {
				t.Errorf("who holds the lease cannot judge: %v", err)
			}
			return refused
		})
		if !errors.Is(err, refused) {
			t.Errorf("b: %v", err)
		}
		if err := a.SaveJudgements(t.Context(), decided); !errors.Is(err, store.ErrNotHeld) {
			t.Errorf("the former judge saves: %v, want %v", err, store.ErrNotHeld)
		}
		if err := a.SaveReview(t.Context(), nil, now); !errors.Is(err, store.ErrNotHeld) {
			t.Errorf("the former judge reviews: %v, want %v", err, store.ErrNotHeld)
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Errorf("a: %v", err)
	}
	counted(t, b, map[story.DeliveryState]int{story.Owed: 1})
}

// passedOn has a replica lose a lease while it does what that is for: it is
// told to stop before another begins.
func passedOn(t *testing.T, address string) {
	t.Helper()
	a, b := openAt(t, address), openAt(t, address)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var doing atomic.Int32
	begun := make(chan string, 10)
	work := func(s *store.Store, name string) {
		_ = s.WhileHeld(ctx, "socket", 900*time.Millisecond, func(ctx context.Context) error {
			if doing.Add(1) > 1 {
				t.Error("two replicas do it at once")
			}
			begun <- name
			<-ctx.Done()
			doing.Add(-1)
			return nil
		})
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	defer stop()
	wg.Go(func() { work(a, "a") })
	if first := <-begun; first != "a" {
		t.Fatalf("%s began", first)
	}
	wg.Go(func() { work(b, "b") })
	// a can reach the database no more.
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if second := <-begun; second != "b" {
		t.Errorf("%s began, want b", second)
	}
}

// endsInSilence has the server fall silent right before who has a lease is told
// to end: that cannot be let go, and runs out by itself.
func endsInSilence(t *testing.T, address string) {
	t.Helper()
	p := intercept(t, address)
	s := openAt(t, p.address)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- s.WhileHeld(ctx, "socket", time.Second, func(context.Context) error {
			p.silence(t)
			stop()
			return nil
		})
	}()
	within, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	select {
	case <-ended:
	case <-within.Done():
		t.Error("it waits for the server")
	}
}

// pooled has a pool of connections stand before the server: one that drops what
// it does not know of what a session asks for, and one that refuses it.
func pooled(t *testing.T, address string) {
	t.Helper()
	p := intercept(t, address)
	p.pools.Store(true)
	refusing := t.TempDir()
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(refusing, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 64<<10))
			said, _ := (&pgproto3.ErrorResponse{Severity: "FATAL", Code: "08P01", Message: "unsupported startup parameter: jit"}).Encode(nil)
			_, _ = conn.Write(said)
			_ = conn.Close()
		}
	}()
	for name, at := range map[string]string{"dropping": p.address, "refusing": "postgres:///vedette?host=" + url.QueryEscape(refusing)} {
		s, err := store.Open(t.Context(), at, quiet)
		if err == nil || !strings.Contains(err.Error(), "name the server itself") {
			t.Errorf("%s: %v, want that it is a pool", name, err)
		}
		if err == nil {
			_ = s.Close()
		}
	}
}

// answerLost cuts the connection off between a commit and its answer, on
// either side of it: what was saved is known to be, and what was not is not.
func answerLost(t *testing.T, address string) {
	t.Helper()
	for name, saved := range map[string]bool{"AfterTheCommit": true, "BeforeTheCommit": false} {
		t.Run(name, func(t *testing.T) {
			p := intercept(t, address)
			s := openAt(t, p.address)
			p.cut(saved)
			heard, err := s.Record(t.Context(), story.Deed{Key: name, Verb: "note"})
			if (err == nil) != saved || heard {
				t.Errorf("saved: %v, heard before: %v; want saved %v", err, heard, saved)
			}
			heard, err = s.Record(t.Context(), story.Deed{Key: name, Verb: "note"})
			if heard != saved || err != nil {
				t.Errorf("at the second call heard before: %v (%v), want %v", heard, err, saved)
			}
		})
	}
}

// orphaned has a replica end with a job under way: another takes it up when
// the first has not said for long that it is alive, and not before.
func orphaned(t *testing.T, address string) {
	t.Helper()
	gone, other := openAt(t, address), openAt(t, address)
	owe(t, gone, "g:1", "desk")
	for _, s := range []*store.Store{gone, other} {
		if err := s.SayAlive(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	pgtest.Execute(t, address, `UPDATE river_job SET state = 'running', attempted_by = ARRAY[(SELECT replace(min(name), 'replica ', '') FROM leases WHERE name LIKE 'replica %')]`)
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	running := func(want bool) {
		t.Helper()
		if _, err := other.Wake(t.Context(), storetest.Noon()); err != nil {
			t.Fatal(err)
		}
		var is bool
		if err := db.QueryRowContext(t.Context(), `SELECT EXISTS (SELECT 1 FROM river_job WHERE state = 'running')`).Scan(&is); is != want || err != nil {
			t.Errorf("a job is under way: %v (%v), want %v", is, err, want)
		}
	}
	running(true)
	pgtest.Execute(t, address, `UPDATE leases SET until = 1 WHERE name = (SELECT min(name) FROM leases WHERE name LIKE 'replica %')`)
	running(false)
}

// odd has feeds and people say what Postgres cannot hold, or what is longer
// than its indexes and its search take: nothing of it stops a poll.
func odd(t *testing.T, address string) {
	t.Helper()
	s := openAt(t, address)
	random := rand.New(rand.NewPCG(1, 1))
	unlike := make([]byte, 1024)
	for i := range unlike {
		unlike[i] = byte(random.Uint32())
	}
	long := fmt.Sprintf("https://wire.example/%x", unlike)[:2048]
	items := []story.Item{
		{Keys: []string{"g:1", "l:" + long}, Title: "\x00\xff cut off", Link: long, Canonical: long},
		{Keys: []string{"g:2"}, Title: strings.Repeat("w", 10_000), Body: strings.Repeat("again and ", 20_000) + "again last"},
		{Keys: []string{"g:3"}, Title: `'; DROP TABLE items; -- \ :* & | !`, Body: strings.Repeat("é ", 300)},
	}
	if saved, err := s.SavePoll(t.Context(), story.Poll{State: story.FeedState{Feed: "wire"}, Items: items}); saved.New != 3 || err != nil {
		t.Fatalf("saved %+v (%v), want three items", saved, err)
	}
	for text, want := range map[string]int{"again last": 1, "cut off": 1, "drop": 0, "DROP": 1, strings.Repeat("w", 10_000): 1, `\`: 1} {
		found := 0
		err := s.Find(t.Context(), [][]story.Phrase{{{Words: strings.Fields(text)}}}, time.Time{}, 0, func(story.Item) bool { found++; return true })
		if found != want || err != nil {
			t.Errorf("search %.20q found %d (%v), want %d", text, found, err, want)
		}
	}
	if at, err := s.ItemsAt(t.Context(), long, "", 5); len(at) != 1 || err != nil {
		t.Errorf("%d items are at the link (%v), want 1", len(at), err)
	}
}

// looksAtFew asks an archive for a word that no report has, and for one that
// was common when the archive began, more often than the server plans a
// statement anew of itself: it does not go through all reports for either.
func looksAtFew(t *testing.T, address string) {
	t.Helper()
	const reports, early, times = 20_000, 4_000, 10
	s := openAt(t, address)
	owe(t, s, "g:1")
	pgtest.Execute(t, address, `
		INSERT INTO items SELECT (jsonb_populate_record(i, jsonb_build_object('id', i.id + n))).* FROM items i, generate_series(1, $1) n`, reports)
	pgtest.Execute(t, address, `
		INSERT INTO words SELECT id, CAST(CASE WHEN id < $1 THEN 'flood' ELSE 'report' END || ' w' || id % 100 AS TSVECTOR), TRUE FROM items WHERE id > 1`, early)
	pgtest.Execute(t, address, `VACUUM ANALYZE words`)
	for word, want := range map[string]int{"zebra": 0, "flood": early - 2} {
		before := looked(t, s)
		for range times {
			found := 0
			err := s.Find(t.Context(), [][]story.Phrase{{{Words: []string{word}}}}, time.Time{}, 0, func(story.Item) bool { found++; return true })
			if found != want || err != nil {
				t.Fatalf("search %s found %d (%v), want %d", word, found, err, want)
			}
		}
		if n := (looked(t, s) - before) / times; n > reports/2 {
			t.Errorf("search %s looks at %d of %d reports", word, n, reports)
		}
	}
}

// looked returns how many reports searches have looked at.
func looked(t *testing.T, s *store.Store) int {
	t.Helper()
	n, err := s.Looked(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAnAddressIsShownWithoutItsSecrets is hostile case K06.
func TestAnAddressIsShownWithoutItsSecrets(t *testing.T) {
	for name, address := range map[string]string{
		"Password":  "postgres://vedette:canary@127.0.0.1:1/vedette?connect_timeout=1",
		"Parameter": "postgres://127.0.0.1:1/vedette?password=canary&connect_timeout=1",
		"Broken":    "postgres://vedette:canary@127.0.0.1:port/vedette",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.Open(t.Context(), address, store.Options{Log: slog.New(slog.DiscardHandler)})
			if err == nil || strings.Contains(err.Error(), "canary") || strings.Contains(store.DisplayName(address), "canary") {
				t.Errorf("error %v, shown as %q", err, store.DisplayName(address))
			}
		})
	}
}
