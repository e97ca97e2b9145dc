package signal

import (
	"bufio"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vedette/story"
)

// thursday is when the invented reports were published.
func thursday() time.Time { return time.Date(2020, 2, 13, 12, 0, 0, 0, time.UTC) }

func reader(tb testing.TB) *Reader {
	tb.Helper()
	r, err := NewReader()
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// claimed returns the signals of events in text.
func claimed(r *Reader, lang, text string) []story.Signal {
	return slices.DeleteFunc(r.Read(&story.Item{Summary: text, Lang: lang, Effective: thursday()}), func(s story.Signal) bool {
		return !slices.Contains(kinds(), s.Kind)
	})
}

func TestSentencesClaimWhatTheySay(t *testing.T) {
	r := reader(t)
	files, err := filepath.Glob("testdata/claims.*.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		lang := strings.Split(filepath.Base(path), ".")[1]
		t.Run(lang, func(t *testing.T) {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			for lines := bufio.NewScanner(f); lines.Scan(); {
				want, text, ok := strings.Cut(lines.Text(), ": ")
				if !ok || strings.HasPrefix(want, "#") {
					continue
				}
				var got []string
				for _, s := range claimed(r, lang, text) {
					got = append(got, string(s.Kind))
				}
				slices.Sort(got)
				if got := strings.Join(got, ", "); got != want {
					t.Errorf("%q claims %q, want %q", text, got, want)
				}
			}
		})
	}
}

func FuzzEvents(f *testing.F) {
	r := reader(f)
	f.Add("Norland gave Sudmark until the end of the month to pull back; jets bombed it in 2018.", "en")
	f.Add("أمهل الرئيس المتمردين حتى 29 فبراير.", "")
	f.Add("threatened to - \xff “by” 99999999999999999999:61 pm 31 February", "tr")
	f.Fuzz(func(t *testing.T, text, lang string) {
		for _, s := range claimed(r, lang, text) {
			if s.Words.Start < s.Sentence.Start || s.Words.End > s.Sentence.End || s.Words.Start >= s.Words.End {
				t.Fatalf("%q: the words of %+v lie outside the sentence", text, s)
			}
		}
	})
}
