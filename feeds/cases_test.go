package feeds_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"vedette/feeds/parse"
	"vedette/internal/corpus"
	"vedette/story"
)

// caseIDs returns the ids of a category of data/hostile.
func caseIDs(t *testing.T, category string) (ids []string) {
	t.Helper()
	f, err := os.Open(corpus.Path(t, "hostile", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var c struct{ ID, Cat string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Cat == category {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// TestHostileServersCostTheirOwnFeedAlone plays category B: an answer of each
// kind, to a feed that was well. None may cost an item, a validator or the
// process; what each is to end as is said beside it.
func TestHostileServersCostTheirOwnFeedAlone(t *testing.T) {
	good := rss("one", "two")
	raw := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				panic(err)
			}
			defer conn.Close()
			fmt.Fprint(conn, answer)
		}
	}
	labelled := func(label string, body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", label)
			w.Write(body)
		}
	}
	pack := func(body []byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		z.Write(body)
		z.Close()
		return out.Bytes()
	}
	header := func(name, value string, status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(name, value)
			w.WriteHeader(status)
			if status == http.StatusOK {
				fmt.Fprint(w, good)
			}
		}
	}
	hold := func(before string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if before != "" {
				fmt.Fprint(w, before)
				w.(http.Flusher).Flush()
			}
			<-r.Context().Done()
		}
	}
	drip := func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for r.Context().Err() == nil {
			<-tick.C
			fmt.Fprint(w, " ")
			w.(http.Flusher).Flush()
		}
	}
	const well = ""
	tests := map[string]struct {
		answer http.HandlerFunc
		want   string // what the state says, or well
	}{
		"B01": {hold(""), "took too long"},
		"B02": {drip, "took too long"},
		"B03": {drip, "took too long"},
		"B04": {hold(good[:len(good)/2]), "stopped coming"},
		"B05": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				w.Write(bytes.Repeat([]byte(" "), 1<<16))
			}
		}, "too large"},
		"B06": {raw("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n" + good), "too large"},
		"B07": {raw(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(good)/2, good)), "cut short"},
		"B08": {raw(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", 2*len(good), good)), "ended before the document did"},
		"B09": {labelled("gzip", pack(make([]byte, 64<<20))), "packed too tightly"},
		"B10": {labelled("gzip", pack(pack([]byte(good)))), "not a feed"},
		"B11": {labelled("zstd", []byte(good)), "not asked for"},
		"B12": {labelled("gzip", []byte(good)), "not compressed as the server says"},
		"B13": {raw("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20) + "\r\n\r\n" + good), "connection"},
		"B14": {func(w http.ResponseWriter, _ *http.Request) {
			for range 500 {
				w.Header().Add("Set-Cookie", "a=b")
			}
			fmt.Fprint(w, good)
		}, well},
		"B15": {status(206), "the server answers 206"},
		"B16": {text("<!doctype html><html><body>Log in</body></html>"), "a web page"},
		"B17": {header("X", "y", 304), "the server answers 304"},
		"B18": {header("ETag", strings.Repeat("x", 32<<10), 200), well},
		"B19": {raw("HTTP/1.1 200 OK\r\nETag: \"a\x7f\"\r\nConnection: close\r\n\r\n" + good), "the connection failed"},
		"B20": {header("Retry-After", "99999999999", 503), "the server answers 503"},
		"B21": {header("Retry-After", "9e99", 429), "the server answers 429"},
		"B22": {status(410), "the server answers 410"},
		"B23": {nil, "no secure connection"},
		"B24": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100000")
			fmt.Fprint(w, good)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, "ended before the document did"},
		"B25": {raw(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%sHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", len(good), good)), well},
	}
	ids := caseIDs(t, "B")
	for _, id := range ids {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			test, ok := tests[id]
			if !ok {
				t.Fatal("is not played")
			}
			b := newBenchWithin(t, 2*time.Second)
			b.poll(func(w http.ResponseWriter, _ *http.Request) {
				if id != "B17" {
					w.Header().Set("ETag", `"good"`)
				}
				fmt.Fprint(w, good)
			})
			if id == "B23" {
				b.poller.SetFeeds([]story.Feed{{Name: "f", URL: strings.Replace(b.url, "http:", "https:", 1) + "/feed"}})
				test.answer = text(good)
			}
			state := b.poll(test.answer)
			if test.want == well && state.LastError != "" || !strings.Contains(state.LastError, test.want) {
				t.Errorf("state says %q, want %q", state.LastError, test.want)
			}
			if wait := state.NextDue.Sub(b.now); wait > 27*time.Hour {
				t.Errorf("it is asked again in %v", wait)
			}
			if len(b.shelf.items["f"]) != 2 || b.shelf.told["f"].New != 0 {
				t.Errorf("%d items, told %+v; want the two of before", len(b.shelf.items["f"]), b.shelf.told["f"])
			}
			b.poller.SetFeeds([]story.Feed{{Name: "f", URL: b.url + "/feed", Every: 5 * time.Minute}})
			if again := b.poll(text(rss("three", "two", "one"))); again.Failures != 0 || b.shelf.told["f"].New != 1 {
				t.Errorf("afterwards %+v, told %+v; want it well, and the news told", again, b.shelf.told["f"])
			}
		})
	}
	t.Logf("category B: %d cases are played", len(ids))
}

// TestHostileDocumentsAreReadOrRefusedAtOnce plays category C.
func TestHostileDocumentsAreReadOrRefusedAtOnce(t *testing.T) {
	in := func(item string) string {
		return `<rss version="2.0"><channel><item><title>x</title>` + item + `</item></channel></rss>`
	}
	many := strings.Repeat
	var attributes, prefixes strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&attributes, " a%d='x'", i)
		if i < 10_000 {
			fmt.Fprintf(&prefixes, " xmlns:n%d='u'", i)
		}
	}
	utf16 := func(s string) string {
		out := []byte{0xff, 0xfe}
		for _, r := range s {
			out = append(out, byte(r), byte(r>>8))
		}
		return string(out)
	}
	documents := map[string]string{
		"C01": in(many("<a:b>", 2_000_000)), "C02": in(many("<a:b>", 100_000) + many("</a:b>", 100_000)), "C03": in(many("<media:group>", 10_000)),
		"C04": `<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml">` + many("<b>", 900_000), "C05": "<feed>" + many(`<entry xml:base="/a/">`, 100_000),
		"C06": "<rss" + prefixes.String() + ">" + many("<a/>", 10_000), "C07": in("<a" + attributes.String() + "/>"), "C08": in(`<a b="` + many("x", 5<<20) + `"/>`),
		"C09": in("<" + many("x", 1<<20) + "/>"), "C10": `<rss><channel>` + many("<item></item>", 350_000) + `</channel></rss>`, "C11": in(many("<category>a</category>", 450_000)),
		"C12": in(many(`<enclosure url="u"/>`, 100_000)), "C13": "<rss><channel><item><title>" + many("x", 7<<20) + "</title></item></channel></rss>", "C14": in("<description>" + many("&", 5_000_000) + "</description>"),
		"C15": in("<description>" + many("<![CDATA[]]>", 650_000) + "</description>"), "C16": in("<description><![CDATA[" + many("x", 1<<20)), "C17": in("<!--" + many("x", 7<<20) + "-->"), "C18": in("<!-- a -- b -->"),
		"C19": many("<?a?>", 1_000_000) + in(""), "C20": "<!DOCTYPE r [" + many(`<!ENTITY a "b">`, 500_000) + "]>" + in(""), "C21": `<!DOCTYPE r [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]>` + in("<title>&b;</title>"),
		"C22": `<!DOCTYPE r [<!ENTITY a "` + many("x", 100_000) + `">]>` + in("<title>"+many("&a;", 10_000)+"</title>"), "C23": `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + in("<description>&x;</description>"),
		"C24": `<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]>` + in("<description>&x;</description>"), "C25": `<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd">%x;]>` + in(""),
		"C26": in(`<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>`), "C27": `<?xml-stylesheet href="http://127.0.0.1:1/"?>` + in(""),
		"C28": utf16(in("")), "C29": `<?xml version="1.0" encoding="utf-16"?>` + in(""), "C30": `<?xml version="1.0" encoding="utf-7"?>+ADw-rss+AD4-`, "C31": `<?xml version="1.0" encoding="iso-8859-1"?>` + in("é"),
		"C32": "\x4c\x6f\xa7\x94\x93\x40\xa5\x85\x99\xa2\x89\x96\x95", "C33": in("<description>\xff\xfe\xc0\x80</description>"), "C34": in("<description>\xc0\xbcscript></description>"), "C35": in("<description>a\x00b</description>"),
		"C36": in("<description>\uFFFE\uFFFF</description>"), "C37": `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"\ud800"}]}`, "C38": `{"items":[{"id":"1","x":` + many("[", 9000) + many("]", 9000) + `}]}`,
		"C39": `{"items":[],"items":[{"id":"1","id":"2","title":"x"}]}`, "C40": `{"items":[{"id":1e999999,"title":"x"}]}`, "C41": `{"items":[` + many("{},", 1_000_000) + `{}]}`, "C42": "<html><body>" + in("") + "</body></html>",
		"C43": in("") + in(""), "C44": "\ufeff", "C45": `<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><atom:entry><atom:title>x</atom:title></atom:entry><item><title>y</title></item></channel></rss>`, "C46": "PK\x03\x04\x14\x00\x08\x00",
	}
	ids := caseIDs(t, "C")
	read, refused := 0, 0
	for _, id := range ids {
		t.Run(id, func(t *testing.T) {
			body, ok := documents[id]
			if !ok {
				t.Fatal("is not played")
			}
			if len(body) > 8<<20 {
				body = body[:8<<20] // fetch lets no more through
			}
			runtime.GC()
			began := burnt(t)
			r, err := parse.Parse(parse.Document{Body: []byte(body), URL: "https://e.example/", Now: time.Now()}, story.Feed{})
			took := burnt(t) - began
			if took > raceFactor*2*time.Second {
				t.Errorf("took %v of CPU for %d KiB", took, len(body)>>10)
			}
			for _, it := range r.Items {
				if text := it.Text(); strings.Contains(text, "root:") || strings.Contains(text, "lollol") || len(text) > 400_000 {
					t.Errorf("an entity was resolved, or a text is not bounded: %.100q", text)
				}
			}
			if err != nil {
				refused++
			} else {
				read++
			}
			t.Logf("%d KiB in %v: %d items, %v", len(body)>>10, took.Round(time.Millisecond), len(r.Items), err)
		})
	}
	t.Logf("category C: %d cases played, %d read, %d refused", len(ids), read, refused)
}

// TestHostileSequencesTellEachItemOnce plays category D: what publishers do to
// a feed between two polls. What is told is counted after the first document.
func TestHostileSequencesTellEachItemOnce(t *testing.T) {
	item := func(guid, link, title string) string {
		return fmt.Sprintf(`<item><guid isPermaLink="false">%s</guid><link>%s</link><title>%s</title></item>`, guid, link, title)
	}
	dated := func(date string) string {
		return "<item><title>A</title><guid>1</guid><pubDate>" + date + "</pubDate></item>"
	}
	doc := func(items ...string) string { return "<rss><channel>" + strings.Join(items, "") + "</channel></rss>" }
	const a, b = "https://e.example/a", "https://e.example/b"
	// Played elsewhere, since more than one feed, a crash or a desk has part in it.
	elsewhere := map[string]string{
		"D16": "TestValidatorsThatLieAreFoundOutWithinADay", "D17": "storetest ItemsAndValidatorsAreSavedTogether", "D18": "desk ACopyInTheSameBatchOnlyRefreshes",
		"D19": "package group", "D20": "TestAPermanentRedirectIsAdoptedOnEvidenceAlone", "D21": "desk TwoWatchesTellARoomOnce",
	}
	tests := map[string]struct {
		documents []string
		want      story.Saved // in all, after the first
	}{
		"D01": {[]string{doc("<item><title>A</title><link>" + a + "</link></item>"), doc("<item><title>A</title><link>"+a+"</link></item>", "<item><title>B</title></item>")}, story.Saved{New: 1, Known: 1}},
		"D02": {[]string{doc(item("", "", "A"), item("", "", "B")), doc(item("", "", "B"), item("", "", "C"))}, story.Saved{New: 1, Known: 1}},
		"D03": {[]string{doc(item("1", a, "A")), doc(item("1", b, "B"))}, story.Saved{Edited: 1}}, // an edit of the item, judged again
		"D04": {[]string{doc(), doc(item("1", a, "A"), item("1", b, "B"))}, story.Saved{New: 2}},
		"D05": {[]string{doc(item("1", a, "A"), item("2", b, "B")), doc(item("8", a, "A"), item("9", b, "B"))}, story.Saved{Known: 2}},
		"D06": {[]string{doc(item("1", "http://www.e.example/a", "A")), doc(item("9", a+"?utm_source=rss", "A"))}, story.Saved{Known: 1}},
		"D07": {[]string{doc(dated("Thu, 13 Aug 2026 08:00:00 GMT")), doc(dated("Thu, 13 Aug 2026 12:00:00 GMT"))}, story.Saved{Known: 1}},
		"D08": {[]string{doc(), doc(dated("Fri, 31 Dec 9999 00:00:00 GMT")), doc(dated("0001-01-01T00:00:00Z")), doc(dated("13 Aug 26 08:00 GMT"))}, story.Saved{New: 1, Known: 2}},
		"D09": {[]string{doc(item("1", a, "A"), item("2", b, "B")), doc(item("2", b, "B"), item("1", a, "A"))}, story.Saved{Known: 2}},
		"D10": {[]string{doc(item("1", a, "A")), doc(item("1", a, "a"))}, story.Saved{Edited: 1}},
		"D11": {[]string{doc(item("1", a, "A"), item("2", b, "B")), doc(item("2", b, "B")), doc(item("1", a, "A"), item("2", b, "B"))}, story.Saved{Known: 3}},
		"D12": {[]string{doc(item("1", a, "A")), doc(), doc(item("1", a, "A"))}, story.Saved{}},
		"D13": {[]string{rss("x"), rss(append(numbered("n", 0, 500), "x")...)}, story.Saved{New: 500, Known: 1}}, // none is lost; the old ones of a flood are its past
		"D14": {[]string{rss(numbered("n", 0, 500)...)}, story.Saved{}},
		"D15": {[]string{rss(numbered("n", 0, 10)...), rss(numbered("n", 15, 25)...)}, story.Saved{New: 10}}, // and an overrun is counted
		"D22": {[]string{doc(item(strings.Repeat("x", 1<<20), "", "A")), doc(item(strings.Repeat("x", 1<<20), "", "A"))}, story.Saved{}},
		"D23": {[]string{doc(item("cafe\u0301", "", "A")), doc(item(" caf\u00e9 ", "", "A")), doc(item("CAF\u00c9", "", "A"))}, story.Saved{New: 1, Known: 1}}, // its case makes another guid; composed or not, and blanks, do not
	}
	ids := caseIDs(t, "D")
	played := 0
	for _, id := range ids {
		if elsewhere[id] != "" {
			continue
		}
		played++
		t.Run(id, func(t *testing.T) {
			test, ok := tests[id]
			if !ok {
				t.Fatal("is not played")
			}
			bench := newBench(t)
			if id == "D04" || id == "D08" {
				bench.poll(text(doc(item("0", "", "first"))))
			}
			for _, d := range test.documents {
				bench.poll(text(d))
			}
			if got := bench.shelf.told["f"]; got != test.want {
				t.Errorf("told %+v, want %+v", got, test.want)
			}
			if id == "D15" && bench.shelf.states["f"].Pace.Overruns != 1 {
				t.Error("the gap is not counted")
			}
			if it := bench.shelf.items["f"]; id == "D22" && len(it[0].GUID) > 600 {
				t.Errorf("a guid of %d bytes is kept", len(it[0].GUID))
			}
		})
	}
	t.Logf("category D: %d cases, %d played here, %d by %v", len(ids), played, len(elsewhere), elsewhere)
}
