package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

// policies returns what a room is told by its policies.
func policies() map[string]*bot.Message {
	at := idlib().At
	titles := map[story.WatchName]string{"idlib": "Idlib front", "air": "Air war"}
	digest := bot.Digest(&story.Bulletin{Kind: story.DigestKind, At: at, Digest: &story.Digest{
		Since: at.Add(-24 * time.Hour), Held: 5, Below: 7,
		Bulletins: []story.Bulletin{{Watch: "idlib", Kind: story.LevelChange, From: story.Guarded, To: story.High, At: at.Add(-5 * time.Hour)}},
		Lines: []story.Line{
			{Story: 1, Level: story.High, Title: "Six soldiers killed in shelling, toll rises <!channel> @everyone", Link: "https://www.aa.com.tr/en/2", Watches: []story.WatchName{"idlib", "air"}, Origins: 3, Outlets: 7, Changed: at.Add(-4 * time.Hour), Held: true},
			{Story: 2, Level: story.Guarded, Title: "[Convoy](https://evil.example) leaves", Watches: []story.WatchName{"idlib"}, Origins: 1, Outlets: 1, Changed: at.Add(-20 * time.Hour)},
		},
	}}, time.UTC, titles, words.Words{})
	full := *digest
	full.Lines = nil
	for i := range 300 {
		full.Lines = append(full.Lines, bot.Line{Level: story.Guarded, Text: fmt.Sprintf("Story %d %s", i, hostile()[i%len(hostile())]), Link: fmt.Sprintf("https://news.example/%d", i), Note: "Idlib front · 1 origin"})
	}
	board := bot.BoardMessage([]story.Stand{
		{Watch: "idlib", Level: story.High, Since: at.Add(-5 * time.Hour), Week: 14, LastWeek: 9, Changed: at, Title: "Six soldiers killed in shelling <@U123>", Link: "https://www.aa.com.tr/en/2", Open: 3, Owners: []string{"Ana", "", "Ana"}},
		{Watch: "air", Level: story.Calm, Since: at.AddDate(0, -1, 0), Week: 1, LastWeek: 4},
	}, at, titles, words.Words{})
	ping, escalation, rung := idlib(), idlib(), idlib()
	ping.Calls = story.Mention{Kind: story.Here}
	fact := []bot.Fact{{Name: "Escalated", Text: "critical, and nobody has acknowledged it in desk for 10 min"}}
	escalation.Level, escalation.Facts, escalation.Calls = story.Critical, append(fact, escalation.Facts...), story.Mention{Kind: story.Group, ID: "223456789012345678"}
	rung.Level, rung.Facts, rung.Calls = story.Critical, escalation.Facts, story.Mention{Kind: story.User, ID: "323456789012345678"}
	return map[string]*bot.Message{"digest": digest, "digest_full": &full, "board": board, "ping": ping, "escalation": escalation, "rung": rung}
}

func TestPoliciesTellAsReviewed(t *testing.T) {
	for name, m := range policies() {
		t.Run(name, func(t *testing.T) {
			quiet := *m
			quiet.Calls = story.Mention{}
			holds(t, root(&quiet))
			holds(t, reply(&quiet))
			f := root(m)
			if name == "rung" { // it stands in the thread
				f = reply(m)
			}
			for suffix, form := range map[string]form{"": f.rich, "_plain": f.plain} {
				reviewed(t, name+suffix, form)
			}
		})
	}
}

// reviewed holds a form to what a person has read.
func reviewed(t *testing.T, name string, f form) {
	t.Helper()
	if n := units(f.Content); n > mostContent {
		t.Errorf("content has %d letters", n)
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(f); err != nil {
		t.Fatal(err)
	}
	// The client library's own encoding of components escapes.
	text := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(got.String())
	path := filepath.Join("testdata", "render", name+".json")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

func TestALongDigestSaysHowMuchIsLeftOut(t *testing.T) {
	m := policies()["digest_full"]
	d := trim(m)
	if len(d.Lines)+d.more != len(m.Lines) || d.more == 0 || !strings.Contains(root(m).rich.Embeds[0].Description, fmt.Sprintf("and %d more", d.more)) {
		t.Errorf("%d lines shown and %d counted, want %d", len(d.Lines), d.more, len(m.Lines))
	}
}
