package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vedette/config"
	"vedette/story"
)

func TestOnlyAClockThatIsSetIsSeenAsSet(t *testing.T) {
	start := time.Now()
	for by, want := range map[time.Duration]time.Duration{0: 0, 4 * time.Second: 0, 2 * time.Hour: 2 * time.Hour, -2 * time.Hour: -2 * time.Hour} {
		var c wallClock
		if got := c.since(start, start.Round(0)); got != 0 {
			t.Errorf("at the first look it was set by %v", got)
		}
		later := start.Add(time.Minute)
		if got := c.since(later, later.Round(0).Add(by)); got != want {
			t.Errorf("set by %v, seen as %v; want %v", by, got, want)
		}
		last := later.Add(time.Minute)
		if got := c.since(last, last.Round(0).Add(by)); got != 0 {
			t.Errorf("steady after it was set by %v, seen as set by %v", by, got)
		}
	}
}

// inForce returns a program that has a desk file in force.
func inForce(t *testing.T, now func() time.Time) *program {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "vedette.yaml")
	const yaml = `
feeds: [{ name: wire, url: "https://wire.example/rss" }]
watches: { front: { rule: idlib, rooms: [desk] } }
rooms: { desk: { terminal: {}, digest: ["07:30"], handover: ["19:30"] } }
`
	if err := os.WriteFile(file, []byte(yaml), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &process{stdout: new(bytes.Buffer), stderr: new(bytes.Buffer), environ: []string{"VEDETTE_DESK=" + file, "VEDETTE_DATA=" + dir}}
	set, err := p.settings()
	if err != nil {
		t.Fatal(err)
	}
	d, _, err := loadDesk(set.Desk, config.Options{PollEvery: set.PollEvery})
	if err != nil {
		t.Fatal(err)
	}
	pr, err := build(t.Context(), p, set, now, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pr.store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := pr.apply(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	return pr
}

// TestTwoDeskFilesDoNotAnswerOneAnother has another replica put its own desk
// file's version of a watch on record.
func TestTwoDeskFilesDoNotAnswerOneAnother(t *testing.T) {
	t.Parallel()
	pr := inForce(t, utcNow)
	stands, _, err := pr.store.Stand(t.Context())
	if err != nil || len(stands) != 1 {
		t.Fatalf("%d things are on record, %v", len(stands), err)
	}
	c := story.Change{What: story.AWatch, Name: stands[0].Name, Before: stands[0].After, After: "another version", At: utcNow()}
	if _, err := pr.store.SaveChange(t.Context(), story.Deed{}, c); err != nil {
		t.Fatal(err)
	}
	said, err := pr.store.LastChange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := pr.again(t.Context()); err != nil { // it is heeded
		t.Fatal(err)
	}
	if last, err := pr.store.LastChange(t.Context()); err != nil || last != said {
		t.Errorf("change %d is answered by %d (%v), which the other heeds in its turn", said, last, err)
	}
}

// TestAStartHeedsNotWhatItSaid holds that what is put on record of a desk file is
// not put in force once more as if another had changed it.
func TestAStartHeedsNotWhatItSaid(t *testing.T) {
	t.Parallel()
	pr := inForce(t, utcNow)
	if last, err := pr.store.LastChange(t.Context()); err != nil || last == 0 || pr.taken.Load() != last {
		t.Errorf("change %d is on record (%v), and %d is in force", last, err, pr.taken.Load())
	}
}
