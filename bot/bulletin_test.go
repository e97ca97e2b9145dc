package bot_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

func TestBulletinSaysWhatChangedAndWhy(t *testing.T) {
	at := time.Date(2020, 2, 3, 9, 0, 0, 0, time.UTC)
	b := story.Bulletin{
		Watch: "idlib", Kind: story.LevelChange, From: story.Guarded, To: story.High, At: at,
		Reasons: []string{"7 of an army's dead", "acts 4.2 times what is usual"},
		Evidence: []story.Witness{
			{Item: 2, Outlet: "Monitor", Title: "Toll rises", Link: "https://monitor.example/2", At: at.Add(-time.Hour)},
			{Item: 1, Outlet: "Wire", Title: "Post shelled", At: at.Add(-30 * time.Hour)},
			{Item: 3, Outlet: "Wire", Title: "Convoy leaves", At: at.Add(-31 * time.Hour)},
			{Item: 4, Outlet: "Paper", Title: "Envoy summoned", At: at.Add(-32 * time.Hour)},
		},
	}
	m := bot.Bulletin(&b, time.FixedZone("+03", 3*3600), map[story.WatchName]string{"idlib": "Idlib front"}, words.Words{})
	if got, want := m.Head(), "■ HIGH · Idlib front · 3 Feb 12:00 +03"; got != want {
		t.Errorf("head is %q, want %q", got, want)
	}
	want := []bot.Fact{
		{Name: "Why", Text: "7 of an army's dead"},
		{Name: "Why", Text: "acts 4.2 times what is usual"},
		{Name: "Report", Text: "Toll rises (Monitor, 11:00)"},
		{Name: "Report", Text: "Post shelled (Wire, 2 Feb 06:00)"},
		{Name: "Report", Text: "Convoy leaves (Wire, 2 Feb 05:00)"},
	}
	if diff := cmp.Diff(want, m.Facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]bot.Source{{Outlet: "Monitor", Link: "https://monitor.example/2"}, {Outlet: "Wire"}, {Outlet: "Paper"}}, m.Sources); diff != "" {
		t.Errorf("sources (-want +got):\n%s", diff)
	}
}

func TestBulletinHeadlines(t *testing.T) {
	for want, b := range map[string]story.Bulletin{
		"idlib rises from calm to elevated":    {From: story.Calm, To: story.Elevated},
		"idlib falls from critical to high":    {From: story.Critical, To: story.High},
		"idlib is back to calm, from elevated": {From: story.Elevated, To: story.Calm},
		"idlib: the ultimatum has ended":       {Kind: story.Deadline, From: story.High, To: story.High, Reasons: []string{"the ultimatum has ended"}},
	} {
		b.Watch = "idlib"
		if got := bot.Bulletin(&b, time.UTC, nil, words.Words{}).Title.Text; got != want {
			t.Errorf("title is %q, want %q", got, want)
		}
	}
}

func TestOperatorsReadOfAFeedInAFewWords(t *testing.T) {
	b := &story.Bulletin{Kind: story.FeedHealth, Key: "wire blind 1", At: time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC), Reasons: []string{
		"The Wire (wire) is blind for 36 minutes: nothing can be got from it", "the server answers 503 Service Unavailable",
	}}
	m := bot.Bulletin(b, time.FixedZone("Istanbul", 3*60*60), nil, words.Words{})
	same := func(s string) string { return s }
	got := bot.Plain(m, 1000, same, func(s string) int { return len(s) })
	want := "The Wire (wire) is blind for 36 minutes: nothing can be got from it\nWhy: the server answers 503 Service Unavailable"
	if head := m.Head(); got != want || head != "Feeds · 13 Aug 15:00 Istanbul" {
		t.Errorf("told %s\n%s\nwant\n%s", head, got, want)
	}
}

func TestTheFloorOfARoomDoesNotHideThatAFeedIsIll(t *testing.T) {
	now := time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC)
	due := &story.Due{Now: now}
	due.Notice = story.Notice{Kind: story.FeedHealth, At: now, Bulletin: &story.Bulletin{Kind: story.FeedHealth, Reasons: []string{"wire is blind"}, At: now}}
	if got := (&bot.Policy{From: story.High}).Weigh(due, time.UTC); got.State != story.Owed || got.Calls.Kind != story.Nobody {
		t.Errorf("weighed as %+v; want it told, without a ping", got)
	}
	digest := &story.Bulletin{Kind: story.DigestKind, At: now, Digest: &story.Digest{Bulletins: []story.Bulletin{*due.Notice.Bulletin}}}
	if m := bot.Digest(digest, time.UTC, nil, words.Words{}); len(m.Lines) != 1 || m.Lines[0].Text != "wire is blind" {
		t.Errorf("digest has %+v, want the feed's line", m.Lines)
	}
}
