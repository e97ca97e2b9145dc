package watch

import (
	"strconv"
	"time"

	"vedette/story"
)

// A Quantity is what a threshold measures a story by.
type Quantity uint8

// The quantities of a story.
const (
	Outlets    Quantity = iota + 1 // that tell it
	Origins                        // owners that tell it in words of their own
	Casualties                     // dead and wounded, as far as reports say
	Age                            // since its first report, in hours
	Level                          // how far it has escalated, a [story.Level]
	Score                          // what the level is computed from
)

// quantities returns the quantity that a rule calls name.
func quantities(name string) (Quantity, bool) {
	switch name {
	case "outlets", "sources":
		return Outlets, true
	case "origins":
		return Origins, true
	case "casualties":
		return Casualties, true
	case "age":
		return Age, true
	case "level":
		return Level, true
	case "score":
		return Score, true
	}
	return 0, false
}

// String returns the quantity's name as a rule writes it.
func (q Quantity) String() string {
	switch q {
	case Outlets:
		return "outlets"
	case Origins:
		return "origins"
	case Casualties:
		return "casualties"
	case Age:
		return "age"
	case Level:
		return "level"
	case Score:
		return "score"
	}
	return "quantity?"
}

// sample returns an amount for an example.
func (q Quantity) sample() string {
	switch q {
	case Age:
		return "48h"
	case Level:
		return "high"
	case Score:
		return "60"
	case Outlets, Origins, Casualties:
	}
	return "2"
}

// A Threshold is what a rule asks of the story that an item belongs to. One
// item does not tell: [Rule.Match] leaves thresholds out of account, and
// whoever judges the story asks them.
type Threshold struct {
	Of    Quantity
	Op    Op
	Value int // hours for Age, a [story.Level] for Level
}

// Facts are what is known of a story when a rule's thresholds are asked.
type Facts struct {
	Outlets, Origins, Casualties, Score int

	Age   time.Duration // since the first report of it
	Level story.Level
}

// Holds says whether a story with these facts is what t asks for. Of an age
// only whole hours count, as they are written.
func (t Threshold) Holds(f Facts) bool {
	got := 0
	switch t.Of {
	case Outlets:
		got = f.Outlets
	case Origins:
		got = f.Origins
	case Casualties:
		got = f.Casualties
	case Score:
		got = f.Score
	case Level:
		got = int(f.Level)
	case Age:
		got = int(f.Age / time.Hour)
	}
	return t.Op.holds(got, t.Value)
}

// String returns the threshold as a rule writes it.
func (t Threshold) String() string { return t.Of.String() + string(t.Op) + t.amount() }

// amount returns the value with its unit.
func (t Threshold) amount() string {
	switch {
	case t.Of == Level:
		return story.Level(t.Value).String() // #nosec G115 -- the parser knows five levels
	case t.Of == Age && t.Value%24 == 0:
		return strconv.Itoa(t.Value/24) + "d"
	case t.Of == Age:
		return strconv.Itoa(t.Value) + "h"
	}
	return strconv.Itoa(t.Value)
}

// A threshold is where a rule asks something of the story. A parsed rule has
// none in its tree: they hold for the whole rule and are kept apart.
type threshold struct {
	place
	Threshold
}

// thresholds parts the rule's text from what it asks of the story. Only what
// AND joins to the whole rule can be asked later, once the story is known.
func (p *parser) thresholds(root node) (node, []Threshold, *Error) {
	if !p.asks {
		return root, nil, nil
	}
	if err := p.misplacedThreshold(root, nil); err != nil {
		return nil, nil, err
	}
	var asked []Threshold
	var rest []node
	for _, kid := range conjuncts(root) {
		if t, ok := kid.(*threshold); ok {
			asked = append(asked, t.Threshold)
			continue
		}
		rest = append(rest, kid)
	}
	pos, end := root.span()
	switch {
	case len(rest) == 0:
		return nil, nil, p.fault(pos, end, "This asks only about the story, and no words of its reports.",
			"Add a word or phrase that must be there: idlib AND "+asked[0].String())
	case len(rest) == 1:
		return rest[0], asked, nil
	}
	return &allOf{place{pos, end}, rest}, asked, nil
}

// misplacedThreshold finds a threshold that does not hold for the whole rule.
// Its parent is what it stands in.
func (p *parser) misplacedThreshold(n, parent node) *Error {
	if t, ok := n.(*threshold); ok {
		return p.outOfPlace(t, parent)
	}
	if _, ok := n.(*allOf); !ok {
		parent = n
	}
	for _, kid := range children(n) {
		if err := p.misplacedThreshold(kid, parent); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) outOfPlace(t *threshold, parent node) *Error {
	var msg, hint string
	switch parent.(type) {
	case nil:
		return nil
	case *not:
		msg = t.Of.String() + " cannot stand under NOT."
		hint = "Write the opposite: " + Threshold{t.Of, t.Op.opposite(), t.Value}.String()
		if t.Op == "=" {
			hint = "Ask for more or for fewer, with > or <."
		}
	case *anyOf:
		msg = t.Of.String() + " holds for the whole rule and cannot be one branch of an OR: a report is matched by its words, and the story is judged later."
		hint = "Put it outside, as in (idlib OR aleppo) AND " + t.String() + ", or write two watches."
	default:
		msg = t.Of.String() + " is asked of the whole story, not of a part of its text."
		hint = "Put it at the end, beside the rest: … AND " + t.String()
	}
	return p.fault(t.pos, t.end, msg, hint)
}

// opposite returns the comparison that holds where op does not; of = there is
// none.
func (op Op) opposite() Op {
	switch op {
	case ">":
		return "<="
	case ">=":
		return "<"
	case "<":
		return ">="
	case "<=":
		return ">"
	}
	return op
}
