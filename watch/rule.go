package watch

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"vedette/story"
)

// A Rule is a rule that was understood. It never changes.
type Rule struct {
	root  node
	asked []Threshold
	notes []string
}

// Parse reads a rule. Its error is an [*Error].
func Parse(src string, names Names) (*Rule, error) {
	return parse(src, names.index())
}

func parse(src string, names *spellings) (*Rule, error) {
	if fault := readable(src); fault != nil {
		return nil, fault
	}
	clean, origin := undo(src)
	p := parser{lexer: lexer{src: clean}, names: names}
	root, asked, fault := p.rule()
	if fault != nil {
		return nil, fault.typed(src, origin)
	}
	return &Rule{root: root, asked: asked, notes: append(p.notes, surprises(clean)...)}, nil
}

// readable sees that src is text, and not too much of it.
func readable(src string) *Error {
	if len(src) > maxBytes {
		from := maxBytes
		for from > 0 && !utf8.RuneStart(src[from]) {
			from--
		}
		_, size := utf8.DecodeRuneInString(src[from:])
		return &Error{
			Src: src, Pos: from, End: from + size, Msg: "The rule is longer than 4,000 bytes.",
			Hint: "List spellings under aliases in the desk file, or split the rule in two watches.",
		}
	}
	if utf8.ValidString(src) {
		return nil
	}
	for i, r := range src {
		if r == utf8.RuneError && !strings.HasPrefix(src[i:], "\uFFFD") {
			return &Error{Src: src, Pos: i, End: i + 1, Msg: "The rule is not valid UTF-8 here.", Hint: "Type the character again."}
		}
	}
	return nil
}

// unbounded returns the part of n that holds without any word of the rule in
// the item, or nil.
func unbounded(n node) node {
	switch n := n.(type) {
	case *not, *length:
		return n
	case *allOf:
		if slices.ContainsFunc(n.kids, func(kid node) bool { return unbounded(kid) == nil }) {
			return nil
		}
		return n
	case *anyOf, *atLeast:
		for _, kid := range children(n) {
			if bad := unbounded(kid); bad != nil {
				return bad
			}
		}
		return nil
	case *scope:
		if n.field == "lang" || n.field == "source" || unbounded(n.kid) != nil {
			return n
		}
	}
	return nil
}

// Thresholds returns what the rule asks of the story that an item belongs to,
// in the order in which it was written. Matching leaves it out of account:
// until the story is judged, an item is accepted by its text alone.
func (r *Rule) Thresholds() []Threshold { return slices.Clone(r.asked) }

// Notes returns what the rule's author may not expect of it.
func (r *Rule) Notes() []string { return slices.Clone(r.notes) }

// Match says whether the rule accepts the item, and on which words, in reading
// order. Of more than 200 words it gives the first 200.
func (r *Rule) Match(it *story.Item) ([]story.Evidence, bool) {
	return newPage(it).match(r.root)
}

// A Set is the rules of many watches, compiled to be matched at once. The zero
// Set accepts nothing. It never changes and may be used by many goroutines.
type Set struct {
	names roll
	index *index
	idle  sync.Pool // of *Matcher
	asks  map[story.WatchName][]Threshold
}

// NewSet parses the rules of ws. Its error joins those of all rules, each with
// the name of its watch.
func NewSet(ws []story.Watch, names Names) (*Set, error) { return NewSetFor(nil, ws, names) }

// NewSetFor is [NewSet] for items in which a folded word is as common as share
// says: the part of them that holds it, from 0 to 1. Rules are filed under
// their rarest words; which these are changes how fast the set is, and nothing
// else. If share is nil a word is taken to be as common in items as in rules.
func NewSetFor(share func(word string) float64, ws []story.Watch, names Names) (*Set, error) {
	spellings := names.index()
	type watched struct {
		name story.WatchName
		root node
	}
	all := make([]watched, 0, len(ws))
	asks := make(map[story.WatchName][]Threshold)
	var errs []error
	for _, w := range ws {
		rule, err := parse(w.Rule, spellings)
		if err == nil && len(w.Name) > longestName {
			err = errors.New("its name is longer than 1,023 bytes")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("watch %s: %w", w.Name, err))
			continue
		}
		all = append(all, watched{w.Name, rule.root})
		if len(rule.asked) > 0 {
			asks[w.Name] = rule.asked
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	slices.SortStableFunc(all, func(a, b watched) int { return strings.Compare(string(a.name), string(b.name)) })
	roots, titles := make([]node, len(all)), make([]story.WatchName, len(all))
	for i, w := range all {
		roots[i], titles[i] = w.root, w.name
	}
	roll, labels := newRoll(titles)
	s := &Set{names: roll, asks: asks}
	s.index = newIndex(roots, labels, share)
	return s, nil
}

// Thresholds returns, by watch, what the rules that ask something of the
// story ask of it.
func (s *Set) Thresholds() map[story.WatchName][]Threshold {
	return maps.Clone(s.asks)
}

// Match returns the watches that accept the item, sorted by name. Watches that
// match on the same words share their evidence.
func (s *Set) Match(it *story.Item) []story.Match {
	if s.index == nil {
		return nil
	}
	m, ok := s.idle.Get().(*Matcher)
	if !ok {
		m = s.Matcher()
	}
	defer s.idle.Put(m)
	m.evidence = nil // what the item before was given is the caller's
	matches := m.match(it, nil)
	m.evidence = nil
	return matches
}
