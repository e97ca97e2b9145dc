package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

func TestADigestSaysWhatARoomWasNotTold(t *testing.T) {
	titles := map[story.WatchName]string{"idlib": "Idlib front"}
	rise := story.Bulletin{Watch: "idlib", Kind: story.LevelChange, From: story.Guarded, To: story.High, At: noon.Add(-30 * time.Hour)}
	lines := []story.Line{
		{
			Story: 1, Level: story.Elevated, Title: "Post shelled", Link: "https://wire.example/1", Watches: []story.WatchName{"idlib", "air"}, Origins: 1, Outlets: 2, Changed: noon.Add(-time.Hour),
			Care: story.Care{State: story.Acknowledged, Owner: story.Person{Name: "Ana\u202e"}, Changed: noon.Add(-time.Minute)},
		},
		{Story: 2, Level: story.Calm, Title: "Council meets", Watches: []story.WatchName{"air"}, Origins: 2, Outlets: 2, Changed: noon.Add(-24 * time.Hour)},
	}
	for name, tt := range map[string]struct {
		digest story.Digest
		title  string
		lines  []string
		facts  []bot.Fact
		level  story.Level
	}{
		"Held": {
			story.Digest{Held: 1, Why: []string{"quiet hours until 4 Feb 06:00 UTC"}, Lines: lines[:1]},
			"1 story, held back until now",
			[]string{"▲ Post shelled · Idlib front · air · 1 origin · 2 outlets · 14:00 · Acknowledged by Ana, 14:59"},
			[]bot.Fact{{Name: "Held back", Text: "1 message, told by these lines; quiet hours until 4 Feb 06:00 UTC"}},
			story.Elevated,
		},
		"Changed": {
			story.Digest{Since: noon.Add(-24 * time.Hour), Lines: lines[1:], Below: 1},
			"1 story since 2 Feb 15:00",
			[]string{"○ Council meets · air · 2 origins · 2 outlets · 2 Feb 15:00"},
			[]bot.Fact{{Name: "Not listed", Text: "1 story below the level from which this room is told"}},
			story.Calm,
		},
		"Watches": {
			story.Digest{Since: noon.Add(-time.Hour), Held: 2, Bulletins: []story.Bulletin{rise}},
			"1 change of watches since 14:00",
			[]string{"■ Idlib front rises from guarded to high · 2 Feb 09:00"},
			[]bot.Fact{{Name: "Held back", Text: "2 messages, told by these lines"}},
			story.High,
		},
		"AMuteThatEndedAtNight": {
			story.Digest{Held: 1, Bulletins: []story.Bulletin{{Watch: "idlib", Kind: story.MuteEnd, At: noon, Reasons: []string{"The mute of idlib by Ana has ended"}, Digest: &story.Digest{Lines: lines[1:], Bulletins: []story.Bulletin{rise}}}}},
			"1 change of watches, held back until now",
			[]string{
				"The mute of idlib by Ana has ended · 15:00", "■ Idlib front rises from guarded to high · 2 Feb 09:00",
				"○ Council meets · air · 2 origins · 2 outlets · 2 Feb 15:00",
			},
			[]bot.Fact{{Name: "Held back", Text: "1 message, told by these lines"}},
			story.Unjudged,
		},
		"Both": {
			story.Digest{Lines: lines, Bulletins: []story.Bulletin{rise, rise}},
			"2 stories and 2 changes of watches, held back until now",
			[]string{
				"■ Idlib front rises from guarded to high · 2 Feb 09:00", "■ Idlib front rises from guarded to high · 2 Feb 09:00",
				"▲ Post shelled · Idlib front · air · 1 origin · 2 outlets · 14:00 · Acknowledged by Ana, 14:59", "○ Council meets · air · 2 origins · 2 outlets · 2 Feb 15:00",
			},
			nil, story.High,
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := bot.Digest(&story.Bulletin{Kind: story.DigestKind, At: noon, Digest: &tt.digest}, time.FixedZone("+03", 3*3600), titles, words.Words{})
			var got []string
			for _, l := range m.Lines {
				got = append(got, l.String())
			}
			if m.Title.Text != tt.title || m.Level != tt.level {
				t.Errorf("it is called %q at %s, want %q at %s", m.Title.Text, m.Level, tt.title, tt.level)
			}
			if diff := cmp.Diff(tt.lines, got); diff != "" {
				t.Errorf("lines (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.facts, m.Facts); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}
