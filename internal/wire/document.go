package wire

import (
	"encoding/json"
	"encoding/xml"
	"time"
)

// rssDocument writes items as RSS 2.0.
func rssDocument(c *channel, items []*entry) ([]byte, error) {
	type guid struct {
		PermaLink bool   `xml:"isPermaLink,attr"`
		ID        string `xml:",chardata"`
	}
	type item struct {
		Title   string `xml:"title,omitempty"`
		Link    string `xml:"link,omitempty"`
		GUID    *guid  `xml:"guid"`
		Date    string `xml:"pubDate,omitempty"`
		Author  string `xml:"dc:creator,omitempty"`
		Summary string `xml:"description,omitempty"`
		Body    string `xml:"content:encoded,omitempty"`
	}
	doc := struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		DC      string   `xml:"xmlns:dc,attr"`
		Content string   `xml:"xmlns:content,attr"`
		Title   string   `xml:"channel>title"`
		Link    string   `xml:"channel>link"`
		About   string   `xml:"channel>description"`
		Items   []item   `xml:"channel>item"`
	}{
		Version: "2.0", DC: "http://purl.org/dc/elements/1.1/", Content: "http://purl.org/rss/1.0/modules/content/",
		Title: c.title(), Link: c.feed.Site, About: "All reports",
	}
	for _, e := range items {
		it := item{Title: e.Title, Link: e.Link, Date: stamp(e.Published, time.RFC1123Z), Author: e.Author, Summary: e.Summary, Body: e.Body}
		if e.GUID != "" {
			it.GUID = &guid{e.GUID == e.Link, e.GUID}
		}
		doc.Items = append(doc.Items, it)
	}
	return xmlDocument(doc)
}

// atomDocument writes items as Atom. An entry must have an id and a time of
// its last change there; an item without a guid has its link for the one.
func atomDocument(c *channel, items []*entry, self string) ([]byte, error) {
	type link struct {
		Rel  string `xml:"rel,attr,omitempty"`
		Href string `xml:"href,attr"`
	}
	type text struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
	type item struct {
		ID        string `xml:"id"`
		Title     text   `xml:"title"`
		Link      link   `xml:"link"`
		Published string `xml:"published,omitempty"`
		Updated   string `xml:"updated"`
		Author    string `xml:"author>name,omitempty"`
		Summary   *text  `xml:"summary"`
		Body      *text  `xml:"content"`
	}
	doc := struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"id"`
		Title   string   `xml:"title"`
		Updated string   `xml:"updated"`
		Links   []link   `xml:"link"`
		Author  string   `xml:"author>name"`
		Items   []item   `xml:"entry"`
	}{
		ID: c.feed.Site + "/", Title: c.title(), Updated: stamp(c.changed, time.RFC3339), Author: c.title(),
		Links: []link{{"self", self}, {"alternate", c.feed.Site}},
	}
	for _, e := range items {
		it := item{ID: e.Key, Title: text{"html", e.Title}, Link: link{"alternate", e.Link}, Published: stamp(e.Published, time.RFC3339), Updated: stamp(e.edited, time.RFC3339), Author: e.Author}
		if e.Summary != "" {
			it.Summary = &text{"html", e.Summary}
		}
		if e.Body != "" {
			it.Body = &text{"html", e.Body}
		}
		doc.Items = append(doc.Items, it)
	}
	return xmlDocument(doc)
}

// xmlDocument writes doc as a whole XML document.
func xmlDocument(doc any) ([]byte, error) {
	body, err := xml.MarshalIndent(doc, "", " ")
	if err != nil {
		return nil, err
	}
	return append([]byte(xml.Header), append(body, '\n')...), nil
}

// jsonDocument writes items as JSON Feed 1.1.
func jsonDocument(c *channel, items []*entry, self string) ([]byte, error) {
	type author struct {
		Name string `json:"name"`
	}
	type item struct {
		ID        string   `json:"id"`
		URL       string   `json:"url,omitempty"`
		Title     string   `json:"title,omitempty"`
		Summary   string   `json:"summary,omitempty"`
		Body      string   `json:"content_html,omitempty"`
		Published string   `json:"date_published,omitempty"`
		Modified  string   `json:"date_modified,omitempty"`
		Authors   []author `json:"authors,omitempty"`
	}
	doc := struct {
		Version string `json:"version"`
		Title   string `json:"title"`
		Home    string `json:"home_page_url"`
		Self    string `json:"feed_url"`
		Items   []item `json:"items"`
	}{Version: "https://jsonfeed.org/version/1.1", Title: c.title(), Home: c.feed.Site, Self: self, Items: []item{}}
	for _, e := range items {
		it := item{ID: e.Key, URL: e.Link, Title: e.Title, Summary: e.Summary, Body: e.Body, Published: stamp(e.Published, time.RFC3339)}
		if e.Act == Edit {
			it.Modified = stamp(e.edited, time.RFC3339)
		}
		if e.Author != "" {
			it.Authors = []author{{e.Author}}
		}
		doc.Items = append(doc.Items, it)
	}
	return json.MarshalIndent(doc, "", " ")
}

// stamp writes at, or nothing for the zero time.
func stamp(at time.Time, layout string) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(layout)
}
