package watch

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"vedette/internal/corpus"
	"vedette/story"
)

// A hostileCase is one line of the shared list of hostile input.
type hostileCase struct {
	ID, Surface, Payload, Expect string
}

// TestHostileRulesAreRefusedOrBounded holds the package to each rule of the
// list. Two of them end elsewhere: how many rules a room may have is the
// room's business, and names are only carried here.
func TestHostileRulesAreRefusedOrBounded(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile(corpus.Path(t, "hostile", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for line := range strings.Lines(string(data)) {
		var c hostileCase
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			t.Fatal(err)
		}
		if c.Surface != "rule" {
			continue
		}
		tried++
		t.Run(c.ID, func(t *testing.T) { c.check(t) })
	}
	if tried < 16 {
		t.Errorf("%d cases tried, want 16", tried)
	}
}

func (c hostileCase) check(t *testing.T) {
	t.Helper()
	switch c.ID {
	case "H01", "H02", "H03", "H04", "H05": // an expression: as one, and bare
		refused(t, "/"+c.Payload+"/")
		refused(t, c.Payload)
	case "H06", "H07", "H08", "H09", "H16":
		refused(t, c.Payload)
		refused(t, "/"+c.Payload+"/")
	case "H10":
		refused(t, strings.Repeat("idlib ", 1<<20/6))
	case "H11":
		refused(t, strings.Repeat("a|", 9_999)+"a")
		refused(t, strings.Repeat("a|", 600)+"a") // short enough, and too many
	case "H12":
		refused(t, strings.Repeat("(", 5000)+"a"+strings.Repeat(")", 5000))
		refused(t, strings.Repeat("(", 1900)+"a"+strings.Repeat(")", 1900))
	case "H13":
		refused(t, strings.Repeat("NOT ", 3000)+"a")
		refused(t, strings.Repeat("!", 3000)+"a")
	case "H14":
		ws := make([]story.Watch, 1000)
		for i := range ws {
			ws[i] = story.Watch{Name: story.WatchName(fmt.Sprint("w", i)), Rule: "idlib w/99 (ceasefire OR truce)"}
		}
		if got := len(mustSet(t, ws).Match(&story.Item{Title: "Truce in Idlib"})); got != len(ws) {
			t.Errorf("%d of %d rules match", got, len(ws))
		}
	case "H15":
		for _, name := range []string{"__proto__", "../x", "<b>", strings.Repeat("n", 1000)} {
			ms := mustSet(t, []story.Watch{{Name: story.WatchName(name), Rule: "idlib"}}).Match(&story.Item{Title: "Idlib"})
			if len(ms) != 1 || string(ms[0].Watch) != name {
				t.Errorf("watch %q became %v", name, ms)
			}
		}
	default:
		t.Errorf("no promise is made for %q: %s", c.Payload, c.Expect)
	}
}

func mustSet(t *testing.T, ws []story.Watch) *Set {
	t.Helper()
	s, err := NewSet(ws, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// refused fails unless a rule is refused with a place and in few words, by
// the parser, the formatter and every importer that would read it as ours.
func refused(t *testing.T, src string) {
	t.Helper()
	_, err := Parse(src, nil)
	var fault *Error
	if !errors.As(err, &fault) {
		t.Errorf("%.60q: error %v, want an *Error", src, err)
		return
	}
	if fault.Pos > fault.End || fault.End > len(src) || fault.Msg == "" || len(fault.Error()) > 2000 {
		t.Errorf("%.60q: %d:%d %d bytes of %.100q", src, fault.Pos, fault.End, len(fault.Error()), fault.Msg)
	}
	if _, err := Format(src); err == nil {
		t.Errorf("%.60q: formatted", src)
	}
	for _, d := range Dialects() {
		if rule, _, err := Import(d, src); err == nil && len(rule) > maxBytes {
			t.Errorf("%.60q: imported from %s as %d bytes", src, d, len(rule))
		}
	}
}
