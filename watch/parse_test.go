package watch

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"vedette/story"
)

func TestParseGivesCanonicalForm(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ src, want string }{
		"And":              {`idlib AND (ceasefire OR "observation post")`, `idlib AND (ceasefire OR "observation post")`},
		"SideBySide":       {`idlib ceasefire`, `idlib AND ceasefire`},
		"AndBeforeOr":      {`a OR b c`, `a OR b AND c`},
		"Nested":           {`((a OR (b)) OR c) d`, `(a OR b OR c) AND d`},
		"Minus":            {`a -b`, `a AND NOT b`},
		"Bang":             {`a !(b|c)`, `a AND NOT (b OR c)`},
		"AndNot":           {`a and not b`, `a AND NOT b`},
		"Plus":             {`+idlib +ceasefire`, `idlib AND ceasefire`},
		"DoubleSigns":      {`a && b || c`, `a AND b OR c`},
		"NearGroups":       {`(drone OR uav) NEAR/5 (strike* OR hit)`, `(drone OR uav) NEAR/5 (strike* OR hit)`},
		"Within":           {`a w/5 b`, `a NEAR/5 b`},
		"NearDefault":      {`a near b OR c`, `a NEAR/10 b OR c`},
		"NearLeft":         {`a NEAR/3 b NEAR/4 c`, `a NEAR/3 b NEAR/4 c`},
		"NearRight":        {`a NEAR/3 (b ONEAR/4 c)`, `a NEAR/3 (b ONEAR/4 c)`},
		"Field":            {`title:(kyiv OR kharkiv) =SAM`, `title:(kyiv OR kharkiv) AND =SAM`},
		"FieldNot":         {`a title:-b`, `a AND title:NOT b`},
		"FullWidth":        {`（停火｜休戦）伊德利卜`, `(停火 OR 休戦) AND 伊德利卜`},
		"AtLeast":          {`ATLEAST/2(shelling, drone strike, "killed in action") idlib`, `ATLEAST/2(shelling, drone AND strike, "killed in action") AND idlib`},
		"AtLeastOr":        {`atleast(a OR b OR c)`, `ATLEAST/2(a, b, c)`},
		"AtLeastArabic":    {`ATLEAST/2(إدلب، حلب)`, `ATLEAST/2(إدلب, حلب)`},
		"Count":            {`count(shelling or shell*)>=3`, `count(shelling OR shell*)>=3`},
		"CountMore":        {`count(shelling) > 3`, `count(shelling)>=4`},
		"SmartQuotes":      {`“observation post” „Wagner Gruppe“ «пост» 「停火」`, `"observation post" AND "Wagner Gruppe" AND "пост" AND "停火"`},
		"Slop":             {`"peace  talks"~3 words>100`, `"peace talks"~3 AND words>100`},
		"Slack":            {`AT&amp;T words&gt;=80 <http://bbc.com|bbc.com>`, `AT&T AND words>=80 AND bbc.com`},
		"SlackURL":         {`url:<https://example.org/a>`, `url:https://example.org/a`},
		"Regex":            {`/ka-?\/50/`, `/ka-?\/50/`},
		"Exact":            {`="Wagner Group" =SAM`, `="Wagner Group" AND =SAM`},
		"Thousands":        {`a casualties>1,000 words<12,000`, `a AND words<12000 AND casualties>1000`},
		"EntityInQuotes":   {`"a &amp;lt; b" /x&amp;gt;|y/`, `"a &amp;lt; b" AND /x&amp;gt;|y/`},
		"LinkInQuotes":     {`"&lt;http://a>"`, `"&lt;http://a>"`},
		"Turned":           {"\u2067إد\u200fلب\u2069 \"a\u202e b\" =\"C\u2066 D\"", `إدلب AND "a b" AND ="C D"`},
		"Controls":         {"\"a\x1b[31m b\"", `"a [31m b"`},
		"BoldItalic":       {`***idlib truce***`, `idlib AND truce`},
		"FieldInList":      {`ATLEAST/2(title:truce,shelling,text:"x")`, `ATLEAST/2(title:truce, shelling, text:"x")`},
		"ExactSlop":        {`="Wagner Group"~2`, `="Wagner Group"~2`},
		"LangAcronym":      {`lang:IT a`, `lang:IT AND a`},
		"Acronym":          {`US WHO who us`, `=US AND =WHO AND who AND us`},
		"Escapes":          {`"a \"b\" \\ c"`, `"a \"b\" \\ c"`},
		"OperatorInQuotes": {`"not" "or"`, `"not" AND "or"`},
		"Thresholds":       {`sources >= 2 idlib age<2 days level>high`, `idlib AND outlets>=2 AND age<2d AND level>high`},
		"ThresholdOfOr":    {`(a OR b) score≥60`, `(a OR b) AND score>=60`},
		"ThresholdInAnd":   {`a (b casualties>3) c`, `a AND b AND c AND casualties>3`},
		"SpacedNumbers":    {`a words > 80 words = 90`, `a AND words>80 AND words=90`},
		"WordsAsWord":      {`words =SAM "words"`, `words AND =SAM AND "words"`},
		"Strict":           {`strict:"peace talks"`, `strict:"peace talks"`},
		"StrictInside":     {`strict:(a "b c" OR d)`, `a AND strict:"b c" OR d`},
		"StrictNear":       {`strict:(a NEAR/3 "b c" NEAR/4 d) e`, `strict:(a NEAR/3 "b c" NEAR/4 d) AND e`},
		"StrictNearLeft":   {`strict:(a w/3 b) w/4 c`, `strict:(a NEAR/3 b) NEAR/4 c`},
		"StrictInField":    {`title:strict:"a b"`, `title:strict:"a b"`},
		"Spoiler":          {`||idlib ceasefire||`, `idlib AND ceasefire`},
		"SpoilerFirst":     {`||idlib|| ceasefire`, `idlib AND ceasefire`},
		"TightOr":          {`a||b || c`, `a OR b OR c`},
		"Bold":             {`**idlib** AND **"observation post"**`, `idlib AND "observation post"`},
		"BoldWhole":        {`**idlib truce**`, `idlib AND truce`},
		"WildcardsStay":    {`missil** *stan*`, `missil* AND *stan*`},
		"Code":             {"```idlib truce```", `idlib AND truce`},
		"CodeTick":         {"`idlib truce`", `idlib AND truce`},
		"LongDash":         {`idlib—truce —football`, `idlib—truce AND NOT football`},
		"SlackMail":        {`<mailto:a@b.org|a@b.org> idlib`, `a@b.org AND idlib`},
		"CommaIsNothing":   {`a, b، c`, `a AND b AND c`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Parse(tt.src, nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, r.String()); diff != "" {
				t.Errorf("canonical form (-want +got):\n%s", diff)
			}
			again, err := Parse(r.String(), nil)
			if err != nil || again.String() != r.String() {
				t.Errorf("parsed again: %v, %v", again, err)
			}
		})
	}
}

// Each file of the archive is a rule, a line of dashes, and what is said of it.
func TestParseExplainsWhatIsWrong(t *testing.T) {
	t.Parallel()
	const path = "testdata/errors.txtar"
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(archive.Files) < 100 {
		t.Errorf("%d cases, want 100 or more", len(archive.Files))
	}
	for i, f := range archive.Files {
		src, want, _ := strings.Cut(string(f.Data), "\n----\n")
		_, err := Parse(src, nil)
		var fault *Error
		if !errors.As(err, &fault) {
			t.Errorf("%s: error %v, want an *Error", f.Name, err)
			continue
		}
		got := fault.Error() + "\n"
		if os.Getenv("UPDATE_GOLDEN") != "" {
			archive.Files[i].Data = []byte(src + "\n----\n" + got)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f.Name, diff)
		}
		if fault.Pos < 0 || fault.End < fault.Pos || fault.End > len(src) {
			t.Errorf("%s: span %d:%d is outside the rule", f.Name, fault.Pos, fault.End)
		}
	}
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, txtar.Format(archive), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestParseBoundsHostileRules(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ src string }{
		"HugeRepeat":      {`/(?:a?){1000}b/`},
		"HugeRange":       {`/.{0,1000}b/`},
		"NestedRepeat":    {`/(?i)(?:\pL{1,30}\s?){1,30}!/`},
		"ClassRepeat":     {`/[\p{L}\p{N}]{1000}!/`},
		"DeepRepeat":      {`/((a{0,30}){0,30}){0,30}/`},
		"Open":            {`(`},
		"Empty":           {``},
		"MatchAll":        {`/.*/`},
		"MatchAllBare":    {`.*`},
		"Backslash":       {`\`},
		"Megabyte":        {strings.Repeat("a ", 1<<19)},
		"ManyTerms":       {strings.Repeat("a|", 1000) + "a"},
		"Deep":            {strings.Repeat("(", 1900) + "a" + strings.Repeat(")", 1900)},
		"ManyNots":        {strings.Repeat("NOT ", 900) + "a"},
		"ManyMinuses":     {"a " + strings.Repeat("-", 3000) + "a"},
		"StrayClose":      {`a AND (b OR c))`},
		"InvalidUTF8":     {"a \xff b"},
		"FieldsOnly":      {strings.Repeat("title:", 600) + "a"},
		"NoStart":         {strings.Repeat("\x90", 4003)},
		"LongNot":         {"NOT (" + strings.Repeat("停火 ", 480) + ")"},
		"LongLines":       {"NOT (" + strings.Repeat("停火\n", 480) + ")"},
		"OnlyPlus":        {strings.Repeat("+", 3000) + "a"},
		"LangOnly":        {`lang:uk`},
		"NegativeAtLeast": {`ATLEAST/2(NOT a, NOT b)`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse(tt.src, nil)
			if err == nil {
				t.Fatal("accepted")
			}
			if len(err.Error()) > 2000 {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestErrorPointsIntoTheRuleAsTyped(t *testing.T) {
	t.Parallel()
	src := `AT&amp;T AND <http://bbc.com|bbc.com> titel:x`
	_, err := Parse(src, nil)
	var fault *Error
	if !errors.As(err, &fault) {
		t.Fatal(err)
	}
	start, end, msg, hint := fault.Span()
	if got := src[start:end]; got != "titel:" {
		t.Errorf("span %q, want titel:", got)
	}
	if msg == "" || !strings.Contains(hint, "title") {
		t.Errorf("message %q, hint %q", msg, hint)
	}
}

func TestErrorsCountColumnsInCharacters(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]int{`titel:x`: 1, `停火 titel:x`: 4, "idlib\nحلب titel:x": 5, `a &amp;&amp; titel:x`: 14} {
		_, err := Parse(src, nil)
		var fault *Error
		if !errors.As(err, &fault) || fault.Column() != want {
			t.Errorf("%s: column of %v, want %d", src, err, want)
		}
	}
}

func TestNotesSayWhatIsExact(t *testing.T) {
	t.Parallel()
	r, err := Parse("US sanctions", nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`US is matched in capitals only, as typed; write "us" for any case.`}
	if diff := cmp.Diff(want, r.Notes()); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

func TestNotesWarnOfWordsThatLookLikeMore(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"idlib BUT NOT football": "BUT is a word here",
		"(idlib WITHIN truce)":   "WITHIN is a word here",
		"truce in idlib?":        "idlib? wants one letter after idlib",
		"wom?n but m?st":         "",
	} {
		if got := strings.Join(mustParse(t, src, nil).Notes(), "\n"); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: noted %q, want %q", src, got, want)
		}
	}
}

func TestNotesAskAboutSingleQuotes(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]bool{
		`'observation post' idlib`:   true,
		`idlib (‘observation post’)`: true,
		`'ayn idlib`:                 false,
		`Slov'yansk "a 'b' c"`:       false,
		`l'Ukraine d'Idlib’`:         false,
	} {
		if got := len(mustParse(t, src, nil).Notes()) > 0; got != want {
			t.Errorf("%s: noted %v, want %v", src, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, src := range []string{
		`idlib AND (ceasefire OR "x y"~3) NEAR/5 b -c title:/x/ =US ATLEAST/2(a,b,c) words>3`,
		`count(a)>=2 lang:uk “q” &lt; <http://a|b>`, `停火* NOT (a OR б) source:x`, `="a b" a?b* «ё»`,
		`place:(idlib OR "Tripoli, LB" -Киев) #strike`, `title:place:غزة place:van #x`,
		`"a\\" b:c`, `((a) | b)`, `+a --b`, `strict:(a NEAR/3 "b c") outlets>=2 age<3 days level>=high`,
		`||a|| **b** <@U1> {c}`, `a—b words ≥ 3 a&&b`, `0—&&0`, `"x"**b a**`, `"&amp;lt;"`,
	} {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		r, err := Parse(src, nil)
		if err != nil {
			var fault *Error
			if !errors.As(err, &fault) || fault.Error() == "" || fault.Pos > fault.End || fault.End > len(src) {
				t.Fatalf("%q: bad error %v", src, err)
			}
			return
		}
		form := r.String()
		if len(form) > maxBytes {
			return
		}
		again, err := Parse(form, nil)
		if err != nil {
			t.Fatalf("%q: canonical form %q: %v", src, form, err)
		}
		if diff := cmp.Diff(r, again, sameTree()); diff != "" {
			t.Fatalf("%q: canonical form %q (-first +again):\n%s", src, form, diff)
		}
		if r.Words() == "" {
			t.Fatalf("%q is not said in words", src)
		}
		lines, err := Format(src)
		if err != nil {
			t.Fatalf("%q: formatted: %v", src, err)
		}
		if len(lines) > maxBytes {
			t.Fatalf("%q: formatted it has %d bytes", src, len(lines))
		}
		if again, err = Parse(lines, nil); err != nil {
			t.Fatalf("%q: formatted %q: %v", src, lines, err)
		}
		if diff := cmp.Diff(r, again, sameTree()); diff != "" {
			t.Fatalf("%q: formatted %q (-first +again):\n%s", src, lines, diff)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse(`idlib AND (ceasefire OR "observation post") NOT football`, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// What was made of a term is kept for the rules after it, and must not be
// taken for another term of the same letters.
func TestTermsOfTheSameLettersStayApart(t *testing.T) {
	t.Parallel()
	set, err := NewSet([]story.Watch{
		{Name: "any case", Rule: `"US"`},
		{Name: "capitals", Rule: `US`},
		{Name: "name", Rule: `"peace talks"`},
		{Name: "near", Rule: `"peace talks"~2`},
	}, Names{"peace talks": {"negotiations"}})
	if err != nil {
		t.Fatal(err)
	}
	for title, want := range map[string]string{
		"tell us more":               "any case",
		"the US said":                "any case capitals",
		"negotiations":               "name",
		"peace and ceasefire talks":  "near",
		"peace talks began":          "name near",
		"peace talks and the US too": "any case capitals name near",
	} {
		var got []string
		for _, m := range set.Match(&story.Item{Title: title}) {
			got = append(got, string(m.Watch))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q matches %q, want %q", title, got, want)
		}
	}
}
