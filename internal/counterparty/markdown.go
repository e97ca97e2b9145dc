package counterparty

import (
	"encoding/json"
	"fmt"
	"testing"
)

// A Reading is what a text in Discord's markup comes to.
type Reading struct {
	Text  string   `json:"text"`  // that is seen
	Links []string `json:"links"` // that can be followed
	Marks []string `json:"marks"` // whatever else is not plain text, such as everyone, heading or spoiler
}

// DiscordMarkdown returns a reader of Discord's markup that somebody else wrote,
// on the parser that Discord's own client began with. It reads texts one after
// another until the test ends, from one goroutine at a time, and knows no lists.
// Where node or the reader is not installed, it skips the test and says how to
// install them.
func DiscordMarkdown(tb testing.TB) (read func(text string) (Reading, error)) {
	tb.Helper()
	dir := installed(tb, "discord-markdown-parser")
	_, said, tell := converse(tb, dir, "discordmarkdown.mjs")
	return func(text string) (r Reading, err error) {
		asked, err := json.Marshal(text)
		if err != nil {
			return r, err
		}
		if _, err := fmt.Fprintf(tell, "%s\n", asked); err != nil {
			return r, err
		}
		line, err := said.ReadBytes('\n')
		if err != nil {
			return r, err
		}
		return r, json.Unmarshal(line, &r)
	}
}
