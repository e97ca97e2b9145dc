package feeds_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"vedette/story"
)

// moved answers at /feed with a redirect and at /moved with the feed.
func moved(code int, body string, asked *[]string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		*asked = append(*asked, r.URL.Path)
		if r.URL.Path == "/feed" {
			w.Header().Set("Location", "/moved")
			w.WriteHeader(code)
			return
		}
		fmt.Fprint(w, body)
	}
}

func TestAPermanentRedirectIsAdoptedOnEvidenceAlone(t *testing.T) {
	tests := map[string]struct {
		code  int
		first string // what the feed said before
		days  time.Duration
		want  bool
	}{
		"PermanentForADay":     {301, rss("one"), 25 * time.Hour, true},
		"PermanentByThe308":    {308, rss("one"), 25 * time.Hour, true},
		"NotADayYet":           {301, rss("one"), 23 * time.Hour, false},
		"Temporary302":         {302, rss("one"), 100 * time.Hour, false},
		"Temporary303":         {303, rss("one"), 100 * time.Hour, false},
		"Temporary307":         {307, rss("one"), 100 * time.Hour, false},
		"AnotherFeedIsThere":   {301, rss("other"), 25 * time.Hour, true}, // once it was read there, it is this feed
		"NothingWasSeenBefore": {301, "", 25 * time.Hour, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			if test.first != "" {
				b.poll(text(test.first))
			}
			var asked []string
			state := b.until(test.days, moved(test.code, rss("one", "two"), &asked))
			if got := state.Move.URL != ""; got != test.want {
				t.Fatalf("adopted %v (%+v), want %v", got, state.Move, test.want)
			}
			asked = nil
			b.poll(moved(test.code, rss("one", "two"), &asked))
			if got := asked[0] == "/moved"; got != test.want {
				t.Errorf("asked %v, want the new URL first: %v", asked, test.want)
			}
			if told := b.shelf.told["f"]; told.New > 2 {
				t.Errorf("told %+v; want nothing told again", told)
			}
		})
	}
}

func TestAMoveToWhatIsNoFeedIsNotAdoptedAndADeadOneIsUndone(t *testing.T) {
	b := newBench(t)
	b.poll(text(rss("one")))
	var asked []string
	if state := b.until(60*time.Hour, moved(301, "<html>parked</html>", &asked)); state.Move.URL != "" || state.Failures == 0 {
		t.Errorf("state %+v; want a page not adopted as the feed", state)
	}
	b.until(30*time.Hour, moved(301, rss("one"), &asked))
	state := b.poll(status(404))
	if state.Move.URL != "" || state.Failures != 1 {
		t.Errorf("state %+v; want the desk file's URL asked again once the new one is dead", state.Move)
	}
	asked = nil
	b.poll(moved(301, rss("one"), &asked))
	if asked[0] != "/feed" {
		t.Errorf("asked %v, want the desk file's URL", asked)
	}
}

func TestAMoveToAFeedThatSharesNothingIsNotAdopted(t *testing.T) {
	b := newBench(t)
	b.poll(text(rss("one")))
	n := 0
	state := b.until(60*time.Hour, func(w http.ResponseWriter, r *http.Request) {
		n++
		moved(301, rss(fmt.Sprint("other", n)), new([]string))(w, r)
	})
	if state.Move.URL != "" || state.Move.Seen < 3 {
		t.Errorf("state %+v; want nothing adopted that never had an item in common", state.Move)
	}
}

func TestAChangedURLKeepsWhatIsKnownAndForgetsTheRest(t *testing.T) {
	b := newBench(t)
	b.poll(text(rss("one", "two")))
	b.poller.SetFeeds([]story.Feed{{Name: "f", URL: b.url + "/elsewhere", Every: 5 * time.Minute}})
	var conditions []string
	state := b.poll(func(w http.ResponseWriter, r *http.Request) {
		conditions = append(conditions, r.Header.Get("If-None-Match")+r.Header.Get("If-Modified-Since"))
		fmt.Fprint(w, rss("three", "two", "one"))
	})
	if told := b.shelf.told["f"]; told.New != 1 || !state.Seeded || strings.Join(conditions, "") != "" {
		t.Errorf("told %+v, asked with %q; want the one new item as news, asked without validators", told, conditions)
	}
	b.poller.SetFeeds([]story.Feed{{Name: "f", URL: b.url + "/another", Every: 5 * time.Minute}})
	b.poll(text(rss("x", "y", "z")))
	if told := b.shelf.told["f"]; told.New != 1 {
		t.Errorf("told %+v; want another feed under the old name taken in silently", told)
	}
}
