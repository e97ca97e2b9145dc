package command

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/story"
)

func TestWhatIsTypedIsUnderstood(t *testing.T) {
	t.Parallel()
	d := &Desk{Watches: []story.Watch{{Name: "idlib"}}}
	for typed, want := range map[string]struct {
		name   string
		args   map[string]string
		shared bool
	}{
		"":                                   {"help", map[string]string{}, false},
		"status":                             {"status", map[string]string{}, false},
		"  STATUS idlib ":                    {"status", map[string]string{"watch": "idlib"}, false},
		"share status idlib":                 {"status", map[string]string{"watch": "idlib"}, true},
		"status idlib share":                 {"status", map[string]string{"watch": "idlib", "share": "share"}, true},
		"idlib":                              {"status", map[string]string{"watch": "idlib"}, false},
		`search idlib  "observation post"`:   {"search", map[string]string{"query": `idlib  "observation post"`}, false},
		"search idlib since:7d":              {"search", map[string]string{"query": "idlib", "since": "7d"}, false},
		"search title:idlib lang:tr":         {"search", map[string]string{"query": "title:idlib lang:tr"}, false},
		"timeline idlib 7d":                  {"timeline", map[string]string{"subject": "idlib", "since": "7d"}, false},
		"watch add fairs fair -farm":         {"watch add", map[string]string{"name": "fairs", "rule": "fair -farm"}, false},
		"watch add fairs fair rooms:a,b":     {"watch add", map[string]string{"name": "fairs", "rule": "fair", "rooms": "a,b"}, false},
		"Watch  Add":                         {"watch add", map[string]string{}, false},
		"mute idlib for 2h":                  {"mute", map[string]string{"subject": "idlib", "until": "2h"}, false},
		"mute #12 until 18:00":               {"mute", map[string]string{"subject": "#12", "until": "18:00"}, false},
		"mute idlib until 2026-03-01 18:00":  {"mute", map[string]string{"subject": "idlib", "until": "2026-03-01 18:00"}, false},
		"assign 12 to <@U0123|ada>":          {"assign", map[string]string{"story": "12", "person": "<@U0123|ada>"}, false},
		"resolve 12":                         {"resolve", map[string]string{"story": "12"}, false},
		"resolve 12 all is well":             {"resolve", map[string]string{"story": "12", "note": "all is well"}, false},
		"note 12 dark since:10:00, no word":  {"note", map[string]string{"story": "12", "note": "dark since:10:00, no word"}, false},
		"resolve 12 the same as story:44":    {"resolve", map[string]string{"story": "12", "note": "the same as story:44"}, false},
		"note story:12 see story:44":         {"note", map[string]string{"story": "12", "note": "see story:44"}, false},
		"acknowledge #12":                    {"ack", map[string]string{"story": "#12"}, false},
		"export 12 as md":                    {"export", map[string]string{"story": "12", "format": "md"}, false},
		"test idlib (a OR b) since:30d":      {"test", map[string]string{"rule": "idlib (a OR b)", "since": "30d"}, false},
		"why https://wire.example/a?b=c&d=e": {"why", map[string]string{"what": "https://wire.example/a?b=c&d=e"}, false},
		"feed add hill https://hill.example": {"feed add", map[string]string{"name": "hill", "url": "https://hill.example"}, false},
		`watch show "idlib"`:                 {"watch show", map[string]string{"watch": "idlib"}, false},
	} {
		spec, args, shared, err := read(&Call{Words: typed}, d)
		if err != nil {
			t.Errorf("%q: %v", typed, err)
			continue
		}
		if diff := cmp.Diff(want.args, args); spec.Name != want.name || shared != want.shared || diff != "" {
			t.Errorf("%q is %s, shared %v, want %s, %v; arguments (-want +got):\n%s", typed, spec.Name, shared, want.name, want.shared, diff)
		}
	}
}

func TestWhatIsNotUnderstoodIsExplained(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"staus":              `There is no command "staus". Did you mean status? help lists them all.`,
		"xyzzy":              `There is no command "xyzzy". help lists them all.`,
		"mute idlib":         "UNTIL is missing: how long, or until when: 2h, 18:00, 2026-03-01.\nWrite: mute SUBJECT UNTIL",
		"ack":                "STORY is missing: the story's number.\nWrite: ack STORY",
		"ack 12 now please":  `I do not know what to do with "now please". Write: ack STORY`,
		"export 12 pdf":      `FORMAT is one of json, csv, md, cap, not "pdf".`,
		"chart idlib 7d now": `I do not know what to do with "now". Write: chart WATCH [SINCE]`,
	} {
		_, _, _, err := read(&Call{Words: typed}, &Desk{})
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v\nwant %s", typed, err, want)
		}
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	// The night in which the clocks go forward.
	now := time.Date(2031, 3, 29, 23, 0, 0, 0, zone)
	for text, want := range map[string]time.Time{
		"2h":               now.Add(2 * time.Hour),
		"23:30":            time.Date(2031, 3, 29, 23, 30, 0, 0, zone),
		"08:00":            time.Date(2031, 3, 30, 8, 0, 0, 0, zone), // eight hours from now, not nine
		"22:00":            time.Date(2031, 3, 30, 22, 0, 0, 0, zone),
		"2031-04-01":       time.Date(2031, 4, 1, 0, 0, 0, 0, zone),
		"2031-04-01 18:00": time.Date(2031, 4, 1, 18, 0, 0, 0, zone),
	} {
		if got, err := moment(text, now, zone); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "h", "-2h", "0h", "1e9h", "NaNh", "25:00", "2031-02-30", "2031-03-01", "soon", "999999w"} {
		if got, err := moment(text, now, zone); err == nil {
			t.Errorf("%q is %v, want no moment", text, got)
		}
	}
}

// FuzzRead holds that nothing that is typed breaks the reading of it.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"status", `mute "idlib" for 2h`, "share search a:b since:7d", "watch add “x” y", "why <https://a.example|b>", "export 1 cap\x00"} {
		f.Add(s)
	}
	d := &Desk{Watches: []story.Watch{{Name: "idlib"}}}
	f.Fuzz(func(t *testing.T, words string) {
		spec, args, _, err := read(&Call{Words: words}, d)
		if (spec == nil) != (err != nil && args == nil) && err == nil {
			t.Errorf("%q: %v %v %v", words, spec, args, err)
		}
		for name, v := range args {
			if len(v) > len(words) {
				t.Errorf("%q: the argument %s is longer than what was typed: %q", words, name, v)
			}
		}
	})
}
