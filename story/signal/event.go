package signal

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"vedette/story"
)

// events reads what items claim to happen. It holds the lexicons.
type events struct {
	all map[string]*vocabulary // by language
}

// A vocabulary is what is known of one language.
type vocabulary struct {
	claims, dates *patterns
}

func newEvents() (*events, error) {
	e := &events{all: map[string]*vocabulary{}}
	for _, lang := range []string{"en", "ar", "fr", "ru", "tr", "uk"} {
		v := &vocabulary{}
		for _, file := range []struct {
			name string
			into **patterns
		}{{"events", &v.claims}, {"dates", &v.dates}} {
			ps, err := newPatterns(lang)
			if err != nil {
				return nil, err
			}
			if err := ps.read("lexicon/" + lang + "/" + file.name + ".txt"); err != nil {
				return nil, err
			}
			*file.into = ps
		}
		e.all[lang] = v
	}
	return e, nil
}

// A claiming is the reading of one sentence's claims.
type claiming struct {
	*patterns
	*reading
	dates *patterns
	in    *sentence
	turns []hit     // what turns the claims
	when  time.Time // of the report; zero if nothing says it
}

// claims returns the signals of s, a sentence of lang from a report of when:
// one of each kind at the most, that which comes first.
func (e *events) claims(lang string, s *sentence, when time.Time) (signals []story.Signal) {
	v, ok := e.all[lang]
	if !ok {
		return nil
	}
	ps := v.claims
	c := claiming{patterns: ps, reading: ps.reading(s.text, s.tokens, false), dates: v.dates, in: s, when: when}
	hits := ps.hits(c.reading, false)
	c.turns = ps.hits(c.reading, true)
	for _, h := range hits {
		kind := c.judge(h)
		if kind == "" || slices.ContainsFunc(signals, func(sig story.Signal) bool { return sig.Kind == kind }) {
			continue
		}
		signals = append(signals, c.signal(kind, h))
	}
	if sig, ok := c.demand(); ok && !slices.ContainsFunc(signals, func(sig story.Signal) bool { return sig.Kind == story.Ultimatum }) {
		signals = append(signals, sig)
	}
	return undemanded(signals)
}

// undemanded returns signals without what an ultimatum among them only asks
// for: "48 hours to leave".
func undemanded(signals []story.Signal) []story.Signal {
	at := slices.IndexFunc(signals, func(s story.Signal) bool { return s.Kind == story.Ultimatum })
	if at < 0 {
		return signals
	}
	from := signals[at].Words.Start
	return slices.DeleteFunc(signals, func(s story.Signal) bool {
		return s.Words.Start >= from && (peace(s.Kind) || s.Kind == story.Mobilisation)
	})
}

// signal returns the signal of kind that h makes.
func (c *claiming) signal(kind story.SignalKind, h hit) story.Signal {
	s := c.in
	sig := story.Signal{Kind: kind, Field: s.field, Sentence: s.span, Words: story.Span{
		Start: s.span.Start + c.reading.words[h.start].start,
		End:   s.span.Start + c.reading.words[h.end-1].end,
	}}
	actor, target := c.actors(kind, h)
	sig.Actor, sig.Target = c.text(actor), c.text(target)
	if kind == story.Ultimatum {
		sig.Deadline, _ = c.deadline(h.start - 4)
	}
	return sig
}

// demand returns the ultimatum that is given without the word: a demand and
// the time by which it is to be met.
func (c *claiming) demand() (story.Signal, bool) {
	for _, h := range c.turns {
		if h.means != "demands" || c.before(h, 3, "not") || c.before(h, 6, "maybe") {
			continue
		}
		if at, ok := c.deadline(h.start); ok {
			sig := c.signal(story.Ultimatum, h)
			sig.Deadline = at
			return sig, true
		}
	}
	return story.Signal{}, false
}

// deadline returns the time that the sentence sets from word at on.
func (c *claiming) deadline(at int) (time.Time, bool) {
	from := c.reading.words[max(at, 0)].start
	return c.dates.deadline(c.in.text, c.in.tokens, from, c.when)
}

// text returns the words that part holds.
func (c *claiming) text(part stretch) string {
	if part.empty() {
		return ""
	}
	return strings.Join(strings.Fields(c.in.text[c.reading.words[part.start].start:c.reading.words[part.end-1].end]), " ")
}

// clause returns the words round at between two marks.
func (c *claiming) clause(at int) stretch {
	s := stretch{at, at}
	for s.start > 0 && !c.reading.words[s.start-1].mark {
		s.start--
	}
	for s.end < len(c.reading.words) && !c.reading.words[s.end].mark {
		s.end++
	}
	return s
}

// byPlace puts signals in reading order.
func byPlace(a, b story.Signal) int { return cmp.Compare(a.Words.Start, b.Words.Start) }
