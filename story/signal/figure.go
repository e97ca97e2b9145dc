package signal

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"vedette/story"
)

// figures reads how many people items count. It holds the lexicons.
type figures struct {
	all   []*words
	signs map[string]uint // by word, a bit for each of all that it stands in
}

func newFigures() (*figures, error) {
	all, err := figureWords()
	if err != nil {
		return nil, err
	}
	return &figures{all: all, signs: signs(all)}, nil
}

// A counting is the reading of one item's figures: an earlier sentence helps
// to read a later one.
type counting struct {
	w    *words
	year int         // of the report; zero if nothing says it
	last story.Count // of the last several people, whom "the victims" means
}

// begin starts to read it.
func (f *figures) begin(it *story.Item) *counting {
	c := &counting{w: f.language(it)}
	switch {
	case !it.Effective.IsZero():
		c.year = it.Effective.Year()
	case !it.Published.IsZero():
		c.year = it.Published.Year()
	}
	return c
}

// counts returns the killed, wounded, captured and displaced that l counts.
func (c *counting) counts(l *line) (signals []story.Signal) {
	for at := range l.units {
		if l.units[at].kind == "" {
			continue
		}
		if whom, ok := l.counted(at); ok && !l.dropped(at, &whom) {
			signals = append(signals, l.signals(at, &whom)...)
		}
	}
	c.remember(l)
	return signals
}

// remember keeps the last several people of l for the sentences after it.
func (c *counting) remember(l *line) {
	for i := range l.groups {
		if g := &l.groups[i]; g.sort == numbered && g.count.Low > 1 && g.person && !g.part {
			c.last = g.count
		}
	}
	for at := range l.units {
		if l.year(at) && c.year == 0 && l.is(at-1, month) {
			y, _ := parseDigits(l.text(at))
			c.year = int(y)
		}
	}
}

// A line is a sentence read as units, and the groups of people among them.
type line struct {
	*counting
	s      *sentence
	units  []piece
	groups []group
	caps   bool // all in capitals, which then say nothing
}

// A piece is a unit of a line: a word, a phrase of the lexicon, or a mark.
type piece struct {
	sense
	first, end int  // tokens
	digits     bool // a number in digits
	capital    bool // a word that begins with a capital
}

// line reads s.
func (c *counting) line(s *sentence) *line {
	l := &line{counting: c, s: s, units: make([]piece, 0, len(s.tokens)), caps: !strings.ContainsFunc(s.text, unicode.IsLower)}
	var none sense
	for at := 0; at < len(s.tokens); {
		sense, n := c.w.at(s.tokens[at:])
		if !l.caps && acronym(s.tokens[at].text) {
			sense, n = none, 1 // "IS", "US", "WHO"
		}
		u := piece{sense: sense, first: at, end: at + max(n, 1)}
		r, _ := utf8.DecodeRuneInString(s.tokens[at].text)
		if last, _ := utf8.DecodeLastRuneInString(s.tokens[at].text); unicode.IsDigit(last) {
			_, u.digits = parseDigits(s.tokens[at].text)
		}
		u.capital = unicode.IsUpper(r)
		l.units = append(l.units, u)
		at = u.end
	}
	l.group()
	return l
}

// acronym reports whether word is two or three capitals, which mean something
// else than the word that they look like.
func acronym(word string) bool {
	return len(word) > 1 && len(word) < 4 && strings.Trim(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// is reports whether unit at is there and has one of roles.
func (l *line) is(at int, roles role) bool {
	return at >= 0 && at < len(l.units) && l.units[at].role&roles != 0
}

// text returns unit at in lower case, as its first token has it.
func (l *line) text(at int) string { return l.s.tokens[l.units[at].first].low }

// mark reports whether unit at is there and one of the marks.
func (l *line) mark(at int, marks string) bool {
	return at >= 0 && at < len(l.units) && strings.Contains(marks, l.text(at))
}

// gap returns how many bytes stand between unit at and that before it.
func (l *line) gap(at int) int {
	return l.s.tokens[l.units[at].first].start - l.s.tokens[l.units[at-1].end-1].end
}

// span returns the words of units first to before end.
func (l *line) span(first, end int) string {
	return l.s.text[l.s.tokens[l.units[first].first].start:l.s.tokens[l.units[end-1].end-1].end]
}

// signals returns what unit t says of c: one signal for each group, and for
// each part of one that is told of ("including four children").
func (l *line) signals(t int, c *counted) (signals []story.Signal) {
	from := l.source()
	one := func(first, end int, whom string, count story.Count) {
		s := l.s.signal(l.units[t].kind, l.units[first].first, l.units[end-1].end)
		s.Target, s.Source, s.Count = whom, from, count
		s.Count.Total = c.count.Total
		signals = append(signals, s)
	}
	slices.Sort(c.groups)
	for _, gi := range c.groups {
		g, whom, count := &l.groups[gi], l.whom(gi), l.groups[gi].count
		if len(c.groups) == 1 {
			count = c.count
		} else if g.sort == bare {
			continue // "3 soldiers and their guides"
		}
		one(min(t, g.first), max(t+1, g.end), whom, count)
		for part := range l.partsOf(gi, t) {
			p := &l.groups[part]
			first := p.first - 1
			for first > g.end && !l.is(first, parts) {
				first--
			}
			one(first, p.end, l.whom(part), p.count)
		}
	}
	if len(c.groups) == 0 {
		one(min(t, c.first), max(t+1, c.end), l.span(c.first, c.end), c.count)
	}
	return signals
}
