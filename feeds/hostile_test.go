package feeds_test

import (
	"bufio"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"vedette/feeds"
	"vedette/feeds/fetch"
	"vedette/internal/corpus"
	"vedette/story"
)

// maxGrowth bounds what hostile documents may add to the process, in bytes.
const maxGrowth = raceFactor * 256 << 20

// peak returns the most memory that the process has ever held.
func peak(t *testing.T) int64 {
	t.Helper()
	status, err := os.Open("/proc/self/status")
	if err != nil {
		t.Skip("skipped: needs /proc/self/status")
	}
	defer status.Close()
	lines := bufio.NewScanner(status)
	for lines.Scan() {
		if fields := strings.Fields(lines.Text()); fields[0] == "VmHWM:" {
			kilobytes, err := strconv.ParseInt(fields[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes << 10
		}
	}
	t.Fatal("no VmHWM in /proc/self/status")
	return 0
}

// folders serves files by their names, those ending in .gz as encoded so.
func folders(t *testing.T, dirs ...string) *httptest.Server {
	t.Helper()
	mux := http.NewServeMux()
	for i, dir := range dirs {
		mux.HandleFunc(fmt.Sprintf("/%d/", i), func(w http.ResponseWriter, r *http.Request) {
			body, err := os.ReadFile(filepath.Join(dir, filepath.Base(r.URL.Path)))
			if err != nil {
				http.Error(w, err.Error(), http.StatusNotFound)
				return
			}
			w.Header().Set("Content-Type", "text/xml")
			if strings.Contains(r.URL.Path, "HTTP_only") {
				w.Header().Set("Content-Type", "text/xml; charset=windows-1256")
			}
			if strings.HasSuffix(r.URL.Path, ".gz") {
				w.Header().Set("Content-Encoding", "gzip")
			}
			w.Write(body)
		})
	}
	mux.HandleFunc("/healthy/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, rss("well", r.URL.Path)) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if name := entry.Name(); !strings.HasSuffix(name, ".tsv") {
			names = append(names, name)
		}
	}
	return names
}

// pollAll polls all the feeds at once, eight at a time.
func pollAll(t *testing.T, list []story.Feed) (*shelf, time.Duration) {
	t.Helper()
	client := fetch.New(fetch.Options{Allow: loopback()})
	t.Cleanup(client.Close)
	kept := newShelf()
	poller := feeds.New(feeds.Options{Client: client, Shelf: kept, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	poller.SetFeeds(list)
	start := time.Now()
	results := make(chan error)
	slots := make(chan struct{}, 8)
	for _, feed := range list {
		go func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			results <- poller.Poll(t.Context(), feed.Name)
		}()
	}
	for range list {
		if err := <-results; err != nil {
			t.Errorf("Poll = %v, want nil", err)
		}
	}
	return kept, time.Since(start)
}

func TestHostileFeedsHurtNobody(t *testing.T) {
	dir := corpus.Path(t, "hostile", "feeds")
	server := folders(t, dir)
	var list []story.Feed
	for _, name := range filesIn(t, dir) {
		list = append(list, story.Feed{Name: story.FeedName(name), URL: server.URL + "/0/" + name})
		list = append(list, story.Feed{Name: story.FeedName("healthy " + name), URL: server.URL + "/healthy/" + name})
	}
	if len(list) != 48 {
		t.Errorf("%d feeds, want 24 hostile and 24 healthy", len(list))
	}
	runtime.GC()
	before := peak(t)
	kept, took := pollAll(t, list)
	growth := peak(t) - before
	t.Logf("%d feeds in %v, peak memory grew by %d MiB", len(list), took.Round(time.Millisecond), growth>>20)
	if growth > maxGrowth {
		t.Errorf("peak memory grew by %d MiB, want at most %d", growth>>20, maxGrowth>>20)
	}
	for _, feed := range list {
		state := kept.states[feed.Name]
		if healthy := strings.HasPrefix(string(feed.Name), "healthy"); healthy && (state.Failures > 0 || len(kept.items[feed.Name]) != 2) {
			t.Errorf("%s: %+v; want it polled", feed.Name, state)
		} else if !healthy {
			t.Logf("%-26s %5d items  %s", feed.Name, len(kept.items[feed.Name]), state.LastError)
		}
	}
	for _, bomb := range []story.FeedName{
		"attrs.xml.gz", "atom_xhtml.xml.gz", "cdata.xml.gz", "cdata_open.xml", "json_deep.json", "json_items.json.gz", "nest_ext_closed.xml.gz",
		"nest_ext_open.xml.gz", "nest_media.xml.gz", "utf7.xml", "xmlns_quadratic.xml.gz",
	} {
		if state := kept.states[bomb]; state.Failures != 1 || state.Seeded {
			t.Errorf("%s: %+v; want it refused", bomb, state)
		}
	}
}

func TestHeavyFeedsTakeTurns(t *testing.T) {
	body := "<rss><channel><item><title>x</title>" + strings.Repeat(`<a:b c="1"><a:d/></a:b>`, 99_000) + "</item></channel></rss>"
	server := httptest.NewServer(text(body))
	t.Cleanup(server.Close)
	var list []story.Feed
	for i := range 4 {
		list = append(list, story.Feed{Name: story.FeedName(fmt.Sprint("heavy ", i)), URL: server.URL})
	}
	runtime.GC()
	before := peak(t)
	kept, took := pollAll(t, list)
	growth := peak(t) - before
	t.Logf("%d feeds of %d KiB in %v, peak memory grew by %d MiB", len(list), len(body)>>10, took.Round(time.Millisecond), growth>>20)
	if growth > maxGrowth {
		t.Errorf("peak memory grew by %d MiB, want at most %d", growth>>20, maxGrowth>>20)
	}
	for _, feed := range list {
		if len(kept.items[feed.Name]) != 1 {
			t.Errorf("%s: %+v; want it read", feed.Name, kept.states[feed.Name])
		}
	}
}

func TestOddFeedsAreReadAsTheirReadersWould(t *testing.T) {
	dir := corpus.Path(t, "feeds", "odd")
	server := folders(t, dir)
	var list []story.Feed
	for _, name := range filesIn(t, dir) {
		list = append(list, story.Feed{Name: story.FeedName(name), URL: server.URL + "/0/" + name})
	}
	kept, _ := pollAll(t, list)
	failed := 0
	for _, feed := range list {
		state := kept.states[feed.Name]
		got := ""
		if items := kept.items[feed.Name]; len(items) > 0 {
			got = items[0].Title
		}
		want := oddTitle(string(feed.Name))
		if got != want {
			t.Errorf("%s: title %q, want %q (%s)", feed.Name, got, want, state.LastError)
		}
		if want == "" {
			failed++
			t.Logf("%s: %s", feed.Name, state.LastError)
		}
		if (want == "") != (state.Failures > 0) {
			t.Errorf("%s: %d failures, want them to be what has no title", feed.Name, state.Failures)
		}
	}
	t.Logf("%d documents, %d refused", len(list), failed)
}

// oddTitle returns the title of a document's first item, or "" for one that
// is to be refused.
func oddTitle(name string) string {
	const kharkiv, gaza = "Обстрел Харькова", "غارة إسرائيلية على غزة"
	switch strings.TrimSuffix(name, ".xml") {
	case "cap_alert_root", "empty", "html_page", "html_w__rss_link", "json_array", "json_non-feed", "opml":
		return ""
	case "billion_laughs":
		return "&lol3;"
	case "xxe":
		return "&x;"
	case "declared_utf-8,_is_1251":
		return "������� ��������"
	case "cp1251_label__cp1251_", "windows-1251_declared", "declared_unknown_charset":
		return kharkiv
	case "cp1256_undeclared_(HTTP_only)", "declared_iso-8859-1,_is_utf-8_ar", "declared_windows-1256,_is_utf-8", "windows-1256_declared":
		return gaza
	case "utf-16be_bom_cyr+ar", "utf-16le_bom_cyr+ar":
		return kharkiv + " " + gaza
	case "utf-16be_bom_ascii", "utf-16le_bom_ascii":
		return "ascii only"
	case "iso-8859-9_declared":
		return "Gazze'ye saldırı: İğneada"
	case "RSS_uppercase", "atom_hub", "hub+ttl", "rss_channel_only_w_o_rss":
		return "x"
	case "U+FFFE_noncharacter", "numeric_ref___x1f_", "numeric_ref_to_control___8_", "raw_C0_control":
		return "ab"
	case "bare___in_text":
		return "3 < 5 dead"
	case "bare_ampersand":
		return "A & B &c"
	case "cdata_title":
		return "A & B x"
	case "double_encoded_title":
		return "A ’ B"
	case "html_entity__nbsp___eacute_":
		return "café x “q”"
	case "html_in_title":
		return "Breaking & more"
	case "invalid_utf8_byte_in_utf-8", "truncated_utf8_seq":
		return "bad \uFFFD byte"
	case "overlong_surrogate_CESU-8":
		return "bad \uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD emoji"
	case "rdf_about":
		return "t"
	}
	return "a"
}

// A tally counts the stories of a feed's successive documents by a few lines
// of its own: items are one if they share a guid, its count of edits aside, or
// a page, whatever stands behind the page's address.
type tally struct {
	seen    map[string]bool
	stories int
}

var (
	itemText   = regexp.MustCompile(`(?s)<item[ >].*?</item>`)
	guidText   = regexp.MustCompile(`(?s)<guid[^>]*>(?:<!\[CDATA\[)?\s*([^<\]]*)`)
	linkText   = regexp.MustCompile(`(?s)<link>(?:<!\[CDATA\[)?\s*([^<\]]*)`)
	behindGUID = regexp.MustCompile(`#\d+$`)
	behindURL  = regexp.MustCompile(`[?#].*$`)
)

// add returns how many stories the document has that none before it had.
func (c *tally) add(body []byte) (fresh int) {
	for _, item := range itemText.FindAll(body, -1) {
		var keys []string
		for re, behind := range map[*regexp.Regexp]*regexp.Regexp{guidText: behindGUID, linkText: behindURL} {
			if m := re.FindSubmatch(item); m != nil && len(m[1]) > 0 {
				keys = append(keys, behind.ReplaceAllString(strings.TrimSpace(string(m[1])), ""))
			}
		}
		if !slices.ContainsFunc(keys, func(k string) bool { return c.seen[k] }) {
			fresh++
		}
		for _, k := range keys {
			c.seen[k] = true
		}
	}
	c.stories += fresh
	return fresh
}

func TestHistoryIsToldOnce(t *testing.T) {
	dir := corpus.Path(t, "feeds", "history")
	for _, outlet := range filesIn(t, dir) {
		t.Run(outlet, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			titles, pages := map[string]bool{}, map[string]bool{}
			count, after := tally{seen: map[string]bool{}}, 0
			for _, name := range filesIn(t, filepath.Join(dir, outlet)) {
				body, err := os.ReadFile(filepath.Join(dir, outlet, name))
				if err != nil {
					t.Fatal(err)
				}
				state := b.poll(func(w http.ResponseWriter, _ *http.Request) { w.Write(body) })
				if state.Failures > 0 {
					t.Errorf("%s: %s", name, state.LastError)
				}
				if fresh := count.add(body); len(b.shelf.polls["f"]) > 1 {
					after += fresh
				}
			}
			for _, it := range b.shelf.items["f"] {
				titles[it.Title] = true
				if it.Canonical != "" && pages[it.Canonical] {
					t.Errorf("%s is kept twice", it.Canonical)
				}
				pages[it.Canonical] = true
			}
			told := b.shelf.told["f"]
			t.Logf("%d documents, %d items kept (%d titles), after the first: %d new, %d edited, %d known",
				len(b.shelf.polls["f"]), len(b.shelf.items["f"]), len(titles), told.New, told.Edited, told.Known)
			t.Logf("counted independently: %d stories, %d of them after the first document", count.stories, after)
			if told.New != after || len(b.shelf.items["f"]) != count.stories {
				t.Errorf("%d items, %d told as new; an independent count has %d and %d", len(b.shelf.items["f"]), told.New, count.stories, after)
			}
		})
	}
}
