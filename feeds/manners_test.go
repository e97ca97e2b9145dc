package feeds_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"vedette/story"
)

// TestOneRequestInAFeedsLifeIsUnconditional polls a thousand times a server
// that sends validators, half of the times with something new.
func TestOneRequestInAFeedsLifeIsUnconditional(t *testing.T) {
	b := newBench(t)
	version, unconditional, wrong, elsewhere := 0, 0, 0, 0
	for i := range 1000 {
		if i%2 == 0 {
			version++
		}
		b.poll(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/feed" || r.URL.RawQuery != "" {
				elsewhere++ // an icon, a page, an article, a trick with the query
			}
			tag, date := fmt.Sprintf(`W/"%d"`, version), fmt.Sprintf("edition %d", version)
			w.Header().Set("ETag", tag)
			w.Header().Set("Last-Modified", date)
			sent := r.Header.Get("If-None-Match") + r.Header.Get("If-Modified-Since")
			switch {
			case sent == "":
				unconditional++
			case i%2 == 1 && sent != tag+date:
				wrong++
			}
			if r.Header.Get("If-None-Match") == tag {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			fmt.Fprint(w, rss(fmt.Sprint(version), fmt.Sprint(version-1)))
		})
	}
	if unconditional != 1 || wrong != 0 || elsewhere != 0 || b.shelf.told["f"].New != version-1 {
		t.Errorf("%d requests without validators, %d with others than the last; want 1 and 0; %d for other addresses; told %+v of %d", unconditional, wrong, elsewhere, b.shelf.told["f"], version)
	}
}

func TestANotModifiedUpdatesWhatItSaysAndKeepsTheRest(t *testing.T) {
	b := newBench(t)
	answer := func(status int, header ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Set(header[i], header[i+1])
			}
			w.WriteHeader(status)
			if status == http.StatusOK {
				fmt.Fprint(w, strings.Replace(rss("one"), "<item>", "<ttl>10</ttl><item>", 1))
			}
		}
	}
	b.poll(answer(200, "ETag", `"1"`, "Last-Modified", "x", "Cache-Control", "max-age=420"))
	state := b.poll(answer(304))
	if state.ETag != `"1"` || state.Hints.FreshWhy != "max-age 420" || state.Hints.PeriodWhy != "ttl 10" || state.Failures != 0 || !state.Cheap {
		t.Errorf("a bare 304 leaves %+v; want all as it was, and a success", state)
	}
	state = b.poll(answer(304, "ETag", `"2"`, "Cache-Control", "max-age=900"))
	if state.ETag != `"2"` || state.LastModified != "x" || state.DueBecause != "max-age 900" || state.NextDue.Sub(b.now) != 15*time.Minute {
		t.Errorf("a 304 that says more leaves %+v; want the new tag and the new age", state)
	}
	state = b.poll(answer(304, "Cache-Control", "no-cache"))
	if state.Hints.Fresh != 0 || state.Hints.PeriodWhy != "ttl 10" || state.DueBecause != "every 5m" {
		t.Errorf("a 304 that is not fresh leaves %+v, due %s; want the document's own ttl kept, and the interval of the desk file", state.Hints, state.DueBecause)
	}
}

// TestValidatorsThatLieAreFoundOutWithinADay has a server that answers "not
// modified" whatever happens.
func TestValidatorsThatLieAreFoundOutWithinADay(t *testing.T) {
	for name, lies := range map[string]bool{"Lies": true, "Honest": false, "HonestAndNewAtThatMoment": false} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			n, unconditional := 20, 0
			titles := func() (all []string) {
				for i := n; i > n-10; i-- {
					all = append(all, fmt.Sprint("item", i))
				}
				return all
			}
			answer := func(w http.ResponseWriter, r *http.Request) {
				if name == "HonestAndNewAtThatMoment" && unconditional == 0 && r.Header.Get("If-None-Match") == "" {
					n++
				}
				tag := `"same"`
				if !lies {
					tag = fmt.Sprintf(`"%d"`, n)
				}
				w.Header().Set("ETag", tag)
				if r.Header.Get("If-None-Match") == tag {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				if r.Header.Get("If-None-Match") == "" {
					unconditional++
				}
				fmt.Fprint(w, rss(titles()...))
			}
			for range 10 { // lively at first, and honest
				n++
				b.poll(func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("ETag", `"same"`)
					fmt.Fprint(w, rss(titles()...))
				})
			}
			if lies {
				n = 35
			}
			state := b.until(27*time.Hour, answer)
			if state.Lies != lies {
				t.Errorf("after a day of 304s the validators are said to lie: %v; want %v", state.Lies, lies)
			}
			n = 35
			b.until(10*time.Minute, answer)
			if told := b.shelf.told["f"]; told.New != 14 {
				t.Errorf("told %+v, want all fourteen new items", told)
			}
			if lies && unconditional < 2 || !lies && unconditional > 1 {
				t.Errorf("%d requests without validators", unconditional)
			}
		})
	}
}

func dated(at time.Time, names ...string) string {
	var out strings.Builder
	out.WriteString(`<rss version="2.0"><channel><title>t</title>`)
	for _, name := range names {
		fmt.Fprintf(&out, "<item><title>%s</title><link>https://e.example/%s</link><pubDate>%s</pubDate></item>", name, name, at.UTC().Format(time.RFC1123))
	}
	return out.String() + "</channel></rss>"
}

func numbered(prefix string, from, to int) (names []string) {
	for i := from; i < to; i++ {
		names = append(names, fmt.Sprint(prefix, i))
	}
	return names
}

func channel(documents ...string) string {
	var out strings.Builder
	for _, d := range documents {
		out.WriteString(strings.TrimSuffix(strings.TrimPrefix(d, `<rss version="2.0"><channel><title>t</title>`), "</channel></rss>"))
	}
	return "<rss><channel>" + out.String() + "</channel></rss>"
}

func TestAFloodTellsWhatIsRecentAndKeepsWhatIsOld(t *testing.T) {
	tests := map[string]struct {
		before, after func(now time.Time) string
		past, news    int
		told          bool
	}{
		"AnArchiveIsPutIn": {
			func(now time.Time) string { return dated(now, numbered("a", 0, 30)...) },
			func(now time.Time) string {
				return channel(dated(now, numbered("a", 0, 30)...), dated(now, numbered("new", 0, 3)...), dated(now.Add(-90*24*time.Hour), numbered("old", 0, 500)...))
			}, 500, 3, true,
		},
		"AllGetNewAddresses": {
			func(now time.Time) string { return dated(now.Add(-72*time.Hour), numbered("a", 0, 60)...) },
			func(now time.Time) string { return dated(now.Add(-72*time.Hour), numbered("b", 0, 60)...) }, 60, 0, true,
		},
		"ABusyHour": {
			func(now time.Time) string { return dated(now, numbered("a", 0, 60)...) },
			func(now time.Time) string {
				return channel(dated(now, numbered("a", 0, 30)...), dated(now, numbered("b", 0, 30)...))
			}, 0, 30, false,
		},
		"FewLateOnes": {
			func(now time.Time) string { return dated(now, numbered("a", 0, 60)...) },
			func(now time.Time) string {
				return channel(dated(now, numbered("a", 0, 50)...), dated(now.Add(-72*time.Hour), numbered("b", 0, 10)...))
			}, 0, 10, false,
		},
		"UndatedOnes": {
			func(time.Time) string { return rss(numbered("a", 0, 60)...) },
			func(time.Time) string {
				return rss(append(numbered("b", 0, 60), numbered("a", 0, 5)...)...)
			}, 0, 60, false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.operators()
			b.poll(text(test.before(b.now)))
			b.poll(text(test.after(b.now)))
			last := b.shelf.polls["f"][1]
			past := 0
			for _, is := range last.Past {
				if is {
					past++
				}
			}
			if told := b.shelf.told["f"]; past != test.past || told.New != test.past+test.news || last.Seed || (len(b.heard()) > 0) != test.told {
				t.Errorf("%d of %d new items are of the past, told %q; want %d of %d, told %v", past, told.New, b.heard(), test.past, test.past+test.news, test.told)
			}
		})
	}
}

// TestAnOverrunDocumentIsFollowedToItsEarlierPages has a feed of ten items
// that publishes thirty between two polls.
func TestAnOverrunDocumentIsFollowedToItsEarlierPages(t *testing.T) {
	b := newBench(t)
	pages, newest := map[string]int{}, 10
	answer := func(w http.ResponseWriter, r *http.Request) {
		page := 0
		fmt.Sscan(r.URL.Query().Get("page"), &page)
		pages[r.URL.RequestURI()]++
		next := fmt.Sprintf(`<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="next" href="/feed?page=%d"/>`, page+1)
		doc := rss(numbered("i", newest-10*page-10, newest-10*page)...)
		fmt.Fprint(w, strings.Replace(doc, "<item>", next+"<item>", 1))
	}
	b.poll(answer)
	if len(pages) != 1 {
		t.Errorf("asked %v at the first poll, want the document alone", pages)
	}
	newest = 15
	b.poll(answer)
	if len(pages) != 1 {
		t.Errorf("asked %v after an overlap, want the document alone", pages)
	}
	newest = 45
	state := b.poll(answer)
	if told := b.shelf.told["f"]; told.New != 35 || state.Pace.Overruns != 1 || len(pages) != 4 {
		t.Errorf("told %+v, %d overruns, asked %v; want all 35, one overrun and three more pages", told, state.Pace.Overruns, pages)
	}
	if state.NextDue.Sub(b.now) != 150*time.Second || state.DueBecause != "its document was overrun" {
		t.Errorf("due in %v: %s; want half of the interval", state.NextDue.Sub(b.now), state.DueBecause)
	}
	newest = 500
	b.poll(answer)
	if asked := len(pages); asked != 4 {
		t.Errorf("asked for %d pages, want never more than three beyond the first", asked)
	}
}

func TestEachRequestIsWrittenDownWithItsReason(t *testing.T) {
	b := newBench(t)
	b.poll(text(rss("one")))
	b.poll(text(rss("two", "one")))
	b.poll(status(503))
	var got []string
	for _, p := range b.shelf.polls["f"] {
		q := p.Request
		got = append(got, fmt.Sprintf("%d, %d new, %q, %s: %s", q.Status, q.New, q.Failure, q.NextDue.Sub(q.At).Round(time.Minute), q.DueBecause))
	}
	want := []string{
		`200, 1 new, "", 5m0s: every 5m`, `200, 1 new, "", 5m0s: every 5m`,
		`503, 0 new, "the server answers 503 Service Unavailable", 1m0s: it has failed once`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("requests\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestRestartsAskNothingBeforeItIsDue restarts twenty times in an hour.
func TestRestartsAskNothingBeforeItIsDue(t *testing.T) {
	b := newBench(t)
	b.poll(text(rss("one")))
	f := story.Feed{Name: "f", URL: b.url + "/feed", Every: 5 * time.Minute}
	due := b.shelf.states["f"].NextDue
	for range 20 {
		b.now = b.now.Add(10 * time.Second)
		b.shelf.states["f"] = f.Declared(b.shelf.states["f"], b.now, 100)
		if err := b.poller.Poll(t.Context(), "f"); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.asked.Load(); n != 1 || !b.shelf.states["f"].NextDue.Equal(due) {
		t.Errorf("asked %d times, due %v; want once, and due when it was", n, b.shelf.states["f"].NextDue)
	}
}

// TestAFirstDocumentOfTenThousandItemsIsTakenInSilently holds what it costs,
// too.
func TestAFirstDocumentOfTenThousandItemsIsTakenInSilently(t *testing.T) {
	b := newBench(t)
	body := dated(b.now.Add(-time.Hour), numbered("report-of-what-has-happened-", 0, 10_000)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := burnt(t)
	b.poll(text(body))
	took := burnt(t) - began
	runtime.ReadMemStats(&after)
	spent := (after.TotalAlloc - before.TotalAlloc) >> 20
	t.Logf("%d KiB in %v of CPU, %d MiB allocated", len(body)>>10, took.Round(time.Millisecond), spent)
	if p := b.shelf.polls["f"][0]; !p.Seed || len(p.Items) != 10_000 {
		t.Errorf("%d items, seed %v; want all of them as the feed's past", len(p.Items), p.Seed)
	}
	if took > raceFactor*2*time.Second || spent > raceFactor*400 {
		t.Errorf("took %v and %d MiB", took, spent)
	}
}
