package signal

import (
	"slices"

	"vedette/story"
)

// A Reader reads the signals off items. It holds the words of the lexicon and
// changes nothing in itself: many may read with one.
type Reader struct {
	figures *figures
	events  *events
}

// NewReader returns a Reader that knows the lexicon's words. Its error names
// the file and line that it could not read.
func NewReader() (*Reader, error) {
	figures, err := newFigures()
	if err != nil {
		return nil, err
	}
	events, err := newEvents()
	if err != nil {
		return nil, err
	}
	return &Reader{figures: figures, events: events}, nil
}

// Read returns the signals of it in reading order: title, summary, body, and
// within each by the words that make them.
func (r *Reader) Read(it *story.Item) (signals []story.Signal) {
	counting := r.figures.begin(it)
	lang := r.events.language(it)
	for _, part := range fields(it) {
		for _, span := range story.Sentences(part.text) {
			s := newSentence(part.field, span, part.text[span.Start:span.End])
			signals = append(signals, r.sentence(it, lang, counting, &s)...)
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

// sentence returns the signals of one sentence of it.
func (r *Reader) sentence(it *story.Item, lang string, counting *counting, s *sentence) []story.Signal {
	signals := r.events.claims(lang, s, it.Effective)
	l := counting.line(s)
	source := ""
	if len(signals) > 0 {
		source = l.source()
	}
	for i := range signals {
		signals[i].Source = source
	}
	counts := counting.counts(l)
	signals = slices.DeleteFunc(signals, func(bare story.Signal) bool {
		return slices.ContainsFunc(counts, func(c story.Signal) bool { return c.Kind == bare.Kind })
	})
	signals = append(signals, counts...)
	slices.SortStableFunc(signals, byPlace)
	if len(signals) > 0 {
		l.placed(signals)
	}
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
