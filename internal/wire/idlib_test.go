package wire_test

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"vedette/internal/wire"
	"vedette/story"
	"vedette/story/group"
)

func idlib(t *testing.T) *wire.Script {
	t.Helper()
	s, err := wire.Idlib()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheStoryOfIdlibHasItsMonthItsVoicesAndItsTwists(t *testing.T) {
	s := idlib(t)
	spoke := make(map[story.FeedName]int)
	links := make(map[string]bool)
	edits, copies := 0, 0
	for _, it := range s.Said {
		if it.At.Before(at("2020-01-12 00:00")) || !it.At.Before(at("2020-02-13 00:00")) {
			t.Errorf("line %d: %s is outside the month", it.Line, it.At)
		}
		if it.Act == wire.Edit {
			edits++
			continue
		}
		spoke[it.Feed]++
		u, err := url.Parse(it.Link)
		if err != nil {
			t.Fatal(err)
		}
		page := strings.TrimPrefix(u.Host, "www.") + u.Path
		if links[page] {
			copies++
		}
		links[page] = true
		if n := strings.Count(it.Summary, ". ") + 1; it.Summary == "" || n > 4 {
			t.Errorf("line %d: %d sentences, want 1 to 4", it.Line, n)
		}
	}
	if n := len(s.Said); n < 45 || n > 80 {
		t.Errorf("%d sayings, want 45 to 80", n)
	}
	if edits < 3 || copies < 6 {
		t.Errorf("%d edits and %d copies, want at least 3 and 6", edits, copies)
	}
	if len(s.Feeds) != 5 {
		t.Errorf("%d feeds, want 5", len(s.Feeds))
	}
	for _, f := range s.Feeds {
		if spoke[f.Name] < 5 {
			t.Errorf("%s says %d items, want at least 5", f.Name, spoke[f.Name])
		}
		if !strings.Contains(s.Desk, "{{wire}}/"+string(f.Name)+`"`) {
			t.Errorf("%s is not in the desk file", f.Name)
		}
		if !slices.ContainsFunc(s.Past, func(it wire.Saying) bool { return it.Feed == f.Name }) {
			t.Errorf("%s has no past", f.Name)
		}
	}
}

// TestTheStoryOfIdlibMakesStories takes the reports that a plain reading of
// the watches would pick through the judgement of kinship.
func TestTheStoryOfIdlibMakesStories(t *testing.T) {
	stories := group.New(group.Defaults())
	made, copied, picked, left := 0, 0, 0, 0
	for i, s := range idlib(t).Said {
		if s.Act != wire.Say {
			continue
		}
		if !about(s) {
			left++
			continue
		}
		picked++
		canonical, _, _ := strings.Cut(strings.NewReplacer("https://", "", "http://", "", "www.", "").Replace(s.Link), "?")
		it := story.Item{ID: story.ItemID(i + 1), Feed: s.Feed, Outlet: string(s.Feed), Canonical: canonical, Title: s.Title, Summary: s.Summary, Effective: s.At}
		kin := stories.Place(&it)
		t.Logf("%s %-11s %-7s %2d  %s", s.At.Format("01-02 15:04"), s.Feed, kin.Relation, kin.Story, s.Title)
		if kin.Relation == story.Copies {
			copied++
		}
		if kin.Story == 0 {
			made++
			kin.Story = story.ID(made)
		}
		stories.Add(kin.Story, story.Report{Item: it, Relation: kin.Relation, CopyOf: kin.CopyOf})
	}
	if n := made; n < 10 || n > 18 || copied < 6 || left < 13 {
		t.Errorf("%d reports make %d stories with %d copies, and %d are left out; want 10 to 18, 6 and 13", picked, n, copied, left)
	}
}

// about is a stand-in for the rules of the story's desk file.
func about(s wire.Saying) bool {
	title, text := strings.ToLower(s.Title), strings.ToLower(s.Title+" "+s.Summary)
	has := func(text string, words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	return has(text, "idlib") && has(text, "ceasefire", "observation post", "shelling", "killed", "ultimatum", "airstrike", "displaced") ||
		has(title, "turkey", "turkish", "ankara") && has(title, "russia", "moscow") && has(text, "talks", "delegation", "phone")
}

func TestTheStoryOfIdlibIsToldToItsEnd(t *testing.T) {
	sv := wire.New(idlib(t))
	server := httptest.NewServer(sv.Handler())
	t.Cleanup(server.Close)
	for at, ok := sv.Next(); ok; at, ok = sv.Next() {
		for _, feed := range sv.Advance(at) {
			if got := read(t, server.URL+"/"+string(feed)); len(got.Items) < 2 {
				t.Errorf("%s shows %d items after it spoke", feed, len(got.Items))
			}
		}
	}
}
