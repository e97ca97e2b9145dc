package signal

import (
	"slices"
	"strings"
	"testing"

	"vedette/story"
)

func TestDeadAndWoundedWithoutANumberAreRead(t *testing.T) {
	r := reader(t)
	for text, want := range map[string]string{
		"Shelling of Velna causes casualties":                      "shelling, wounded",
		"Air strikes on the port leave deaths":                     "killed, strike",
		"Air strikes on the port leave injuries":                   "strike, wounded",
		"Human losses in clashes near the dam":                     "clash, killed",
		"Shelling of Velna causes no casualties":                   "shelling",
		"Job losses and road deaths worry the council":             "",
		"Shelling kills four soldiers, and more deaths are feared": "killed, shelling",
		"A massacre at the box office":                             "",
	} {
		var got []string
		for _, s := range r.Read(&story.Item{Title: text, Lang: "en"}) {
			got = append(got, string(s.Kind))
		}
		slices.Sort(got)
		if got := strings.Join(got, ", "); got != want {
			t.Errorf("%q says %q, want %q", text, got, want)
		}
	}
}
