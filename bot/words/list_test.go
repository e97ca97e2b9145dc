package words_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/go/packages"

	"vedette/bot/words"
)

// A reader lists the texts of the code.
type reader struct {
	*testing.T
	pkg   *packages.Package
	texts map[words.Text]*words.Entry
}

// TestTheListHasEveryTextOfTheCode holds languages/en.json, from which a
// translator begins, to the code: each text, where it is said, and for those
// that would be guessed at a note. UPDATE_GOLDEN=1 writes it, and leaves notes
// to be filled in.
func TestTheListHasEveryTextOfTheCode(t *testing.T) {
	t.Parallel()
	const file = "languages/en.json"
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var had []words.Entry
	if err := json.Unmarshal(body, &had); err != nil {
		t.Fatal(err)
	}
	texts := textsOfTheCode(t)
	for _, e := range had {
		if now := texts[e.ID]; now != nil {
			now.Note = e.Note
		}
	}
	var want bytes.Buffer
	want.WriteString("[\n")
	for i, id := range slices.Sorted(maps.Keys(texts)) {
		if texts[id].Note == "" && ambiguous(texts[id]) {
			t.Errorf("%q needs a note for whoever translates it", id)
		}
		line := encoded(t, texts[id])
		if i < len(texts)-1 {
			line += ","
		}
		want.WriteString("\t" + line + "\n")
	}
	want.WriteString("]\n")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, want.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want.String(), string(body)); diff != "" {
		t.Errorf("%s is not what the code says (-want +got):\n%s", file, diff)
	}
}

// ambiguous reports whether a text needs a note: a word by itself may be
// anything, and nobody knows what two values are.
func ambiguous(e *words.Entry) bool {
	values := strings.Count(strings.ReplaceAll(string(e.ID), "%%", ""), "%")
	return values > 1 || values == 0 && !strings.Contains(string(e.ID), " ")
}

// TestALanguageIsWhole holds each language but English to the list: it
// translates all of it and nothing else.
func TestALanguageIsWhole(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("languages/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	listed := entries(t, "languages/en.json")
	for _, file := range files {
		if filepath.Base(file) == "en.json" {
			continue
		}
		has := entries(t, file)
		for id := range listed {
			if has[id].Says == "" {
				t.Errorf("%s does not say %q", file, id)
			}
		}
		for id := range has {
			if _, known := listed[id]; !known {
				t.Errorf("%s says %q, which the code does not", file, id)
			}
			if strings.HasPrefix(listed[id].Note, "a layout of Go") {
				shows(t, string(id), has[id].Says)
			}
		}
	}
}

// shows holds a layout of times to the English one: it shows the same day, and
// the minute and the zone if that does.
func shows(t *testing.T, english, layout string) {
	t.Helper()
	for _, part := range []string{"15:04", "MST", "2006"} {
		if strings.Contains(english, part) != strings.Contains(layout, part) {
			t.Errorf("the layout %q shows %s, or does not, other than %q", layout, part, english)
		}
	}
	for _, at := range []time.Time{time.Date(2031, 3, 9, 4, 5, 0, 0, time.UTC), time.Date(2031, 12, 27, 23, 59, 0, 0, time.UTC)} {
		got, err := time.Parse(layout, at.Format(layout))
		if err != nil || got.Month() != at.Month() || got.Day() != at.Day() {
			t.Errorf("the layout %q shows %v as %v (%v)", layout, at, got, err)
		}
	}
}

// entries returns what the file of a language holds.
func entries(t *testing.T, file string) map[words.Text]words.Entry {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []words.Entry
	if err := json.Unmarshal(body, &all); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	byID := make(map[words.Text]words.Entry)
	for _, e := range all {
		if _, twice := byID[e.ID]; twice {
			t.Errorf("%s has %q twice", file, e.ID)
		}
		byID[e.ID] = e
	}
	return byID
}

func encoded(t *testing.T, e *words.Entry) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// textsOfTheCode returns all constants that are texts, by what they say.
func textsOfTheCode(t *testing.T) map[words.Text]*words.Entry {
	t.Helper()
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: "../.."}, "./bot/...")
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{T: t, texts: make(map[words.Text]*words.Entry)}
	for _, p := range loaded {
		for _, e := range p.Errors {
			t.Fatal(e)
		}
		r.pkg = p
		for _, f := range p.Syntax {
			ast.Inspect(f, r.look)
		}
	}
	return r.texts
}

// look notes the texts of a piece of code.
func (r *reader) look(n ast.Node) bool {
	expr, ok := n.(ast.Expr)
	if !ok {
		return true
	}
	if call, ok := n.(*ast.CallExpr); ok {
		return r.call(call)
	}
	if text, ok := r.text(expr); ok {
		r.add(expr, text, "")
		return false
	}
	return true
}

// text returns the text that an expression is, if it is a constant one.
func (r *reader) text(e ast.Expr) (words.Text, bool) {
	tv := r.pkg.TypesInfo.Types[e]
	if tv.Value == nil || tv.Value.Kind() != constant.String || !isText(tv.Type) {
		return "", false
	}
	return words.Text(constant.StringVal(tv.Value)), true
}

func isText(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "Text" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "vedette/bot/words"
}

// call holds a call to what its texts say: as many values as they have, one for
// each plural, and never a text that was put together.
func (r *reader) call(c *ast.CallExpr) bool {
	if fun := r.pkg.TypesInfo.Types[c.Fun]; fun.IsType() && isText(fun.Type) {
		if _, constant := r.text(c); !constant {
			r.Errorf("%s: a text is made of what is no constant", r.pkg.Fset.Position(c.Pos()))
		}
		return true
	}
	sig, ok := r.pkg.TypesInfo.TypeOf(c.Fun).(*types.Signature)
	if !ok || !sig.Variadic() || c.Ellipsis.IsValid() || sig.Params().Len() < 2 || len(c.Args) < sig.Params().Len()-1 {
		return true
	}
	at := sig.Params().Len() - 2
	text, ok := r.text(c.Args[at])
	if !ok || !isText(sig.Params().At(at).Type()) {
		return true
	}
	values, one := len(c.Args)-at-1, words.Text("")
	if at == 2 { // Count, whose first value is the number
		values++
		one, _ = r.text(c.Args[1])
	}
	for _, said := range []words.Text{text, one} {
		if n := len(regexp.MustCompile(`%[^%]`).FindAllString(string(said), -1)); said != "" && n != values {
			r.Errorf("%s: %q is given %d values", r.pkg.Fset.Position(c.Pos()), said, values)
		}
	}
	r.add(c, text, one)
	for _, a := range append(c.Args[at+1:], c.Fun) {
		ast.Inspect(a, r.look)
	}
	if one == "" {
		for _, a := range c.Args[:at] {
			ast.Inspect(a, r.look)
		}
	}
	return false
}

// add notes where a text is said, and with which singular.
func (r *reader) add(at ast.Node, text, one words.Text) {
	if !strings.ContainsFunc(strings.NewReplacer("%s", "", "%d", "", "%q", "").Replace(string(text)), letter) {
		return // there is nothing to translate
	}
	e := r.texts[text]
	if e == nil {
		e = &words.Entry{ID: text, One: string(one)}
		r.texts[text] = e
	}
	if e.One != string(one) {
		r.Errorf("%s: %q has the singulars %q and %q", r.pkg.Fset.Position(at.Pos()), text, e.One, one)
	}
	where := strings.TrimPrefix(r.pkg.PkgPath, "vedette/") + "/" + filepath.Base(r.pkg.Fset.Position(at.Pos()).Filename)
	all := strings.Fields(e.Where)
	if !slices.Contains(all, where) {
		all = append(all, where)
		slices.Sort(all)
		e.Where = strings.Join(all, " ")
	}
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
