package watch

import (
	"strings"
	"testing"

	"vedette/story"
)

// A test that never ends fails by the deadline of the run: what is bounded is
// the product of the rule's and the item's sizes.
func TestHostileItemsAreBounded(t *testing.T) {
	t.Parallel()
	it := &story.Item{Title: "a", Body: strings.Repeat("a ", 100_000), Summary: strings.Repeat("a", 200_000)}
	for _, src := range []string{
		strings.Repeat("(a w/99 a w/99 a w/99 a w/99 a w/99 a w/99 a) ", 60) + "zz",
		strings.Repeat("a w/99 zz|", 240) + "zz",
		"count(a OR *aa OR a OR aaa*)>=900 zz",
		"/(a|aa){2,50}b/ OR *a*a*a*a*a*b OR " + `"a * a * zz"~100`,
		strings.Repeat(`"a a"~99 `, 300),
	} {
		r := mustParse(t, src, nil)
		ev, ok := r.Match(it)
		if len(ev) > maxEvidence {
			t.Errorf("%d pieces of evidence", len(ev))
		}
		if failed := Failed(r.Explain(it)); ok != (failed == nil) {
			t.Errorf("match %v, failed %v", ok, failed)
		}
		if misses := missesOf(r, it); ok != (misses == nil) {
			t.Errorf("match %v, misses %v", ok, misses)
		}
	}
}

// The cases of a phrase are those of each of its words.
func TestHostileNamesHaveFewForms(t *testing.T) {
	t.Parallel()
	for _, src := range []string{
		`"Злой` + strings.Repeat(" злой", 300) + `"`,
		`"Злой злой злой злой злой"`,
		`"Ордою` + strings.Repeat(" на", 300) + `"`,
		`"İdi` + strings.Repeat(" idi", 300) + `"`,
		`"قصف` + strings.Repeat(" قصف", 300) + `"`,
	} {
		if n := len(mustParse(t, src, nil).root.(*term).spellings); n > 200 {
			t.Errorf("%.30s… has %d spellings", src, n)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("idlib NEAR/3 (ceasefire OR x*) NOT y", "Idlib x ceasefire", "б停火")
	f.Add(`"a b"~3 ATLEAST/2(a,b) count(a)>=1`, "a a b", "")
	f.Add(`停 OR =É OR /k.+/`, "停É k9", "\xff\xfe")
	f.Add(`strict:("a b" NEAR/3 c) OR lead:(d -e)`, "A b. C", "a b c d")
	f.Fuzz(func(t *testing.T, src, title, body string) {
		r, err := Parse(src, nil)
		if err != nil {
			return
		}
		it := &story.Item{Title: title, Body: body}
		ev, ok := r.Match(it)
		checkEvidence(t, it, ev)
		if failed := Failed(r.Explain(it)); ok != (failed == nil) {
			t.Fatalf("match %v, failed %v", ok, failed)
		}
		if near := r.Nearness(it); near < 0 || near > 1 || ok != (missesOf(r, it) == nil) {
			t.Fatalf("match %v, misses %v, nearness %v", ok, missesOf(r, it), near)
		}
	})
}
