package wire_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed"

	"vedette/internal/wire"
	"vedette/story"
)

const oldbridge = `Shells on Oldbridge are told
once.

-- desk.yaml --
feeds:
  - name: harbour
    url: "{{wire}}/harbour"
  - name: silent
    url: "{{wire}}/silent"
-- feeds --
harbour atom https://post.example/
plain json
-- past --
2020-02-01 08:00 harbour  Market day
-- said --
# The first report.
2020-02-03 05:40 harbour  Shells fall on Oldbridge & <Upton>
  | Two shells fell,
  | the mayor said.
  body: <p>More of it.</p>
  guid: h-1
  author: A. Reporter
2020-02-03 05:40 plain  Rain: all day
  link: /rain
  guid: none
  date: none
2020-02-03 06:10 harbour  Shells fall on Oldbridge, two killed
  edit: h-1
2020-02-03 06:20 radio  News at "six"
  | Shells &amp; rain
2020-02-03 06:30 harbour
  drop: Market day
-- heard terminal --
whatever
`

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		return time.Time{}
	}
	return t
}

func parse(t *testing.T, text string) *wire.Script {
	t.Helper()
	s, err := wire.Parse("oldbridge.txtar", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestParseReadsAScript(t *testing.T) {
	first := wire.Saying{
		Line: 17, At: at("2020-02-03 05:40"), Feed: "harbour", Title: "Shells fall on Oldbridge & <Upton>", Summary: "Two shells fell, the mayor said.",
		Body: "<p>More of it.</p>", Link: "https://post.example/2020/02/03/0540-shells-fall-on-oldbridge-upton", GUID: "h-1", Author: "A. Reporter",
		Published: at("2020-02-03 05:40"), Key: "h-1", Act: wire.Say,
	}
	edited := first
	edited.Line, edited.At, edited.Title, edited.Act = 27, at("2020-02-03 06:10"), "Shells fall on Oldbridge, two killed", wire.Edit
	market := "https://post.example/2020/02/01/0800-market-day"
	radio := "https://radio.example/2020/02/03/0620-news-at-six"
	desk := "feeds:\n  - name: harbour\n    url: \"{{wire}}/harbour\"\n  - name: silent\n    url: \"{{wire}}/silent\"\n"
	want := &wire.Script{
		Name: "oldbridge.txtar", Promise: "Shells on Oldbridge are told once.", Desk: desk,
		Feeds: []wire.Feed{
			{"harbour", wire.Atom, "https://post.example"},
			{"plain", wire.JSON, "https://plain.example"},
			{"radio", wire.RSS, "https://radio.example"},
			{"silent", wire.RSS, "https://silent.example"},
		},
		Past: []wire.Saying{{Line: 14, At: at("2020-02-01 08:00"), Feed: "harbour", Title: "Market day", Link: market, GUID: market, Key: market, Published: at("2020-02-01 08:00"), Act: wire.Say}},
		Said: []wire.Saying{
			first,
			{Line: 23, At: at("2020-02-03 05:40"), Feed: "plain", Title: "Rain: all day", Link: "https://plain.example/rain", Key: "https://plain.example/rain", Act: wire.Say},
			edited,
			{Line: 29, At: at("2020-02-03 06:20"), Feed: "radio", Title: `News at "six"`, Summary: "Shells &amp; rain", Link: radio, GUID: radio, Published: at("2020-02-03 06:20"), Key: radio, Act: wire.Say},
			{Line: 31, At: at("2020-02-03 06:30"), Feed: "harbour", Key: market, Act: wire.Drop},
		},
		Heard: map[string]string{"terminal": "whatever\n"},
	}
	for name, text := range map[string]string{"AsWritten": oldbridge, "PastedFromAnotherSystem": strings.ReplaceAll(oldbridge, "\n", "\r\n")} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(want, parse(t, text)); diff != "" {
				t.Errorf("script differs (-want +got):\n%s", diff)
			}
		})
	}
	if got := want.DeskFor("http://127.0.0.1:1/"); !strings.Contains(got, `"http://127.0.0.1:1/silent"`) || strings.Contains(got, "{{") {
		t.Errorf("desk for a base is %s", got)
	}
}

func TestParseNamesTheLineOfAFault(t *testing.T) {
	const a = "2020-02-03 05:40 a  T\n"
	for name, tt := range map[string]struct{ text, want string }{
		"Nothing":        {"promise\n", "x: nothing is said: want a section said"},
		"UnknownSection": {"p\n\n-- sayd --\n", `x:3: unknown section "sayd": want desk.yaml, feeds, past, said, asked or heard ROOM`},
		"SectionTwice":   {"-- said --\n" + a + "-- said --\n", `x:3: section "said" stands twice`},
		"HeardTwice":     {"-- heard r --\n-- heard r --\n", `x:2: section "heard r" stands twice`},
		"Time":           {"-- said --\n2020-02-30 05:40 a  T\n", `x:2: "2020-02-30 05:40" is not a time: want 2020-02-03 05:40`},
		"NoFeed":         {"-- said --\n2020-02-03 05:40\n", "x:2: no feed: want a date, a time, a feed and a title"},
		"FeedName":       {"-- said --\n2020-02-03 05:40 A/b T\n", `x:2: feed name "A/b": want small letters, digits, - and _`},
		"Order":          {"-- said --\n" + a + "\n2020-02-03 05:39 a  U\n", "x:4: 2020-02-03 05:39 is before 2020-02-03 05:40 on line 2"},
		"NoText":         {"-- said --\n2020-02-03 05:40 a\n", "x:2: the item has neither a title nor a text"},
		"Orphan":         {"-- said --\n  | text\n" + a, "x:2: indented line before the first item"},
		"NoWord":         {"-- said --\n" + a + "  text\n", `x:3: "text": want | and text, or a word, a colon and its value`},
		"UnknownWord":    {"-- said --\n" + a + "  titel: x\n", `x:3: unknown word "titel": want body, link, guid, edit, drop, author or date`},
		"WordTwice":      {"-- said --\n" + a + "  guid: x\n  guid: y\n", "x:4: guid stands twice in the item of line 2"},
		"NoValue":        {"-- said --\n" + a + "  guid:\n", "x:3: guid has no value"},
		"Date":           {"-- said --\n" + a + "  date: today\n", `x:2: date "today" is not a time: want 2020-02-03 05:40 or none`},
		"SaidBefore":     {"-- said --\n" + a + a, `x:3: a has said "https://a.example/2020/02/03/0540-t" on line 2: write edit: to say it again`},
		"EditOfNothing":  {"-- said --\n" + a + "2020-02-03 05:41 a  U\n  edit: V\n", `x:3: a has said nothing with the guid, link or title "V"`},
		"EditOfOther":    {"-- said --\n" + a + "2020-02-03 05:41 b  U\n  edit: T\n", `x:3: b has said nothing with the guid, link or title "T"`},
		"EditOfGUID":     {"-- said --\n" + a + "2020-02-03 05:41 a  U\n  edit: T\n  guid: u\n", "x:3: an edit keeps the guid of its item"},
		"DropOfNothing":  {"-- said --\n2020-02-03 05:41 a\n  drop: V\n", `x:2: a has said nothing with the guid, link or title "V"`},
		"DropWithTitle":  {"-- said --\n" + a + "2020-02-03 05:41 a  U\n  drop: T\n", "x:3: a drop has neither a title nor anything else"},
		"PastTooLate":    {"-- past --\n2020-02-03 05:40 a  P\n-- said --\n" + a, "x:2: the past ends after the story begins on line 4"},
		"Format":         {"-- feeds --\na rdf\n-- said --\n" + a, `x:2: unknown format "rdf": want rss, atom or json`},
		"NoFormat":       {"-- feeds --\n\na\n", "x:3: want a feed, its format and perhaps its site: harbour atom https://harbour.example"},
		"FeedTwice":      {"-- feeds --\na rss\na rss\n", `x:3: feed "a" stands twice`},
		"Site":           {"-- feeds --\na rss ftp://a\n", `x:2: site "ftp://a" is not an http or https URL`},
		"Bytes":          {"-- said --\n2020-02-03 05:40 a  \xff\n", "x:2: not valid UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := wire.Parse("x", []byte(tt.text)); err == nil || err.Error() != tt.want {
				t.Errorf("Parse gives %v and error\n%v, want\n%s", s, err, tt.want)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(oldbridge)
	f.Add("-- said --\n2020-02-03 05:40 a\n  edit: x\n  | y\n")
	f.Add("-- feeds --\na atom\nb json\n-- said --\n2020-02-03 05:40 a  ]]> \x1b \x00 \ufffe <![CDATA[\n  guid: \x01\"\n2020-02-03 05:40 b  \x1b\u2028\n  author: &\n")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := wire.Parse("x", []byte(text))
		if err != nil {
			return
		}
		sv := wire.New(s)
		said := 0
		for at, ok := sv.Next(); ok; at, ok = sv.Next() {
			if len(sv.Advance(at)) == 0 {
				t.Fatalf("nothing is said at %s, which is next", at)
			}
			said++
		}
		if said == 0 || said > len(s.Said) {
			t.Errorf("%d minutes for %d sayings", said, len(s.Said))
		}
		for _, feed := range s.Feeds {
			w := httptest.NewRecorder()
			sv.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+string(feed.Name), nil))
			if w.Code != http.StatusOK {
				t.Errorf("feed %q answers %d", feed.Name, w.Code)
			}
			if err := wellFormed(feed.Format, w.Body.Bytes()); err != nil {
				t.Errorf("feed %q: %v in\n%s", feed.Name, err, w.Body)
			}
		}
	})
}

// wellFormed reads a document as strictly as its format is written down.
func wellFormed(format wire.Format, body []byte) error {
	if format == wire.JSON {
		return json.Unmarshal(body, new(any))
	}
	for d := xml.NewDecoder(bytes.NewReader(body)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// get asks the server for a feed and returns the answer and its body.
func get(t *testing.T, url string, header http.Header) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		req.Header = header
	}
	resp, err := (&http.Client{}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// read asks the server for a feed and has gofeed read it.
func read(t *testing.T, url string) *gofeed.Feed {
	t.Helper()
	_, body := get(t, url, nil)
	feed, err := gofeed.NewParser().ParseString(body)
	if err != nil {
		t.Fatalf("%v in\n%s", err, body)
	}
	return feed
}

func titles(feed *gofeed.Feed) []string {
	all := []string{}
	for _, it := range feed.Items {
		all = append(all, it.Title)
	}
	return all
}

func TestFeedsSayTheScriptMinuteByMinute(t *testing.T) {
	sv := wire.New(parse(t, oldbridge))
	server := httptest.NewServer(sv.Handler())
	t.Cleanup(server.Close)
	for i, step := range []struct {
		to        string
		published []story.FeedName
		next      string
		harbour   []string
	}{
		{"2020-02-03 05:39", nil, "2020-02-03 05:40", []string{"Market day"}},
		{"2020-02-03 05:40", []story.FeedName{"harbour", "plain"}, "2020-02-03 06:10", []string{"Shells fall on Oldbridge & <Upton>", "Market day"}},
		{"2020-02-03 05:40", nil, "2020-02-03 06:10", []string{"Shells fall on Oldbridge & <Upton>", "Market day"}},
		{"2020-02-03 06:20", []story.FeedName{"harbour", "radio"}, "2020-02-03 06:30", []string{"Shells fall on Oldbridge, two killed", "Market day"}},
		{"2020-02-04 00:00", []story.FeedName{"harbour"}, "", []string{"Shells fall on Oldbridge, two killed"}},
	} {
		if diff := cmp.Diff(step.published, sv.Advance(at(step.to))); diff != "" {
			t.Errorf("step %d: published differs (-want +got):\n%s", i, diff)
		}
		if next, ok := sv.Next(); !next.Equal(at(step.next)) || ok != (step.next != "") {
			t.Errorf("step %d: next is %v, %t, want %s", i, next, ok, step.next)
		}
		if diff := cmp.Diff(step.harbour, titles(read(t, server.URL+"/harbour"))); diff != "" {
			t.Errorf("step %d: items differ (-want +got):\n%s", i, diff)
		}
	}
	if got := titles(read(t, server.URL+"/silent")); len(got) != 1 {
		t.Errorf("a silent feed shows %q, want one old item", got)
	}
	if resp, _ := get(t, server.URL+"/nobody", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown feed answers %s, want 404", resp.Status)
	}
}

func TestEachFormatCarriesAllOfAnItem(t *testing.T) {
	for _, format := range []string{"rss", "atom", "json"} {
		t.Run(format, func(t *testing.T) {
			sv := wire.New(parse(t, strings.Replace(oldbridge, "harbour atom", "harbour "+format, 1)))
			server := httptest.NewServer(sv.Handler())
			t.Cleanup(server.Close)
			sv.Advance(at("2020-02-03 06:10"))
			feed := read(t, server.URL+"/harbour")
			if feed.FeedType != format {
				t.Errorf("feed is %s, want %s", feed.FeedType, format)
			}
			it := feed.Items[0]
			got := []string{it.Title, it.Description, it.Content, it.Link, it.GUID, it.Authors[0].Name, it.PublishedParsed.UTC().Format(time.RFC3339)}
			want := []string{
				"Shells fall on Oldbridge, two killed", "Two shells fell, the mayor said.", "<p>More of it.</p>",
				"https://post.example/2020/02/03/0540-shells-fall-on-oldbridge-upton", "h-1", "A. Reporter", "2020-02-03T05:40:00Z",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("item differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestUnchangedFeedsAnswer304(t *testing.T) {
	sv := wire.New(parse(t, oldbridge))
	server := httptest.NewServer(sv.Handler())
	t.Cleanup(server.Close)
	first, _ := get(t, server.URL+"/harbour", nil)
	tag, since := first.Header.Get("ETag"), first.Header.Get("Last-Modified")
	if since != "Sat, 01 Feb 2020 08:00:00 GMT" {
		t.Errorf("Last-Modified is %q, want the time of the last saying", since)
	}
	ask := func(want int) {
		t.Helper()
		for _, header := range []http.Header{{"If-None-Match": {tag}}, {"If-Modified-Since": {since}}} {
			if resp, body := get(t, server.URL+"/harbour", header); resp.StatusCode != want || (want == 304) != (body == "") {
				t.Errorf("%v is answered %s and %d bytes, want %d", header, resp.Status, len(body), want)
			}
		}
	}
	ask(http.StatusNotModified)
	sv.Advance(at("2020-02-03 05:40"))
	ask(http.StatusOK)
}

func TestAFeedShowsItsThirtyNewestItems(t *testing.T) {
	var text strings.Builder
	text.WriteString("-- said --\n")
	for i := range 40 {
		fmt.Fprintf(&text, "2020-02-03 05:%02d a  Item %d\n", i, i)
	}
	sv := wire.New(parse(t, text.String()))
	server := httptest.NewServer(sv.Handler())
	t.Cleanup(server.Close)
	sv.Advance(at("2020-02-04 00:00"))
	if got := titles(read(t, server.URL+"/a")); len(got) != 30 || got[0] != "Item 39" || got[29] != "Item 10" {
		t.Errorf("feed shows %d items: %q", len(got), got)
	}
}

func TestADroppedItemComesBackByAnEdit(t *testing.T) {
	sv := wire.New(parse(t, "-- said --\n2020-02-03 05:40 a  T\n  guid: g\n2020-02-03 05:41 a\n  drop: g\n2020-02-03 05:42 a\n  edit: g\n"))
	server := httptest.NewServer(sv.Handler())
	t.Cleanup(server.Close)
	sv.Advance(at("2020-02-03 05:41"))
	if diff := cmp.Diff([]string{"About a"}, titles(read(t, server.URL+"/a"))); diff != "" {
		t.Errorf("dropped (-want +got):\n%s", diff)
	}
	sv.Advance(at("2020-02-03 05:42"))
	if diff := cmp.Diff([]string{"T", "About a"}, titles(read(t, server.URL+"/a"))); diff != "" {
		t.Errorf("back (-want +got):\n%s", diff)
	}
}

func ExampleService() {
	script, err := wire.Parse("oldbridge.txtar", []byte(oldbridge))
	if err != nil {
		fmt.Println(err)
		return
	}
	sv := wire.New(script)
	for at, ok := sv.Next(); ok; at, ok = sv.Next() {
		fmt.Println(at.Format(time.TimeOnly), sv.Advance(at))
	}
	// Output:
	// 05:40:00 [harbour plain]
	// 06:10:00 [harbour]
	// 06:20:00 [radio]
	// 06:30:00 [harbour]
}
