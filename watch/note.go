package watch

import (
	"fmt"
	"strings"
)

// surprises notes what may not mean what its author thinks.
func surprises(src string) []string {
	if strings.IndexByte(src, '?') < 0 && strings.IndexByte(src, '\'') < 0 && !strings.Contains(src, "‘") && !shouted(src) {
		return nil
	}
	notes := singleQuotes(src)
	for w := range strings.FieldsSeq(src) {
		switch w = strings.Trim(w, "()"); w {
		case "BUT", "EXCEPT", "WITHOUT", "ANDNOT", "MINUS":
			notes = append(notes, w+" is a word here; what must be absent takes NOT or -.")
		case "BEFORE", "AFTER":
			notes = append(notes, w+" is a word here; for one thing before another write ONEAR/5.")
		case "XOR":
			notes = append(notes, w+" is a word here; for one of two and not both write (a -b) OR (b -a).")
		case "WITHIN", "ADJ", "SAME", "AROUND":
			notes = append(notes, w+" is a word here; for words near each other write NEAR/5.")
		}
		if bare, ok := strings.CutSuffix(w, "?"); ok && bare != "" && !strings.ContainsAny(bare, `*?"/`) {
			notes = append(notes, w+" wants one letter after "+bare+"; without the question mark it is the word itself.")
		}
	}
	return notes
}

// shouted says whether src may have a word in capitals that is no operator.
func shouted(src string) bool {
	for _, w := range [...]string{"AFTER", "BEFORE", "BUT", "EXCEPT", "WITH", "XOR", "ANDNOT", "MINUS", "ADJ", "SAME", "AROUND"} {
		if strings.Contains(src, w) {
			return true
		}
	}
	return false
}

// singleQuotes notes where somebody seems to have put a phrase in what are
// apostrophes here.
func singleQuotes(src string) []string {
	words := strings.Fields(src)
	for i, w := range words {
		w = strings.TrimLeft(w, "(")
		if !strings.HasPrefix(w, "'") && !strings.HasPrefix(w, "‘") {
			continue
		}
		for _, last := range words[i+1:] {
			if end := strings.TrimRight(last, ")"); strings.HasSuffix(end, "'") || strings.HasSuffix(end, "’") {
				return []string{fmt.Sprintf("%s … %s are single words here, not a phrase; a phrase stands in double quotes.", w, end)}
			}
		}
	}
	return nil
}
