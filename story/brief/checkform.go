package brief

import "slices"

// formsOf returns the ways in which a sentence may be compared: as it stands
// and with its passive turned, each with its speaker first.
func formsOf(ts []token) [][]token {
	ts = speakerFirst(ts)
	forms := [][]token{ts}
	if active, ok := turned(ts); ok {
		forms = append(forms, active)
	}
	return forms
}

// longestSpeaker is how many words the name of a speaker may have.
const longestSpeaker = 8

// speakerFirst moves who says something to the front: "X, the mayor said",
// "X, according to the mayor" and "According to the mayor, X" become "the
// mayor said X".
func speakerFirst(ts []token) []token {
	at := slices.IndexFunc(ts, func(t token) bool { return t.word == "say" })
	if at < 0 || slices.ContainsFunc(ts[at+1:], func(t token) bool { return t.word == "say" }) {
		return ts
	}
	say := ts[at : at+1]
	switch {
	case at == 0: // according to S, X
		end := comma(ts, 1)
		if end < 0 || end > longestSpeaker {
			return ts
		}
		return slices.Concat(ts[1:end], say, ts[end+1:])
	case at+1 < len(ts) && len(ts)-at-1 <= longestSpeaker && ts[at-1].word == "," && comma(ts, at+1) < 0: // X, said S; X, according to S
		return slices.Concat(ts[at+1:], say, ts[:at-1])
	case at+1 == len(ts): // X, S said
		start := at
		for start > 0 && ts[start-1].word != "," {
			start--
		}
		if start == 0 || at-start > longestSpeaker || start == at {
			return ts
		}
		return slices.Concat(ts[start:at], say, ts[:start-1])
	}
	return ts
}

func comma(ts []token, from int) int {
	for i := from; i < len(ts); i++ {
		if ts[i].word == "," {
			return i
		}
	}
	return -1
}

// turned makes "A was shelled by B on Monday" of what is said into "B shelled
// A on Monday". There must be one such verb, and what is said must begin with
// A.
func turned(ts []token) (active []token, ok bool) {
	start := slices.IndexFunc(ts, func(t token) bool { return t.word == "say" }) + 1
	by := slices.IndexFunc(ts, func(t token) bool { return t.word == "by" })
	if by < start+3 || ts[by-2].word != "was" || by+1 >= len(ts) {
		return nil, false
	}
	if slices.ContainsFunc(ts[start:by-2], func(t token) bool {
		return t.word == "," || t.word == "was" || t.word == "not" || t.word == "and" || t.word == "which"
	}) {
		return nil, false
	}
	end := by + 1
	for end < len(ts) && !edge(ts[end].word) {
		end++
	}
	return slices.Concat(ts[:start], ts[by+1:end], ts[by-1:by], ts[start:by-2], ts[end:]), end > by+1
}

// edge reports whether the name of who does something ends before a word.
func edge(w string) bool {
	switch w {
	case ",", "on", "in", "at", "near", "after", "before", "during", "and", "which", "with", "while", "from", "for", ";", "until", "as", "but":
		return true
	}
	return false
}
