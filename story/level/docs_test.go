package level_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vedette/internal/corpus"
	"vedette/story/level"
)

// TestTheDocumentSaysWhatIsJudged holds the numbers that a team reads to those
// that judge.
func TestTheDocumentSaysWhatIsJudged(t *testing.T) {
	root, err := corpus.Root()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "judgement.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc := strings.Join(strings.Fields(string(text)), " ")
	p := level.Default()
	f := p.Floors
	for _, want := range []string{
		fmt.Sprintf("a threat counts half after %.0f days, an act after %.0f.", p.ThreatsHalfLife.Hours()/24, p.ActsHalfLife.Hours()/24),
		fmt.Sprintf("the median of its last %d days", p.Baseline),
		fmt.Sprintf("%v scales are guarded, %v elevated, %v high, %v critical", p.Rise[0], p.Rise[1], p.Rise[2], p.Rise[3]),
		fmt.Sprintf("%d dead in one story are guarded, %d elevated, %d high, %d critical", f[0].Killed, f[1].Killed, f[2].Killed, f[3].Killed),
		fmt.Sprintf("army %d is elevated, %d high, %d critical", f[1].Army, f[2].Army, f[3].Army),
		fmt.Sprintf("%s for %.0f hours before, %s for %.0f hours after", p.Nearing, p.Notice.Hours(), p.Passed, p.Aftermath.Hours()),
		fmt.Sprintf("A lone origin lifts to %s, unvetted outlets to %s, state-controlled outlets to %s", p.Alone, p.Unvetted, p.StateOnly),
		fmt.Sprintf("above %v of where it begins, and falls by one step after %d days", p.Fall, p.Dwell),
		fmt.Sprintf("For its first %d days a watch", p.ColdDays),
		fmt.Sprintf("makes it no more than %s", p.ColdCap),
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("docs/judgement.md does not say %q", want)
		}
	}
}
