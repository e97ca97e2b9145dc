package command

import (
	"vedette/bot"
	"vedette/bot/words"
)

// An Answer is what a person is shown. What strangers wrote in it is text:
// the platform's package escapes it.
type Answer struct {
	Shared  bool // everybody in the channel sees it; otherwise who asked
	Title   string
	Lines   []Line
	Buttons []bot.Button // at most five
	File    *File
	Form    *Form       // asks for more instead of answering: the rest but Words is empty
	Words   words.Words // that it is given in
}

// A Line is one row of an answer. One without spans is a gap.
type Line struct {
	Spans []Span
	Small bool // an aside
	Fixed bool // in letters of one width, as a row of a table; its spans are text alone
}

// A Span is a piece of a line.
type Span struct {
	Text string
	Link string // http or https, or ""
	Bold bool
	Code bool
}

// A File is handed over with an answer.
type File struct {
	Name string // with its ending
	Type string // MIME
	Data []byte
	Alt  string // what an image shows
}

// A Form asks for the arguments of a command where typing is awkward.
type Form struct {
	Name   string // of the command that its values are for
	Title  string // at most 24 characters
	Wrong  string // with the values that came, for a form that is shown again; or ""
	Fields []Field
	Args   map[string]string // what is known already and goes back with the values; at most 1,000 bytes in all
}

// A Field is one value of a form.
type Field struct {
	Param    string // that it is the argument of
	Label    string // at most 45 characters
	Hint     string // at most 100 characters, shown while it is empty
	Value    string // that it holds at first
	Long     bool   // of several rows
	Required bool
	Most     int // characters, at most 3,000
}

// Text returns the line that says s.
func Text(s string) Line { return Line{Spans: []Span{{Text: s}}} }
