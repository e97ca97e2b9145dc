package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/internal/wire"
)

// TestTheNightIsInTheDocs holds docs/night.md to the scenario that it shows.
func TestTheNightIsInTheDocs(t *testing.T) {
	t.Parallel()
	file := filepath.Join("internal", "world", "testdata", "scenarios", "a-night-shift.txtar")
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	script, err := wire.Parse(file, data)
	if err != nil {
		t.Fatal(err)
	}
	_, rooms, _ := strings.Cut(script.Desk, "rooms:\n")
	var b strings.Builder
	b.WriteString("# A night on the desk\n\n" + script.Promise + "\n\n" +
		"The rooms are set up so:\n\n```yaml\nrooms:\n" + rooms + "```\n\n" +
		"This is what they hear, in UTC before the line and in the room's time within it. The scenario is\n" +
		"[a-night-shift.txtar](../internal/world/testdata/scenarios/a-night-shift.txtar); `go test -run 'Scenarios|Night' . -update` writes this page.\n")
	for _, room := range []string{"desk", "duty", "duty/ben"} {
		b.WriteString("\n## " + room + "\n\n```text\n" + strings.ReplaceAll(script.Heard[room], " | ", "\n                         ") + "```\n")
	}
	page := filepath.Join("docs", "night.md")
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(got)); diff != "" {
		t.Errorf("%s is not what the scenario heard (-want +got):\n%s", page, diff)
	}
}
