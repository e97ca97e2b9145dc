package wordstest

import (
	"cmp"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"vedette/bot/words"
)

// Pseudo returns the words of the language, which is read from a file as any
// other: that it can be is part of what is tested.
func Pseudo(tb testing.TB) words.Words {
	tb.Helper()
	all, err := words.Texts()
	if err != nil {
		tb.Fatal(err)
	}
	for i := range all {
		e := &all[i]
		if e.One != "" {
			e.One = bracketed(e.One)
		}
		e.Says = bracketed(string(e.ID))
	}
	file, err := json.Marshal(all)
	if err != nil {
		tb.Fatal(err)
	}
	w, err := words.Read("en-XA", file)
	if err != nil {
		tb.Fatal(err)
	}
	return w
}

// bracketed returns text with each fixed piece of it in brackets and longer by
// a third. The values are not in them.
func bracketed(text string) string {
	verbs := regexp.MustCompile(`%[sdq]|\n`)
	var b strings.Builder
	at := 0
	for _, v := range verbs.FindAllStringIndex(text, -1) {
		b.WriteString(piece(text[at:v[0]]) + text[v[0]:v[1]])
		at = v[1]
	}
	b.WriteString(piece(text[at:]))
	return b.String()
}

// piece brackets s, unless nothing in it is a word.
func piece(s string) string {
	core := strings.TrimSpace(s)
	if !latin().MatchString(core) {
		return s
	}
	from := strings.Index(s, core)
	return s[:from] + "⟦" + core + strings.Repeat("é", (utf8.RuneCountInString(core)*3+9)/10) + "⟧" + s[from+len(core):]
}

func latin() *regexp.Regexp { return regexp.MustCompile(`[A-Za-z][A-Za-z'-]*`) }

// Stray returns the words of text that stand in no brackets, but for those
// that are known, and links. What was cut off within brackets ends with its
// line.
func Stray(text string, known ...string) []string {
	text = regexp.MustCompile(`https?:\\?/\\?/[^ )>\]\n"]+`).ReplaceAllString(text, "")
	for _, k := range slices.SortedFunc(slices.Values(known), func(x, y string) int { return cmp.Compare(len(y), len(x)) }) {
		text = strings.ReplaceAll(text, k, "")
	}
	text = regexp.MustCompile(`⟦[^⟧\n]*(⟧|\n|$)`).ReplaceAllString(text, "")
	return latin().FindAllString(text, -1)
}
