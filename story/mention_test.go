package story_test

import (
	"strings"
	"testing"

	"vedette/story"
)

func TestMentionsAreThoseThatAPlatformKnows(t *testing.T) {
	for text, want := range map[string]story.Mention{
		"here":                   {Kind: story.Here},
		"everyone":               {Kind: story.Everyone},
		"@S0123456789":           {Kind: story.Group, ID: "S0123456789"},
		"@U0123456789":           {Kind: story.User, ID: "U0123456789"},
		"@W0123456789":           {Kind: story.User, ID: "W0123456789"},
		"@&123456789012345678":   {Kind: story.Group, ID: "123456789012345678"},
		"@123456789012345678":    {Kind: story.User, ID: "123456789012345678"},
		"":                       {},
		"@oncall":                {},
		"@":                      {},
		"@&":                     {},
		"@here":                  {},
		"@U012":                  {},
		"@C0123456789":           {},
		"@U0123456789> <!here":   {},
		"@&1234567890123456789a": {},
		"S0123456789":            {},
	} {
		got, ok := story.ParseMention(text)
		if ok != (want.Kind != story.Nobody) || ok && got != want {
			t.Errorf("%q is %+v, %v; want %+v", text, got, ok, want)
		}
	}
}

func FuzzParseMention(f *testing.F) {
	f.Add("here")
	f.Add("@&123456789012345678")
	f.Fuzz(func(t *testing.T, text string) {
		m, ok := story.ParseMention(text)
		if !ok {
			return
		}
		if m.String() != text || strings.ContainsAny(m.ID, "<>!@&|^ \n") {
			t.Errorf("%q is read as %+v, which is written %q", text, m, m)
		}
	})
}
