package watch

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"vedette/story"
)

var updateHan = flag.String("update-han", "", "rewrite han.txt from this file of pairs, which OpenCC calls TSCharacters")

// hanPairs reads what OpenCC says of characters: pairs parted by bars or
// lines, the first of several simplified forms being the usual one.
func hanPairs(text string) map[rune]rune {
	simple := make(map[rune]rune)
	for pair := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '|' || r == '\n' || r == '"' }) {
		forms := strings.Fields(pair)
		if len(forms) < 2 || utf8.RuneCountInString(forms[0]) != 1 || utf8.RuneCountInString(forms[1]) != 1 {
			continue
		}
		old, _ := utf8.DecodeRuneInString(forms[0])
		now, _ := utf8.DecodeRuneInString(forms[1])
		if len(forms[0]) == 3 && len(forms[1]) == 3 && old != now && isAlone(old) && isAlone(now) { // the fold table holds no others
			simple[old] = now
		}
	}
	for old, now := range simple {
		for simple[now] != 0 && simple[now] != old {
			now = simple[now]
		}
		simple[old] = now
	}
	return simple
}

func TestHanPairsAreInOrderAndFoldOnce(t *testing.T) {
	if *updateHan != "" {
		text, err := os.ReadFile(*updateHan)
		if err != nil {
			t.Fatal(err)
		}
		pairs := hanPairs(string(text))
		var b strings.Builder
		for _, old := range slices.Sorted(maps.Keys(pairs)) {
			fmt.Fprintf(&b, "%c%c\n", old, pairs[old])
		}
		if err := os.WriteFile("han.txt", []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	last, lines := "", 0
	for line := range strings.Lines(hanVariants) {
		lines++
		if len(line) != hanLine || line <= last {
			t.Fatalf("han.txt:%d: %q after %q: want two characters and a line feed, in order", lines, line, last)
		}
		last = line
		if now := line[3:6]; simplified([]rune(now)[0]) != "" {
			t.Errorf("han.txt:%d: %s is itself simplified", lines, now)
		}
	}
	if lines < 2500 {
		t.Errorf("%d pairs, want thousands", lines)
	}
}

func TestTraditionalAndSimplifiedAreOne(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"停火協議", "停火协议"},
		{"台湾", "臺灣"},
		{"以軍", "以军空袭"},
		{"空襲", "以军空袭"},
		{"乌克兰", "烏克蘭東部"},
		{"導彈", "发射导弹"},
		{"頓涅茨克", "顿涅茨克州"},
		{"enemy OR 敵軍", "敌军"},
	} {
		if _, ok := mustParse(t, c[0], nil).Match(&story.Item{Title: c[1]}); !ok {
			t.Errorf("%s does not match %q", c[0], c[1])
		}
		if _, ok := mustParse(t, `="協議"`, nil).Match(&story.Item{Title: "协议"}); ok {
			t.Error("what is to be as typed matches its simplified form")
		}
	}
	for _, c := range [][2]string{{"加沙", "加薩"}, {"停火", "停战"}, {"導彈", "导演"}} {
		if _, ok := mustParse(t, c[0], nil).Match(&story.Item{Title: c[1]}); ok {
			t.Errorf("%s matches %q", c[0], c[1])
		}
	}
}
