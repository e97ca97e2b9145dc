// Package opml reads and writes subscription lists, as readers of feeds
// exchange them: OPML, with its folders.
//
// Bytes of a stranger's file come in, feeds' titles and addresses go out, and
// the other way round. What a list says is bounded and never trusted to be
// well formed; no address is asked, and none is refused: whoever asks it
// guards it.
package opml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A Feed is one subscription.
type Feed struct {
	Title  string // as the list has it, or ""
	URL    string // of the feed
	Folder string // the folders that it is in, the outermost first, with " / " between them; or ""
}

// Bounds of a list.
const (
	maxDepth = 32
	maxFeeds = 20_000
	maxText  = 300 // bytes of a title or of the name of a folder
)

// ErrNotOPML is wrapped by the error for a document that is no list.
var ErrNotOPML = errors.New("not an OPML list")

// Read returns the feeds of a list, in its order, each address once.
func Read(r io.Reader) ([]Feed, error) {
	d := xml.NewDecoder(r)
	d.Strict = false
	d.Entity = xml.HTMLEntity
	d.CharsetReader = func(label string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("%w: it is in %s, and only UTF-8 is read", ErrNotOPML, label)
	}
	var (
		feeds   []Feed
		folders []string // of the outlines that are open, "" for a feed's
		seen    = make(map[string]bool)
		root    bool
	)
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && root:
			return feeds, nil
		case errors.Is(err, io.EOF):
			return nil, fmt.Errorf("%w: it has no element opml", ErrNotOPML)
		case err != nil && root && len(feeds) > 0:
			return feeds, nil // cut short: what is whole is of use
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNotOPML, err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			root = root || strings.EqualFold(t.Name.Local, "opml")
			if !root || !strings.EqualFold(t.Name.Local, "outline") {
				continue
			}
			feed, folder := outline(t.Attr)
			if feed.URL != "" && !seen[feed.URL] && len(feeds) < maxFeeds {
				seen[feed.URL] = true
				feed.Folder = path(folders)
				feeds = append(feeds, feed)
			}
			if folders = append(folders, folder); len(folders) > maxDepth {
				return nil, fmt.Errorf("%w: folders nested more than %d deep", ErrNotOPML, maxDepth)
			}
		case xml.EndElement:
			if strings.EqualFold(t.Name.Local, "outline") && len(folders) > 0 {
				folders = folders[:len(folders)-1]
			}
		}
	}
}

// outline reads one element: a feed, or else the name of a folder.
func outline(attributes []xml.Attr) (feed Feed, folder string) {
	said := make(map[string]string)
	for _, a := range attributes {
		said[strings.ToLower(a.Name.Local)] = strings.TrimSpace(a.Value)
	}
	title := said["title"]
	if title == "" {
		title = said["text"]
	}
	title = clip(strings.Join(strings.Fields(title), " "))
	if said["xmlurl"] == "" {
		return Feed{}, title
	}
	return Feed{Title: title, URL: said["xmlurl"]}, ""
}

func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "")
}

func path(folders []string) string {
	var named []string
	for _, f := range folders {
		if f != "" {
			named = append(named, f)
		}
	}
	return clip(strings.Join(named, " / "))
}

// Write writes feeds as a list; those in one folder stand together, where the
// first of them stands. Folders in folders are told apart by " / ".
func Write(w io.Writer, title string, feeds []Feed) error {
	var body node
	for _, f := range feeds {
		at := &body
		for folder := range strings.SplitSeq(f.Folder, " / ") {
			if folder != "" {
				at = at.folder(folder)
			}
		}
		at.Outlines = append(at.Outlines, &node{Type: "rss", Text: f.Title, Title: f.Title, URL: f.URL})
	}
	list := struct {
		XMLName xml.Name `xml:"opml"`
		Version string   `xml:"version,attr"`
		Title   string   `xml:"head>title"`
		Body    []*node  `xml:"body>outline"`
	}{Version: "2.0", Title: title, Body: body.Outlines}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(w)
	enc.Indent("", "  ")
	if err := enc.Encode(list); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// A node is an outline: a feed, or a folder.
type node struct {
	Type     string  `xml:"type,attr,omitempty"`
	Text     string  `xml:"text,attr"`
	Title    string  `xml:"title,attr,omitempty"`
	URL      string  `xml:"xmlUrl,attr,omitempty"`
	Outlines []*node `xml:"outline"`
}

// folder returns the folder called name in n, made if it is not there.
func (n *node) folder(name string) *node {
	for _, o := range n.Outlines {
		if o.URL == "" && o.Text == name {
			return o
		}
	}
	o := &node{Text: name}
	n.Outlines = append(n.Outlines, o)
	return o
}
