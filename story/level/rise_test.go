package level_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
	"vedette/story/level"
)

// crisis returns a rise and fall after 60 quiet days: threats, then force,
// then a battle, then a ceasefire and quiet.
func crisis(p *pen) (rs []level.Reading) {
	add := func(day int, signals []story.Signal, origins ...string) {
		rs = append(rs, p.tell(on(day, 10), signals, origins...)...)
	}
	add(60, of(story.Threat), "wire", "coast", "herald")
	add(62, of(story.Mobilisation, story.Threat), "wire", "coast")
	add(63, of(story.Ultimatum), "wire", "herald")
	add(65, slices.Concat(of(story.Strike), dead(12, "people")), "wire", "coast")
	add(65, of(story.Shelling, story.Clash), "herald", "coast")
	add(66, slices.Concat(of(story.Clash), dead(30, "fighters")), "wire", "coast", "herald")
	for day := 67; day < 70; day++ {
		add(day, slices.Concat(of(story.Strike, story.Shelling), dead(60, "people")), "wire", "coast", "herald")
		add(day, slices.Concat(of(story.Clash), dead(40, "fighters")), "coast", "gazette")
	}
	add(70, of(story.Ceasefire, story.Talks), "wire", "coast", "herald")
	return append(rs, quiet(p, 71, 130)...)
}

func TestARiseAndFallIsToldInItsSteps(t *testing.T) {
	h, p := warm(level.Default())
	h.Add(crisis(p)...)
	var got []string
	for _, c := range h.Changes(on(130, 0)) {
		got = append(got, fmt.Sprintf("day %d %v to %v", int(c.At.Sub(start).Hours()/24), c.From, c.To))
		if c.To > c.From && origins(c.Reasons[0].Evidence) < 2 {
			t.Errorf("%v to %v at %v rests on %v, want two origins", c.From, c.To, c.At, c.Reasons[0])
		}
	}
	want := []string{
		"day 60 calm to guarded", "day 62 guarded to elevated", "day 67 elevated to high", "day 68 high to critical",
		"day 76 critical to high", "day 79 high to elevated", "day 82 elevated to guarded", "day 85 guarded to calm",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func origins(rs []level.Reading) int {
	seen := map[string]bool{}
	for _, r := range rs {
		seen[r.Origin] = true
	}
	return len(seen)
}

func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	p := new(pen)
	readings := slices.Concat(quiet(p, 0, 60), crisis(p))
	ordered := level.New(level.Default(), start)
	ordered.Add(readings...)
	d := dice(7)
	for range 5 {
		shuffled := slices.Clone(readings)
		for i := range shuffled {
			j := i + int(d.float()*float64(len(shuffled)-i))
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		}
		h := level.New(level.Default(), start)
		h.Add(shuffled...)
		if diff := cmp.Diff(told(t, ordered), told(t, h)); diff != "" {
			t.Fatalf("told in order and shuffled (-ordered +shuffled):\n%s", diff)
		}
	}
}

func TestReadingByReadingJudgesLikeAllAtOnce(t *testing.T) {
	p := new(pen)
	readings := slices.Concat(quiet(p, 0, 60), crisis(p))
	slices.SortStableFunc(readings, func(a, b level.Reading) int { return a.At.Compare(b.At) })
	whole, live := level.New(level.Default(), start), level.New(level.Default(), start)
	whole.Add(readings...)
	for _, r := range readings {
		live.Add(r)
		live.Add(r) // told twice
		same := slices.IndexFunc(readings, func(o level.Reading) bool { return o.At.After(r.At) })
		if same < 0 || readings[same-1].Item != r.Item || readings[same-1].Signal.Kind != r.Signal.Kind {
			continue // more of this moment is to come
		}
		if diff := cmp.Diff(said(t, whole.Judge(r.At)), said(t, live.Judge(r.At))); diff != "" {
			t.Fatalf("at %v (-whole +live):\n%s", r.At, diff)
		}
	}
	if diff := cmp.Diff(told(t, whole), told(t, live)); diff != "" {
		t.Errorf("all at once and live (-whole +live):\n%s", diff)
	}
}

// told returns all that a history has to say, in words.
func told(t *testing.T, h *level.History) (lines []string) {
	t.Helper()
	for _, c := range h.Changes(on(130, 0)) {
		lines = append(lines, said(t, c.Judgement))
	}
	for _, d := range h.Days(on(130, 0)) {
		lines = append(lines, fmt.Sprintf("%+v", d))
	}
	return lines
}

func TestALateReportCountsWhereItBelongs(t *testing.T) {
	p := new(pen)
	readings := slices.Concat(quiet(p, 0, 60), crisis(p))
	late := p.tell(on(61, 12), of(story.Mobilisation, story.Encirclement), "gazette", "herald")
	whole, live := level.New(level.Default(), start), level.New(level.Default(), start)
	whole.Add(slices.Concat(readings, late)...)
	live.Add(readings...)
	live.Judge(on(100, 0))
	live.Add(late...)
	if diff := cmp.Diff(told(t, whole), told(t, live)); diff != "" {
		t.Errorf("all at once and with late reports (-whole +live):\n%s", diff)
	}
}
