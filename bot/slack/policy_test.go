package slack

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

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
	escalation.Level, escalation.Facts, escalation.Calls = story.Critical, append(fact, escalation.Facts...), story.Mention{Kind: story.Group, ID: "S0123456789"}
	rung.Level, rung.Facts, rung.Calls = story.Critical, escalation.Facts, story.Mention{Kind: story.User, ID: "U0123456789"}
	return map[string]*bot.Message{"digest": digest, "digest_full": &full, "board": board, "ping": ping, "escalation": escalation, "rung": rung}
}

func TestRoomsSeeWhatTheirPoliciesTell(t *testing.T) {
	for name, m := range policies() {
		t.Run(name, func(t *testing.T) {
			f := root(m, "key0000000000001")
			if name == "rung" { // it stands in the thread
				f = reply(m, "key0000000000001")
			}
			quiet := f
			quiet.text = strings.TrimPrefix(f.text, mention(m.Calls))
			holds(t, quiet)
			got := txtar.Format(&txtar.Archive{Files: []txtar.File{
				{Name: "picture", Data: []byte(picture(f.blocks))},
				{Name: "text", Data: []byte(f.text + "\n")},
				{Name: "blocks", Data: pretty(t, f.blocks)},
			}})
			path := filepath.Join("testdata", "render", name+".txt")
			if *update {
				if err := os.WriteFile(path, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the room sees another message (-want +got):\n%s", diff)
			}
		})
	}
}

func TestALongDigestSaysHowMuchIsLeftOut(t *testing.T) {
	m := policies()["digest_full"]
	d := trim(m, "")
	for d.shed() && len(d.Lines) > 3 {
		if len(d.Lines)+d.more != len(m.Lines) {
			t.Fatalf("%d lines shown and %d counted, want %d", len(d.Lines), d.more, len(m.Lines))
		}
	}
	if got := picture(root(m, "key0000000000001").blocks); !strings.Contains(got, " more") {
		t.Errorf("the digest is\n%s\nwant what is left out counted", got)
	}
}
