package parse_test

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/feeds/parse"
	"vedette/story"
)

func now() time.Time { return time.Date(2026, 8, 13, 12, 0, 0, 0, time.UTC) }

func parseText(body string) (parse.Result, error) {
	return parse.Parse(parse.Document{Body: []byte(body), URL: "https://e.example/feeds/rss", Now: now()}, story.Feed{Name: "f"})
}

func items(t *testing.T, body string) []story.Item {
	t.Helper()
	r, err := parseText(body)
	if err != nil {
		t.Fatalf("Parse(%.80q) = %v, want items", body, err)
	}
	return r.Items
}

func rss(item string) string { return `<rss version="2.0"><channel>` + item + `</channel></rss>` }

func TestItemIsReadWhole(t *testing.T) {
	const body = `<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>The &amp; Wire</title><language>en-gb</language>
<item><title>Strike &lt;b&gt;hits&lt;/b&gt; Idlib</title><link>https://www.e.example/a?utm_source=x&amp;id=7#top</link><guid isPermaLink="false">tag:7</guid>
<description><![CDATA[<p>Two dead.</p><p>Six hurt<br>in all.</p><script>alert(1)</script>]]></description>
<content:encoded><![CDATA[<div>Two dead.</div><div>Much more.</div>]]></content:encoded>
<dc:creator>A. Reporter</dc:creator><category>War</category><category>War</category><category>Syria</category>
<pubDate>Thu, 13 Aug 2026 13:30:00 MSK</pubDate></item></channel></rss>`
	feed := story.Feed{Name: "wire", Outlet: "The Wire", Owner: "Wire Ltd"}
	got, err := parse.Parse(parse.Document{Body: []byte(body), URL: "https://e.example/rss", Now: now()}, feed)
	if err != nil {
		t.Fatal(err)
	}
	published := time.Date(2026, 8, 13, 10, 30, 0, 0, time.UTC)
	want := parse.Result{Title: "The & Wire", Lang: "en-GB", Charset: "utf-8", Topic: "https://e.example/rss", Items: []story.Item{{
		Feed: "wire", Outlet: "The Wire", Owner: "Wire Ltd", GUID: "tag:7",
		Link: "https://www.e.example/a?utm_source=x&id=7#top", Canonical: "e.example/a?id=7", Keys: []string{"g:tag:7", "l:e.example/a?id=7"},
		Title: "Strike hits Idlib", Summary: "Two dead.\nSix hurt\nin all.", Body: "Two dead.\nMuch more.",
		Author: "A. Reporter", Tags: []string{"War", "Syria"}, Lang: "en-GB",
		Published: published, FirstSeen: now(), Effective: published,
	}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse (-want +got):\n%s", diff)
	}
}

func TestAtomAndJSONAreReadAsRSSIs(t *testing.T) {
	atom := `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>t</title><entry><id>i</id><title type="html">A &amp;amp; B</title>
<link rel="self" href="https://e.example/self"/><link href="../one"/><summary>s</summary><author><name>N</name></author><category term="x" label="X"/>
<updated>2026-08-13T11:00:00Z</updated><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>c</p></div></content></entry></feed>`
	json := `{"version":"https://jsonfeed.org/version/1.1","title":"t","language":"en","items":[{"id":"i","url":"/one","title":"A &amp; B","summary":"s",
"content_html":"<p>c</p>","authors":[{"name":"N"}],"tags":["X"],"date_published":"2026-08-13T11:00:00Z"}]}`
	at := time.Date(2026, 8, 13, 11, 0, 0, 0, time.UTC)
	want := []story.Item{{
		Feed: "f", GUID: "i", Link: "https://e.example/one", Canonical: "e.example/one", Keys: []string{"g:i", "l:e.example/one"},
		Title: "A & B", Summary: "s", Body: "c", Author: "N", Tags: []string{"X"}, Lang: "en", Published: at, FirstSeen: now(), Effective: at,
	}}
	for name, body := range map[string]string{"Atom": atom, "JSON": json} {
		t.Run(name, func(t *testing.T) {
			got := items(t, body)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("Parse (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNoFeedIsSaidToBeNone(t *testing.T) {
	tests := map[string]string{
		"Nothing":       "",
		"OnlyBOM":       "\xef\xbb\xbf  \n",
		"Page":          "<!DOCTYPE html><html><body><p>Just a moment...</p></body></html>",
		"PageBare":      "<html><head></head></html>",
		"PageHoldsFeed": "<html><body>" + rss("<item><title>a</title></item>") + "</body></html>",
		"OPML":          `<opml version="1.0"><body><outline xmlUrl="http://e/feed"/></body></opml>`,
		"CAP":           `<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>x</identifier></alert>`,
		"Sitemap":       `<urlset><url><loc>http://e/</loc></url></urlset>`,
		"JSONError":     `{"error":"rate limited"}`,
		"JSONArray":     `[{"a":1}]`,
		"JSONItems":     `{"items":"none"}`,
		"JSONCut":       `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1"}`,
		"Text":          "503 Service Unavailable",
		"Picture":       "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
		"Archive":       "PK\x03\x04\x14\x00\x00\x00",
		"UTF7":          `<?xml version="1.0" encoding="UTF-7"?>+ADw-rss+AD4-`,
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			if r, err := parseText(body); !errors.Is(err, parse.ErrNotFeed) {
				t.Errorf("Parse = %d items, %v; want ErrNotFeed", len(r.Items), err)
			}
		})
	}
}

func TestBombsAreRefusedBeforeTheParserSeesThem(t *testing.T) {
	var attributes, namespaces strings.Builder
	for i := range 200 {
		fmt.Fprintf(&attributes, ` q%d="v"`, i)
		fmt.Fprintf(&namespaces, ` xmlns:n%d="u"`, i%100)
	}
	deep := func(n int, name string) string { return strings.Repeat("<"+name+">", n) }
	tests := map[string]struct{ body, words string }{
		"NestedExtension":   {rss("<item>" + deep(2_000_000/4, "a:b")), "nested"},
		"NestedClosed":      {rss("<item>" + deep(100_000, "a:b") + strings.Repeat("</a:b>", 100_000) + "</item>"), "nested"},
		"NestedXHTML":       {`<feed><entry><content type="xhtml">` + deep(900_000, "b"), "nested"},
		"NestedPastQuotes":  {rss("<item>" + deep(1000, `a:b x="/>"`)), "nested"},
		"NestedPastClosing": {rss("<item>" + strings.Repeat("<a:b></zz>", 1000)), "nested"},
		"NestedInComment":   {rss("<item>" + strings.Repeat("<a:b><!-- </a:b> -->", 1000)), "nested"},
		"NestedInCDATA":     {rss("<item>" + strings.Repeat("<a:b><![CDATA[</a:b>]]>", 1000)), "nested"},
		"Attributes":        {rss("<item" + attributes.String() + "/>"), "attributes"},
		"AttributesBare":    {rss("<item" + strings.Repeat(" a", 200) + "/>"), "attributes"},
		"Namespaces":        {rss("<a" + namespaces.String()[:70*14] + "><item/></a>"), "namespaces"},
		"NamespacesNested":  {rss(strings.Repeat(`<a xmlns:a="1" xmlns:b="2" xmlns:c="3">`, 30)), "namespaces"},
		"LongTag":           {rss(`<item a="` + strings.Repeat("x", 100_000) + `"/>`), "longer"},
		"Items":             {rss(strings.Repeat("<item/>", 350_000)), "items"},
		"Categories":        {rss("<item>" + strings.Repeat("<category/>", 450_000) + "</item>"), "pieces"},
		"CDATA":             {rss("<item>" + strings.Repeat("<![CDATA[]]>", 600_000) + "</item>"), "pieces"},
		"Instructions":      {strings.Repeat("<?a?>", 1_000_000) + rss(""), "pieces"},
		"JSONDepth":         {`{"items":[{"id":"1","_x":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}]}", "nested"},
		"JSONItems":         {`{"items":[` + strings.Repeat(`{"id":"1"},`, 300_000) + `{}]}`, "values"},
		"JSONManyItems":     {`{"items":[` + strings.Repeat(`{},`, 30_000) + `{}]}`, "items"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := parseText(test.body)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), "unsafe document") || !strings.Contains(err.Error(), test.words) {
				t.Errorf("Parse = %d items, %v; want it refused for %s", len(r.Items), err, test.words)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 96<<20 {
				t.Errorf("%d MiB were allocated for %d KiB", used>>20, len(test.body)>>10)
			}
		})
	}
}

func TestEntitiesOfADocumentStayAsTheyAreWritten(t *testing.T) {
	tests := map[string]string{
		"BillionLaughs":  `<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY x "&a;&a;">]>`,
		"OddCase":        `<!doctype l [<!eNtItY x "lol">]>`,
		"ExternalFile":   `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>`,
		"ExternalURL":    `<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:1/">]>`,
		"ParameterDTD":   `<!DOCTYPE r [<!ENTITY % y SYSTEM "http://127.0.0.1:1/x.dtd"> %y;]>`,
		"Quadratic":      `<!DOCTYPE r [<!ENTITY x "` + strings.Repeat("a", 100_000) + `">]>`,
		"ManyOfThem":     `<!DOCTYPE r [` + strings.Repeat(`<!ENTITY x "y">`, 300_000) + `]>`,
		"Nothing":        "",
		"NestedBrackets": `<!DOCTYPE r [<!ENTITY x "]>"><!-- > -->]>`,
	}
	for name, doctype := range tests {
		t.Run(name, func(t *testing.T) {
			if got := items(t, doctype+rss("<item><title>a &x; b</title></item>")); len(got) != 1 || got[0].Title != "a &x; b" {
				t.Errorf("Parse = %+v, want the title as it is written", got)
			}
		})
	}
	if got := items(t, `<rss><!DOCTYPE r [<!ENTITY x "y">]><channel><item><title>&x;</title></item></channel></rss>`); got[0].Title != "&x;" {
		t.Errorf("declared inside the root: %q, want it as it is written", got[0].Title)
	}
}

func TestHeavyDocumentsWithinBoundsAreRead(t *testing.T) {
	tests := map[string]string{
		"Ampersands":     rss("<item><title>x</title><description>" + strings.Repeat("&", 5_000_000) + "</description></item>"),
		"HugeTitle":      rss("<item><title>" + strings.Repeat("x", 7<<20) + "</title></item>"),
		"HugeComment":    rss("<!--" + strings.Repeat("-x", 4<<20) + "--><item><title>x</title></item>"),
		"TenThousand":    rss(strings.Repeat("<item><title>x</title><link>https://e.example/</link></item>", 10_000)),
		"ManyTokens":     rss("<item><title>x</title>" + strings.Repeat("<category/>", 390_000) + "</item>"),
		"ManyExtensions": rss("<item><title>x</title>" + strings.Repeat("<a:b/>", 390_000) + "</item>"),
		"Unclosed":       rss("<item><title>x</title><description>" + strings.Repeat("<p><br>text", 20) + "</description></item>"),
		"StrayBrackets":  rss("<item><title>x</title><description>" + strings.Repeat("< ", 1<<20) + "</description></item>"),
	}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r, err := parseText(body)
			runtime.ReadMemStats(&after)
			t.Logf("%d KiB: %d MiB allocated", len(body)>>10, (after.TotalAlloc-before.TotalAlloc)>>20)
			if err != nil || len(r.Items) == 0 {
				t.Errorf("Parse = %d items, %v; want items", len(r.Items), err)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 512<<20 {
				t.Errorf("%d MiB were allocated for %d KiB", used>>20, len(body)>>10)
			}
		})
	}
}

func TestDocumentsCutShortGiveWhatIsWhole(t *testing.T) {
	one, two := "<item><title>one</title></item>", "<item><title>two</title></item>"
	tests := map[string]struct {
		body string
		want int
	}{
		"InTag":      {`<rss><channel>` + one + two + `<item><titl`, 2},
		"InText":     {`<rss><channel>` + one + `<item><title>tw`, 1},
		"InCDATA":    {`<rss><channel>` + one + `<item><title><![CDATA[</item></channel></rss>`, 1},
		"InComment":  {`<rss><channel>` + one + `<!-- ` + two + `</channel></rss>`, 1},
		"OnlyEnd":    {`<rss><channel>` + one + two, 2},
		"Atom":       {`<feed><entry><title>one</title></entry><entry><ti`, 1},
		"AtomPrefix": {`<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>one</a:title></a:entry><a:en`, 1},
		"RDF":        {`<rdf:RDF xmlns:rdf="r" xmlns="http://purl.org/rss/1.0/"><channel></channel><item rdf:about="http://e/1"><title>one</title></item><it`, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := parseText(test.body)
			if err != nil || !r.Partial || len(r.Items) != test.want || r.Items[0].Title != "one" {
				t.Errorf("Parse = %+v, %v; want %d items and Partial", r, err, test.want)
			}
		})
	}
	if r, err := parseText(`<rss><channel><item><title>one</title>`); err == nil {
		t.Errorf("Parse of no whole item = %+v, want an error", r)
	}
	if r, err := parseText(rss(one)); err != nil || r.Partial {
		t.Errorf("Parse of a whole document = %+v, %v; want it not partial", r, err)
	}
}

func TestBytesAreReadInTheCharsetTheyAreIn(t *testing.T) {
	const word = "Обстрел"
	cp1251 := "\xce\xe1\xf1\xf2\xf0\xe5\xeb"
	utf16 := func(s string, big bool) string {
		var out strings.Builder
		for _, r := range "\uFEFF" + s {
			if big {
				out.WriteString(string([]byte{byte(r >> 8), byte(r)}))
			} else {
				out.WriteString(string([]byte{byte(r), byte(r >> 8)}))
			}
		}
		return out.String()
	}
	doc := func(label, title string) string {
		return `<?xml version="1.0" encoding="` + label + `"?>` + rss("<item><title>"+title+"</title></item>")
	}
	tests := map[string]struct{ body, contentType, want string }{
		"UTF8":             {doc("utf-8", word), "", word},
		"UTF8CalledLatin":  {doc("iso-8859-1", word), "text/xml; charset=windows-1256", word},
		"BOMOverLabel":     {"\xef\xbb\xbf" + doc("windows-1251", word), "", word},
		"Declared":         {doc("windows-1251", cp1251), "text/xml; charset=utf-8", word},
		"DeclaredOddly":    {doc("cp1251", cp1251), "", word},
		"OnlyInHeader":     {rss("<item><title>" + cp1251 + "</title></item>"), "text/xml; charset=windows-1251", word},
		"Nowhere":          {rss("<item><title>caf\xe9</title></item>"), "", "café"},
		"UnknownLabel":     {doc("x-foo", "caf\xe9"), "", "café"},
		"BadByte":          {doc("utf-8", "bad \xff byte"), "", "bad \uFFFD byte"},
		"FewBadBytes":      {rss("<item><title>" + word + "\xff</title></item>"), "", word + "\uFFFD"},
		"UTF16LittleBOM":   {utf16(doc("utf-16", word), false), "", word},
		"UTF16BigBOM":      {utf16(doc("utf-16", word), true), "", word},
		"UTF16NoBOM":       {utf16(doc("utf-16", word), false)[2:], "", word},
		"UTF16InNameOnly":  {doc("utf-16", word), "", word},
		"Latin5":           {doc("iso-8859-9", "sald\xfdr\xfd"), "", "saldırı"},
		"ControlCharacter": {doc("utf-8", "a\x01b"), "", "ab"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := parse.Parse(parse.Document{Body: []byte(test.body), ContentType: test.contentType, Now: now()}, story.Feed{})
			if err != nil || len(r.Items) != 1 || r.Items[0].Title != test.want {
				t.Errorf("Parse = %+v, %v; want the title %q", r.Items, err, test.want)
			}
		})
	}
}

func TestBrokenMarkupIsReadAsMeant(t *testing.T) {
	item := "<item><title>a</title></item>"
	tests := map[string]struct{ body, want string }{
		"XML11":            {`<?xml version="1.1"?>` + rss(item), "a"},
		"Uppercase":        {"<RSS><CHANNEL><ITEM><TITLE>a</TITLE></ITEM></CHANNEL></RSS>", "a"},
		"BareChannel":      {"<channel>" + item + "</channel>", "a"},
		"LeadingWarning":   {"<br />\n<b>Warning</b>: x in <b>/a.php</b> on line 3<br />\n" + rss(item), "a"},
		"LeadingMerge":     {"<<<<<<< HEAD\n" + rss(item), "a"},
		"LeadingComment":   {"<!--" + strings.Repeat(" x", 5000) + "-->" + rss(item), "a"},
		"DashesInComment":  {rss("<!-- a -- b -->" + item), "a"},
		"TrailingScript":   {rss(item) + "<script>1</script>", "a"},
		"TwoRoots":         {rss(item) + rss(item), "a"},
		"ControlReference": {rss("<item><title>a&#8;&#x1f;&#xFFFE;b</title></item>"), "ab"},
		"Noncharacter":     {rss("<item><title>a\uFFFEb</title></item>"), "ab"},
		"StrayLess":        {rss("<item><title>3 < 5 dead</title></item>"), "3 < 5 dead"},
		"StrayCDATAEnd":    {rss("<item><title>a ]]> b</title></item>"), "a ]]> b"},
		"StrayAmpersand":   {rss("<item><title>A & B &c</title></item>"), "A & B &c"},
		"HTMLEntity":       {rss("<item><title>caf&eacute;&nbsp;x</title></item>"), "café x"},
		"EncodedTwice":     {rss("<item><title>A &amp;#8217; B</title></item>"), "A ’ B"},
		"MarkupInTitle":    {rss("<item><title>&lt;b&gt;A&lt;/b&gt; &amp;amp; B</title></item>"), "A & B"},
		"CDATATitle":       {rss("<item><title><![CDATA[A &amp; B <i>x</i>]]></title></item>"), "A & B x"},
		"BareAttribute":    {rss("<item><title a=1>a</title></item>"), "a"},
		"SameAttribute":    {rss(`<item><title a="1" a="2">a</title></item>`), "a"},
		"MismatchedTags":   {rss("<item><title>a</titel></item>"), "a"},
		"UnknownPrefix":    {rss("<item><title>a</title><media:foo>x</media:foo></item>"), "a"},
		"NoTitle":          {rss("<item><description>First line.&lt;p&gt;More.</description></item>"), "First line."},
		"NothingToRead":    {rss("<item><title>\u3164\u2800</title><guid>1</guid></item>"), "(no title)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := items(t, test.body); len(got) != 1 || got[0].Title != test.want {
				t.Errorf("Parse = %+v, want the title %q", got, test.want)
			}
		})
	}
}
