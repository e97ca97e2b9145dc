package counterparty_test

import (
	"slices"
	"testing"

	"vedette/internal/counterparty"
)

// TestMarkupIsReadForWhatItIs holds that the reader finds what a text must not
// hold: a reader that finds nothing would prove anything.
func TestMarkupIsReadForWhatItIs(t *testing.T) {
	read := counterparty.DiscordMarkdown(t)
	for text, want := range map[string]counterparty.Reading{
		"@everyone a":                      {Text: " a", Marks: []string{"everyone"}},
		"<@123456789012345678>":            {Marks: []string{"user"}},
		"# a":                              {Text: "a", Marks: []string{"heading"}},
		"||a||":                            {Text: "a", Marks: []string{"spoiler"}},
		"[a](https://evil.example)":        {Text: "a", Links: []string{"https://evil.example"}},
		"https://evil.example/a":           {Text: "https://evil.example/a", Links: []string{"https://evil.example/a"}},
		`\[a\]\(https\:\/\/evil.example\)`: {Text: "[a](https://evil.example)"},
		`\@everyone \*a\*`:                 {Text: "@everyone *a*"},
		"line\nbreak":                      {Text: "line\nbreak"},
	} {
		got, err := read(text)
		if err != nil {
			t.Fatal(err)
		}
		if got.Text != want.Text || !slices.Equal(got.Links, want.Links) || !slices.Equal(got.Marks, want.Marks) {
			t.Errorf("%q is read as %+v, want %+v", text, got, want)
		}
	}
}
