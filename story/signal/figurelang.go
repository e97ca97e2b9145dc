package signal

import (
	"math/bits"
	"strings"

	"vedette/story"
)

// usual is the language of a report that no lexicon knows a word of.
const usual = "en"

// signs returns in which of all the lexicons each word stands, as bits.
func signs(all []*words) map[string]uint {
	signs := map[string]uint{}
	for i, w := range all {
		for word, phrases := range w.first {
			for _, p := range phrases {
				if len(p.words) == 1 {
					signs[word] |= 1 << i
				}
			}
		}
	}
	return signs
}

// firstBytes is how much of a report tells its language.
const firstBytes = 400

// language returns the lexicon of the language that it is in: as it says, or
// else the one that knows the most of its first words.
func (f *figures) language(it *story.Item) *words {
	lang, _, _ := strings.Cut(strings.ToLower(it.Lang), "-")
	for _, w := range f.all {
		if w.lang == lang {
			return w
		}
	}
	text := it.Title + " " + it.Summary
	if len(text) < firstBytes {
		text += " " + it.Body[:min(len(it.Body), firstBytes)]
	}
	counts := make([]int, len(f.all))
	for _, t := range tokens(text[:min(len(text), firstBytes)]) {
		for set := f.signs[t.low]; set != 0; set &= set - 1 {
			counts[bits.TrailingZeros(set)]++
		}
	}
	best := 0
	for i, w := range f.all {
		if counts[i] > counts[best] || counts[i] == counts[best] && w.lang == usual {
			best = i
		}
	}
	return f.all[best]
}
