package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"vedette/internal/guess"
)

// A Fault is one thing that is wrong in what people wrote, where it stands,
// and what was wanted. It holds no secret.
type Fault struct {
	File         string // "" for a fault in the environment
	Line, Column int    // from 1; columns count characters; 0 if the fault has no place
	Snippet      string // the line, with its secrets masked; "" if it is too long to be shown
	Msg          string
	Want         string // what would be right, or ""
}

// String returns the fault as people read it: its place and message, then
// the line with a caret under the place, then what was wanted.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(place(f.File, f.Line, f.Column) + f.Msg)
	if f.Snippet != "" {
		gutter := fmt.Sprintf("%5d | ", f.Line)
		fmt.Fprintf(&b, "\n%s%s", gutter, f.Snippet)
		before := []rune(f.Snippet)
		before = before[:min(max(f.Column-1, 0), len(before))]
		fmt.Fprintf(&b, "\n%s%s^", strings.Repeat(" ", len(gutter)), strings.Repeat(" ", uniseg.StringWidth(string(before))))
	}
	if f.Want != "" {
		b.WriteString("\n      want " + f.Want)
	}
	return b.String()
}

// Faults are all the faults of one run, in the order of their lines.
type Faults []Fault //nolint:errname // the word that check prints

// Error returns every fault, one after the other.
func (fs Faults) Error() string {
	all := make([]string, len(fs))
	for i, f := range fs {
		all[i] = f.String()
	}
	return strings.Join(all, "\n")
}

// A Note is something that is allowed and should be known. It holds no secret.
type Note struct {
	File         string
	Line, Column int
	Msg          string
}

// String returns the note as people read it.
func (n Note) String() string { return place(n.File, n.Line, n.Column) + "warning: " + n.Msg }

func place(file string, line, column int) string {
	switch {
	case file == "":
		return ""
	case line == 0:
		return file + ": "
	}
	return fmt.Sprintf("%s:%d:%d: ", file, line, column)
}

// longestSnippet is how much of a line is shown: two rows of a wide terminal.
const longestSnippet = 200

// snippet returns the line as it may be printed, or "" if column would not
// be seen in it.
func snippet(line string, column int) string {
	runes := []rune(strings.TrimRight(line, " "))
	if len(runes) > longestSnippet {
		if column > longestSnippet {
			return ""
		}
		runes = append(runes[:longestSnippet-1], '…')
	}
	return printable(string(runes))
}

// printable replaces what a terminal would obey instead of showing it.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
			return utf8.RuneError
		}
		return r
	}, s)
}

// sortByPlace orders fs by line and column.
func (fs Faults) sortByPlace() {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// didYouMean returns the known word that word may be meant to be, as the end
// of a sentence, or "".
func didYouMean(word string, known []string) string {
	best := guess.Meant(word, known)
	if best == "" {
		return ""
	}
	return fmt.Sprintf("; did you mean %q?", best)
}
