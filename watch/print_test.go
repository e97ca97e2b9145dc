package watch

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// sameTree compares rules but for where their parts were written.
func sameTree() cmp.Options {
	return cmp.Options{
		cmp.AllowUnexported(Rule{}, allOf{}, anyOf{}, not{}, near{}, scope{}, atLeast{}, count{}, length{}),
		cmpopts.IgnoreTypes(place{}),
		cmpopts.IgnoreFields(Rule{}, "notes"),
		cmp.Comparer(func(a, b *term) bool { // the rest follows from these
			return a.style == b.style && a.text == b.text && a.slop == b.slop && a.strict == b.strict
		}),
	}
}

// A ruleMaker draws rules, most of which are accepted.
type ruleMaker struct{ t *rapid.T }

func (m ruleMaker) pick(from ...string) string { return rapid.SampledFrom(from).Draw(m.t, "pick") }

func (m ruleMaker) number(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(m.t, "number") }

func (m ruleMaker) term() string {
	return m.pick(
		"idlib", "Слов'янськ", "COVID-19", "US", "إدلب", "停火", "missil*", "wom?n", "*stan", "U.S.", "a&b", "not-so",
		`"observation post"`, `"a b c"~3`, "“air * strike”", `"or"`, `"a \"b\" \\ c"`, "«пост»", `"停火 x"`,
		"=SAM", `="Wagner Group"`, `="SAM"~1`, `="A b"~3`, "=Łódź", "/ka-?50/", `/a\/b+c/`, "+x", "mi—ra",
	)
}

// spot draws what stands somewhere in a text.
func (m ruleMaker) spot(depth int) string {
	switch m.number(0, 7) {
	case 0, 1:
		if depth > 0 {
			return fmt.Sprintf("(%s %s/%d %s)", m.spot(depth-1), m.pick("NEAR", "ONEAR", "w"), m.number(1, 100), m.spot(depth-1))
		}
	case 2:
		if depth > 0 {
			return fmt.Sprintf("(%s OR %s)", m.spot(depth-1), m.spot(depth-1))
		}
	case 3:
		return m.pick("strict:", "strict:") + m.pick(`"a b"`, `"a b"~2`, `="A B"`, "U.S.", "(a NEAR/3 b)", `("a b" ONEAR c OR x)`)
	}
	return strings.TrimPrefix(m.term(), "+")
}

func (m ruleMaker) rule(depth int) string {
	if depth == 0 {
		return m.term()
	}
	switch m.number(0, 9) {
	case 0, 1:
		return m.rule(depth-1) + m.pick(" ", " AND ", " && ", ", ") + m.rule(depth-1)
	case 2, 3:
		return m.rule(depth-1) + m.pick(" OR ", "|", " || ") + m.rule(depth-1)
	case 4:
		return m.rule(depth-1) + m.pick(" NOT ", " -", " !", " AND NOT ") + "(" + m.rule(depth-1) + ")"
	case 5:
		return m.pick("title:", "summary:", "body:", "text:", "lead:", "author:", "url:", "tag:") + "(" + m.spot(depth) + m.pick(" ", " OR ", " -") + m.term() + ")"
	case 6:
		return fmt.Sprintf("%s/%d(%s, %s%s %s)", m.pick("ATLEAST", "atleast"), m.number(1, 3), m.rule(depth-1), m.rule(depth-1), m.pick(",", " OR"), m.rule(depth-1))
	case 7:
		return fmt.Sprintf("count(%s)%s%d", m.spot(depth), m.pick(">", ">=", " >= "), m.number(1, 99))
	case 8:
		return m.rule(depth-1) + " " + m.pick("words>80", "words<=7", "words = 3", "lang:uk", "lang:(uk OR ru)", "source:reuters.com", `-source:"x y"`)
	}
	return "(" + m.spot(depth) + ")"
}

// whole draws a rule with what it asks of the story.
func (m ruleMaker) whole() string {
	src := m.rule(m.number(0, 4))
	for range m.number(0, 2) {
		src = "(" + src + ") " + m.pick("outlets>=2", "sources > 3", "origins<9", "age<48h", "age <= 3 hours", "casualties=0", "level>=high", "level = calm", "score<60")
	}
	return src
}

func TestTheCanonicalFormParsesToTheSameTree(t *testing.T) {
	t.Parallel()
	refused, tried := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		src := ruleMaker{t}.whole()
		rule, err := Parse(src, nil)
		if tried++; err != nil {
			refused++
			return
		}
		again, err := Parse(rule.String(), nil)
		if err != nil {
			t.Fatalf("%s: canonical form %s: %v", src, rule, err)
		}
		if diff := cmp.Diff(rule, again, sameTree()); diff != "" {
			t.Fatalf("%s: canonical form %s (-first +again):\n%s", src, rule, diff)
		}
	})
	if refused > tried*3/4 {
		t.Errorf("%d of %d rules were refused: too few are tried", refused, tried)
	}
}

func TestTheFormattedRuleIsTheSameRule(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		src := ruleMaker{t}.whole()
		rule, err := Parse(src, nil)
		if err != nil {
			return
		}
		lines, err := Format(src)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(lines, nil)
		if err != nil {
			t.Fatalf("%s: formatted\n%s\n%v", src, lines, err)
		}
		if diff := cmp.Diff(rule, again, sameTree()); diff != "" {
			t.Fatalf("%s: formatted\n%s\n(-first +again):\n%s", src, lines, diff)
		}
		if twice, err := Format(lines); err != nil || twice != lines {
			t.Fatalf("formatted\n%s\nand again\n%s\n%v", lines, twice, err)
		}
	})
}

func TestFormatBreaksLongRules(t *testing.T) {
	t.Parallel()
	const src = `(idlib or aleppo or hama or homs or "deir ez zor" or raqqa or daraa or "al hasakah") (ceasefire | "observation post") near/5 (violat* or broken or collapse* or "no longer holds" or shelled or attacked) atleast/3(shelling, drone strike, "killed in action", casualties, displaced, evacuation) -title:(football or cricket) outlets>=2`
	const want = `(
  idlib OR aleppo OR hama OR homs OR "deir ez zor" OR raqqa OR daraa
  OR "al hasakah"
)
AND (ceasefire OR "observation post") NEAR/5 (
  violat* OR broken OR collapse* OR "no longer holds" OR shelled
  OR attacked
)
AND ATLEAST/3(
  shelling, drone AND strike, "killed in action", casualties, displaced,
  evacuation
)
AND NOT title:(football OR cricket)
AND outlets>=2`
	got, err := Format(src)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("formatted (-want +got):\n%s", diff)
	}
	if got, err := Format("idlib  ceasefire"); got != "idlib AND ceasefire" || err != nil {
		t.Errorf("formatted %q, %v", got, err)
	}
	if _, err := Format("idlib ("); err == nil {
		t.Error("a broken rule is formatted")
	}
}
