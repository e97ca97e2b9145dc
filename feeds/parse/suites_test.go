package parse_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vedette/feeds/parse"
	"vedette/internal/corpus"
	"vedette/story"
)

func TestPublicTestFeedsAreAccepted(t *testing.T) {
	dir := corpus.Path(t, "feeds", "suites")
	total, whole, partial, other, lost := 0, 0, 0, 0, 0
	root := regexp.MustCompile(`<(rss|feed|rdf:RDF|channel)[\s>]`)
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".xml" && filepath.Ext(path) != ".json" {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		total++
		r, err := parse.Parse(parse.Document{Body: body, URL: "https://e.example/feed", Now: now()}, story.Feed{})
		switch {
		case err == nil && r.Partial:
			partial++
		case err == nil:
			whole++
		case errors.Is(err, parse.ErrNotFeed) && !root.Match(body):
			other++
		default:
			lost++
			t.Logf("%s: %v", path, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d documents: %d whole, %d partial, %d no feeds, %d feeds not read", total, whole, partial, other, lost)
	if lost > 5 {
		t.Errorf("%d documents with a feed's root are not read, want at most 5", lost)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`<rss version="2.0"><channel><title>t</title><item><title>a</title><link>/x</link><guid>1</guid><pubDate>Thu, 13 Aug 2026 04:24:12 MSK</pubDate></item></channel></rss>`,
		`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>i</id><title type="html">&lt;b&gt;</title><link href="x"/><content type="xhtml"><div/></content></entry></feed>`,
		`{"version":"https://jsonfeed.org/version/1.1","items":[{"id":1,"url":"x","content_html":"<p>","date_published":"x","authors":[null]}]}`,
		`<rdf:RDF xmlns:rdf="r"><item rdf:about="http://e/1"><title>t</title></item></rdf:RDF>`, `<channel><item><title>x</title></item></channel>`,
		"\xff\xfe<\x00r\x00s\x00s\x00>\x00", `<rss><channel><item><title>one</title></item><item><ti`, `<rss><channel><item><title><![CDATA[`,
	} {
		f.Add([]byte(seed), "text/xml; charset=windows-1251")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		r, err := parse.Parse(parse.Document{Body: body, ContentType: contentType, URL: "https://e.example/", Now: now()}, story.Feed{})
		if err != nil && len(r.Items) > 0 {
			t.Errorf("an error and %d items", len(r.Items))
		}
		seen := map[string]bool{}
		for _, it := range r.Items {
			if it.Title == "" || len(it.Keys) == 0 || it.FirstSeen != now() || it.Effective.After(now()) || strings.Contains(it.Title, "\n") {
				t.Errorf("item %+v", it)
			}
			for _, key := range it.Keys {
				if seen[key] {
					t.Errorf("two items share %q", key)
				}
				seen[key] = true
			}
		}
	})
}

func ExampleParse() {
	doc := parse.Document{
		Body: []byte(`<rss><channel><item><title>Strike &amp;amp; siege</title><link>/idlib?utm_source=rss</link></item></channel></rss>`),
		URL:  "https://www.wire.example/rss",
		Now:  now(),
	}
	r, err := parse.Parse(doc, story.Feed{Name: "wire"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Items[0].Title, r.Items[0].Keys)
	// Output: Strike & siege [l:wire.example/idlib]
}
