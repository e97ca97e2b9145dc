package watch

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestImportSaysTheSameInOurWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dialect        Dialect
		src, want, why string
	}{
		{Google, `idlib ceasefire OR truce -football`, `idlib AND (ceasefire OR truce) AND NOT football`, ""},
		{Google, `intitle:idlib "observation post" site:reuters.com`, `title:idlib AND "observation post" AND source:reuters.com`, ""},
		{Google, `(idlib OR aleppo) +truce`, `(idlib OR aleppo) AND truce`, ""},
		{Google, `idlib AROUND(5) truce`, `idlib NEAR/5 truce`, ""},
		{Google, `near20:"idlib truce" sourcelang:spanish`, `idlib NEAR/20 truce AND lang:es`, ""},
		{Google, `repeat3:"shelling" idlib`, `count("shelling")>=3 AND idlib`, ""},
		{Google, `idlib or aleppo`, `idlib OR aleppo`, "or was taken as OR; if it is a word, put it in quotes."},
		{Google, `"not" inurl:syria | a&&b`, `"not" AND (url:syria OR a) AND b`, ""},
		{Google, `idlib adj3 x`, "", ""},
		{Google, `w5 adj`, `w5 AND adj`, ""},
		{Lucene, `idlib ceasefire truce`, `idlib OR ceasefire OR truce`, ""},
		{Lucene, `+idlib +ceasefire -football`, `idlib AND ceasefire AND NOT football`, ""},
		{Lucene, `idlib AND (ceasefire OR truce) AND NOT football`, `idlib AND (ceasefire OR truce) AND NOT football`, ""},
		{Lucene, `+idlib truce`, `idlib`, "truce only ranks beside what must be there, and is left out; write parentheses if it is an alternative."},
		{Lucene, `a AND b OR c`, `a AND b`, "c only ranks beside what must be there, and is left out; write parentheses if it is an alternative."},
		{Lucene, `a OR b NOT c`, `(a OR b) AND NOT c`, ""},
		{Lucene, `a && !b || c`, `a AND NOT b`, "c only ranks beside what must be there, and is left out; write parentheses if it is an alternative."},
		{Lucene, `title:(idlib homs) AND language:uk`, `title:(idlib OR homs) AND lang:uk`, ""},
		{Lucene, `"peace talks"~5`, `peace NEAR/5 talks`, ""},
		{Lucene, `"peace talks today"~5`, `"peace talks today"~5`, `"peace talks today"~5 wants its words in this order.`},
		{Lucene, `idlib^2 AND "a b"^0.5`, `idlib AND "a b"`, "^2 only ranks, and is left out."},
		{Lucene, `/ka-?50/ AND missil* AND wom?n`, `/ka-?50/ AND missil* AND wom?n`, ""},
		{Lucene, `a\:b AND \(x\)`, `"a:b" AND "(x)"`, ""},
		{Meltwater, `idlib NEAR truce`, `idlib NEAR/4 truce`, ""},
		{Meltwater, `(drone OR uav) near/6 strike* AND NOT football`, `(drone OR uav) NEAR/6 strike* AND NOT football`, ""},
		{Meltwater, `drone ONEAR/3 hit OR drone NEAR/3f down`, `drone ONEAR/3 hit OR drone ONEAR/3 down`, ""},
		{Meltwater, `{Wagner} AND raw:SAM AND ++Iran AND raw:"Al Shabaab"`, `=Wagner AND =SAM AND =Iran AND ="Al Shabaab"`, ""},
		{Meltwater, `ingress:idlib AND "peace talks"~5 AND language:en`, `lead:idlib AND peace NEAR/5 talks AND lang:en`, ""},
		{Meltwater, `idlib truce`, `idlib AND truce`, "Words side by side must all be there; if they are a phrase, put them in quotes."},
		{Factiva, `observation post and idlib`, `"observation post" AND idlib`, ""},
		{Factiva, `idlib w/5 ceasefire`, `idlib ONEAR/4 ceasefire`, ""},
		{Factiva, `observation adj3 post`, `observation ONEAR/2 post`, ""},
		{Factiva, `idlib near5 ceasefire not football`, `idlib NEAR/4 ceasefire AND NOT football`, ""},
		{Factiva, `idlib /5n/ truce or homs`, `idlib NEAR/4 truce OR homs`, ""},
		{Factiva, `peace adj talks`, `"peace talks"`, ""},
		{Factiva, `peace near1 talks`, `"peace talks" OR "talks peace"`, ""},
		{Factiva, `(peace or truce) talks`, `"peace talks" OR "truce talks"`, ""},
		{Factiva, `US troops and idlib`, `"US troops" AND idlib`, ""},
		{Factiva, `atleast5 shelling and idlib`, `count(shelling)>=5 AND idlib`, ""},
		{Factiva, `hd=peace talks and la=en`, `title:"peace talks" AND lang:en`, ""},
		{Factiva, `hd=(idlib or homs) and wc>300`, `title:(idlib OR homs) AND words>300`, ""},
		{Factiva, `idlib/F50/ and truce`, `lead:idlib AND truce`, "/F50/ became lead:, which is the title and the 60 words after it."},
		{Factiva, `hd=idlib and wc&gt;300`, `title:idlib AND words>300`, ""},
		{Google, `site:<http://bbc.com|bbc.com> idlib`, `source:bbc.com AND idlib`, ""},
		{Factiva, `24/7 news and 9/11`, `"24/7 news" AND 9/11`, ""},
		{Factiva, `by=smith and sn=reuters`, `author:smith AND source:reuters`, ""},
	} {
		got, notes, err := Import(c.dialect, c.src)
		if c.want == "" {
			if err == nil && got == "" {
				t.Errorf("%s: %s: nothing came of it", c.dialect, c.src)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.dialect, err)
			continue
		}
		if got != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.dialect, c.src, got, c.want)
		}
		if c.why != "" && !strings.Contains(strings.Join(notes, "\n"), c.why) {
			t.Errorf("%s: %s: notes %q, want %q", c.dialect, c.src, notes, c.why)
		}
	}
}

func TestImportPointsAtWhatCannotBeSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dialect   Dialect
		src, want string // the fragment that is pointed at
	}{
		{Google, `idlib when:7d`, `when:`},
		{Google, `idlib ~truce`, `~`},
		{Google, `allintitle:idlib truce`, `allintitle:`},
		{Google, `idlib theme:KILL`, `theme:`},
		{Google, `idlib (truce`, `(`},
		{Google, ``, ``},
		{Google, `-football`, `-football`},
		{Google, `idlib AROUND(500) truce`, `AROUND(500)`},
		{Lucene, `idlib date:[now TO x]`, `date:`},
		{Lucene, `title:[a TO b]`, `[`},
		{Lucene, `idleb~1 AND x`, `idleb~1`},
		{Lucene, `idlib AND`, `AND`},
		{Lucene, `NOT football`, `NOT football`},
		{Lucene, `AND idlib`, `AND`},
		{Lucene, `idlib)`, `)`},
		{Lucene, `title:(a NOT b)~2`, `~`},
		{Meltwater, `idlib AND country:SY`, `country:`},
		{Meltwater, `{Wagner AND x`, `{`},
		{Meltwater, `idlib NEAR/5 (a AND b)`, `a AND b`},
		{Meltwater, `raw: x`, `raw:`},
		{Factiva, `idlib same truce`, `same`},
		{Factiva, `idlib w/s truce`, `w/s`},
		{Factiva, `idlib and re=syria`, `re=`},
		{Factiva, `(a and b) talks`, `a and b) talks`},
		{Factiva, `idlib$3`, `$`},
		{Factiva, `idlib /x/ y`, `/`},
		{Factiva, `idlib adj500 x`, `adj500`},
	} {
		got, _, err := Import(c.dialect, c.src)
		var fault *Error
		if !errors.As(err, &fault) {
			t.Errorf("%s: %s became %s, %v", c.dialect, c.src, got, err)
			continue
		}
		if diff := cmp.Diff(c.want, c.src[fault.Pos:fault.End]); diff != "" || fault.Msg == "" {
			t.Errorf("%s: pointed at (-want +got):\n%s\n%v", c.dialect, diff, err)
		}
	}
	if _, _, err := Import("altavista", "idlib"); err == nil || !strings.Contains(err.Error(), "google") {
		t.Errorf("unknown dialect: %v", err)
	}
}

func FuzzImport(f *testing.F) {
	for _, src := range []string{
		`idlib ceasefire OR truce -football intitle:x near20:"a b c" repeat3:"x" AROUND(5)`,
		`+idlib truce^2 "a b"~5 /x.y/ a\:b AND !c || title:(a b) [1 TO 2]`,
		`{0  0} \ 0 {Wagner} ++Iran raw:"x y" NEAR/3f ONEAR/4 ingress:a language:english`,
		`hd=peace talks and a adj3 b near5 c /5n/ d atleast5 x wc>9 x/F50/ not us same`,
	} {
		for i := range Dialects() {
			f.Add(i, src)
		}
	}
	f.Fuzz(func(t *testing.T, i int, src string) {
		dialect := Dialects()[uint(i)%4]
		rule, _, err := Import(dialect, src)
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) || fault.Error() == "" || fault.Pos > fault.End || fault.End > len(src) {
				t.Fatalf("%s: %q: bad error %v", dialect, src, err)
			}
			if strings.HasPrefix(fault.Msg, "Written out") && len(src) < 300 {
				t.Fatalf("%s: %q: %v", dialect, src, err)
			}
			return
		}
		again, err := Parse(rule, nil)
		if err != nil || again.String() != rule {
			t.Fatalf("%s: %q became %q, which is read as %v, %v", dialect, src, rule, again, err)
		}
	})
}
