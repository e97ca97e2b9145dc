package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"vedette/story"
)

// model plays random schedules of news, moves, sending, refusals and crashes,
// and compares what was sent with what a few lines say should have been: each
// notice once, in its story's order, whatever crashes: what a crash left
// ambiguous is looked for; and one root message a story. In every other schedule the room holds a third of the
// notices, for a digest at the end.
func model(t *testing.T, h Harness) {
	t.Helper()
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		m := &world{t: t, r: r, h: h, seed: seed, sent: map[story.NoticeID]int{}, last: map[story.ID]story.DeliveryID{}, rooted: map[story.ID]bool{}, heard: map[string]bool{}, now: Noon().Add(time.Duration(seed) * 24 * time.Hour)}
		m.open()
		for range 60 {
			m.step()
		}
		m.drain()
	}
}

// A world is the model of one schedule.
type world struct {
	t     *testing.T
	r     *rand.Rand
	h     Harness
	s     Store
	seed  uint64
	now   time.Time
	items int
	told  []story.ID
	sent  map[story.NoticeID]int
	last  map[story.ID]story.DeliveryID // since reports last moved

	rooted map[story.ID]bool // the room knows a message of it
	heard  map[string]bool   // keys of the messages that stand in the room
}

// open opens the store, with the room's policy.
func (w *world) open() {
	w.t.Helper()
	w.s = w.h.Open(w.t)
	w.s.SetRule(func(d *story.Due) story.Verdict {
		if w.seed%2 == 1 && d.Notice.Kind != story.DigestKind && d.Notice.ID%3 == 0 {
			return story.Verdict{State: story.Held, Until: w.now.Add(24 * time.Hour)}
		}
		return story.Verdict{State: story.Owed}
	})
}

func (w *world) step() {
	w.t.Helper()
	switch w.r.IntN(7) {
	case 0, 1:
		w.items++
		save(w.t, w.s, item(fmt.Sprintf("g:%d-%d", w.seed, w.items), "Idlib"))
		if len(w.told) > 0 && w.r.IntN(2) == 0 {
			kind := []story.NoticeKind{story.Update, story.Refresh}[w.r.IntN(2)]
			tell(w.t, w.s, w.told[w.r.IntN(len(w.told))], kind, "desk")
		} else {
			w.told = append(w.told, tell(w.t, w.s, 0, story.NewStory, "desk"))
		}
	case 2, 3, 4:
		w.deliver(w.r.IntN(4))
	case 5:
		w.now = w.now.Add(time.Minute)
	case 6:
		if len(w.told) > 1 {
			w.move()
		}
	}
}

// move has a report show that one told story is another, or is two.
func (w *world) move() {
	w.t.Helper()
	w.items++
	save(w.t, w.s, item(fmt.Sprintf("g:%d-%d", w.seed, w.items), "Idlib"))
	i := w.r.IntN(len(w.told))
	from := w.told[i]
	in := items(w.t, w.s, from)
	if w.r.IntN(2) == 0 && len(in) > 1 {
		n := 1 + w.r.IntN(len(in)-1)
		w.told = append(w.told, show(w.t, w.s, from, story.Move{Items: in[n:], From: left(from), Rooms: []story.RoomName{"desk"}, Opened: w.now}, "desk"))
	} else {
		w.told = slices.Delete(w.told, i, i+1)
		into := w.told[w.r.IntN(len(w.told))]
		show(w.t, w.s, into, story.Move{Items: in, From: left(from), Into: into}, "desk")
		w.rooted[into] = w.rooted[into] || w.rooted[from]
		delete(w.last, into)
	}
	delete(w.last, from)
}

// deliver claims once; how says what becomes of it.
func (w *world) deliver(how int) bool {
	w.t.Helper()
	d, ok, err := w.s.Claim(w.t.Context(), "desk", w.now)
	check(w.t, err)
	if !ok {
		return false
	}
	o := story.Outcome{Dispatch: d, State: story.Delivered, Remote: story.Remote(d.Key), At: w.now}
	if d.Act == story.LookUp {
		if !w.heard[d.Key] {
			o.State, o.NotBefore = story.Owed, w.now
		}
		check(w.t, w.s.Settle(w.t.Context(), o))
		return true
	}
	switch how {
	case 0:
		o.State, o.NotBefore = story.Owed, w.now.Add(time.Minute)
	case 1:
		if w.r.IntN(2) == 0 { // the platform had it
			w.say(d)
			w.rooted[d.Story.ID] = true
		}
		w.h.Crash(w.t)
		w.open()
		return true
	default:
		w.say(d)
		w.rooted[d.Story.ID] = true
	}
	check(w.t, w.s.Settle(w.t.Context(), o))
	return true
}

// say is the room: it hears d.
func (w *world) say(d story.Dispatch) {
	w.t.Helper()
	if d.Act == story.Edit {
		return
	}
	w.heard[d.Key] = true
	if w.sent[d.Notice.ID]++; w.sent[d.Notice.ID] > 1 {
		w.t.Errorf("schedule %d: notice %d was sent twice", w.seed, d.Notice.ID)
	}
	if d.Delivery < w.last[d.Story.ID] {
		w.t.Errorf("schedule %d: story %d went back from delivery %d to %d", w.seed, d.Story.ID, w.last[d.Story.ID], d.Delivery)
	}
	w.last[d.Story.ID] = d.Delivery
	if d.Act == story.Post && w.rooted[d.Story.ID] {
		w.t.Errorf("schedule %d: story %d has a second root message", w.seed, d.Story.ID)
	}
}

// drain delivers all that is left and looks that nothing is open.
func (w *world) drain() {
	w.t.Helper()
	w.now = w.now.Add(time.Hour)
	for w.deliver(2) {
	}
	if w.seed%2 == 1 {
		check(w.t, w.s.SaveDigest(w.t.Context(), story.Occasion{Room: "desk", At: w.now}))
	}
	for w.deliver(2) {
	}
	left := must(w.s.Deliveries(w.t.Context()))(w.t)
	if left[story.Owed]+left[story.Sending]+left[story.Ambiguous]+left[story.Held] > 0 {
		w.t.Errorf("schedule %d: %v are left", w.seed, left)
	}
	if n := must(w.s.Unaccounted(w.t.Context()))(w.t); n != 0 {
		w.t.Errorf("schedule %d: %d deliveries are unaccounted for", w.seed, n)
	}
}
