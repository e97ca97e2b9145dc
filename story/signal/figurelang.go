package signal

import (
	"strings"

	"vedette/story"
)

// language returns the lexicon of the language that it is in: as it says, or
// else the one whose signs are found most in its first words.
func (f *figures) language(it *story.Item) *words {
	lang, _, _ := strings.Cut(strings.ToLower(it.Lang), "-")
	for _, w := range f.all {
		if w.lang == lang {
			return w
		}
	}
	text := it.Text()
	ts := tokens(text[:min(len(text), 600)])
	best, most := f.all[0], -1
	for _, w := range f.all {
		n := 0
		for i := range ts {
			if s, _ := w.at(ts[i:]); s.role&sign != 0 {
				n++
			}
		}
		if n > most {
			best, most = w, n
		}
	}
	return best
}
