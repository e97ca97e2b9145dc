package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"vedette/internal/fakeroom"
)

// TestTheGalleryIsUpToDate holds docs/gallery.md to the messages that were
// reviewed: the golden files of both platforms.
func TestTheGalleryIsUpToDate(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(`# What rooms see

Every kind of message, as its words stand in Slack and in Discord. The pictures are read off the golden files of
[bot/slack](../bot/slack/testdata/render) and [bot/discord](../bot/discord/testdata/render), which tests hold to the
platforms' own descriptions; ` + "`go test -run Gallery . -update`" + ` writes this page. A line between square brackets is a row of buttons.
`)
	for _, kind := range [][2]string{
		{"root", "A story"},
		{"had", "A story that somebody has"},
		{"ping", "A story that calls somebody"},
		{"reply", "A further report, in the story's thread"},
		{"bulletin", "A change of level"},
		{"escalation", "Nobody has acknowledged: the next rung"},
		{"rung", "The next rung, in the thread"},
		{"digest", "A digest"},
		{"board", "The board"},
		{"onward", "A story that was merged into another"},
		{"apart", "A story that was split off"},
		{"answer", "An answer to a command"},
	} {
		slack, discord := slackPicture(t, map[string]string{"root": "short"}[kind[0]]), discordPicture(t, kind[0])
		if slack == "" {
			slack = slackPicture(t, kind[0])
		}
		if slack == "" && discord == "" {
			t.Errorf("there is no picture of %s", kind[0])
		}
		b.WriteString("\n## " + kind[1] + "\n")
		for _, p := range [][2]string{{"Slack", slack}, {"Discord", discord}} {
			if p[1] != "" {
				b.WriteString("\n" + p[0] + ":\n\n```text\n" + strings.ReplaceAll(strings.TrimSpace(p[1]), "```", "'''") + "\n```\n")
			}
		}
	}
	page := filepath.Join("docs", "gallery.md")
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(got)); diff != "" {
		t.Errorf("%s is not what the golden files show (-want +got):\n%s", page, diff)
	}
}

// slackPicture returns the picture in a golden file of Slack's, or "".
func slackPicture(t *testing.T, kind string) string {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("bot", "slack", "testdata", "render", kind+".txt"))
	if err != nil {
		return ""
	}
	for _, f := range a.Files {
		if f.Name == "picture" {
			return string(f.Data)
		}
	}
	return ""
}

// discordPicture returns what a person reads in a golden file of Discord's, or
// "".
func discordPicture(t *testing.T, kind string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("bot", "discord", "testdata", "render", kind+".json"))
	if err != nil {
		return ""
	}
	text, err := fakeroom.DiscordText(body)
	if err != nil {
		return "" // a form is no message
	}
	return text
}
