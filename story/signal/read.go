package signal

import (
	"cmp"
	"slices"

	"vedette/story"
)

// A Reader reads the signals off items. It holds the words of the lexicon and
// changes nothing in itself: many may read with one.
type Reader struct {
	figures *figures
}

// NewReader returns a Reader that knows the lexicon's words. Its error names
// the file and line that it could not read.
func NewReader() (*Reader, error) {
	figures, err := newFigures()
	if err != nil {
		return nil, err
	}
	return &Reader{figures: figures}, nil
}

// Read returns the signals of it in reading order: title, summary, body, and
// within each by the words that make them.
func (r *Reader) Read(it *story.Item) (signals []story.Signal) {
	counting := r.figures.begin(it)
	for _, part := range fields(it) {
		for _, span := range story.Sentences(part.text) {
			s := newSentence(part.field, span, part.text[span.Start:span.End])
			signals = append(signals, r.sentence(counting, &s)...)
		}
	}
	return signals
}

// A field is a text of an item.
type field struct {
	field story.Field
	text  string
}

// fields returns the texts of it in reading order.
func fields(it *story.Item) []field {
	return []field{{story.Title, it.Title}, {story.Summary, it.Summary}, {story.Body, it.Body}}
}

// sentence returns the signals of one sentence.
func (r *Reader) sentence(counting *counting, s *sentence) []story.Signal {
	signals := counting.counts(s)
	slices.SortStableFunc(signals, func(a, b story.Signal) int { return cmp.Compare(a.Words.Start, b.Words.Start) })
	return signals
}

// A sentence is one sentence of an item, cut into tokens.
type sentence struct {
	field  story.Field
	span   story.Span // of the text within the field
	text   string
	tokens []token // their bytes are counted from the start of text
}

func newSentence(field story.Field, span story.Span, text string) sentence {
	return sentence{field: field, span: span, text: text, tokens: tokens(text)}
}

// signal returns a signal of kind that the tokens from first to before end make.
func (s *sentence) signal(kind story.SignalKind, first, end int) story.Signal {
	return story.Signal{Kind: kind, Field: s.field, Sentence: s.span, Words: story.Span{
		Start: s.span.Start + s.tokens[first].start,
		End:   s.span.Start + s.tokens[end-1].end,
	}}
}
