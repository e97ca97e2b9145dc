package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"vedette/config"
	"vedette/feeds/fetch"
	"vedette/feeds/opml"
	"vedette/feeds/parse"
	"vedette/story"
)

type feedsAddCmd struct {
	URL   string `arg:"" help:"A feed, or a page of the site whose feed it is."`
	Name  string `help:"What to call it; made of its title if left out."`
	Write bool   `help:"Write it into the desk file."`
}

// Run finds a feed and shows what it would bring.
func (c *feedsAddCmd) Run(ctx context.Context, p *process) error {
	set, err := p.settings()
	if err != nil {
		return err
	}
	client := newClient(set)
	defer client.Close()
	found, err := find(ctx, client, c.URL)
	if err != nil {
		return err
	}
	taken := make(map[string]bool)
	if d, _, err := loadDesk(set.Desk, config.Options{PollEvery: set.PollEvery}); err == nil {
		for _, f := range d.Feeds {
			if taken[string(f.Name)] = true; f.URL == found.url {
				return fmt.Errorf("the desk file has %s already, as %s", found.url, f.Name)
			}
		}
	}
	entry := story.Feed{Name: story.FeedName(c.Name), URL: found.url, Outlet: found.title}
	if c.Name == "" {
		entry.Name = nameFor(found.title, found.url, taken)
	}
	fmt.Fprintf(p.stdout, "%s\n  %s\n  %s, %s\n", found.title, found.url, plural(len(found.items), "item"), datesOf(found.items, utcNow()))
	for i := range found.items[:min(5, len(found.items))] {
		fmt.Fprintf(p.stdout, "  - %s\n", found.items[i].Title)
	}
	fmt.Fprintln(p.stdout, "\nThe first poll takes these in and tells nobody; what comes later is told.")
	for _, other := range found.others {
		fmt.Fprintf(p.stdout, "The page names another feed: %s %s\n", other.URL, other.Title)
	}
	return p.write(set.Desk, []story.Feed{entry}, c.Write)
}

// A discovery is a feed that was found.
type discovery struct {
	url, title string
	items      []story.Item
	others     []parse.Candidate // that the page names too
}

// find returns the feed at place, or that of the page there.
func find(ctx context.Context, client *fetch.Client, place string) (discovery, error) {
	if !strings.Contains(place, "://") {
		place = "https://" + place
	}
	res, err := client.Get(ctx, fetch.Request{URL: place})
	if err != nil {
		return discovery{}, err
	}
	if res.Body == nil {
		return discovery{}, fmt.Errorf("%s: the server answers %d %s", place, res.Status, http.StatusText(res.Status))
	}
	found, err := read(&res, place)
	if !errors.Is(err, parse.ErrNotFeed) {
		return found, err
	}
	candidates := parse.Discover(parse.Document{Body: res.Body, ContentType: res.ContentType, URL: res.URL})
	for i, c := range candidates {
		res, err := client.Get(ctx, fetch.Request{URL: c.URL})
		if err != nil || res.Body == nil {
			continue
		}
		if found, err := read(&res, c.URL); err == nil {
			found.others = slices.DeleteFunc(slices.Clone(candidates[i+1:]), func(o parse.Candidate) bool { return !o.Said })
			return found, nil
		}
	}
	return discovery{}, fmt.Errorf("%s is no feed, and none was found at the %s that it leads to", place, plural(len(candidates), "address"))
}

// read parses what was fetched from place, which only a permanent redirect
// changes.
func read(res *fetch.Response, place string) (discovery, error) {
	r, err := parse.Parse(parse.Document{Body: res.Body, ContentType: res.ContentType, URL: res.URL, Now: utcNow()}, story.Feed{})
	if err != nil {
		return discovery{}, err
	}
	if res.Permanent {
		place = res.URL
	}
	return discovery{url: place, title: r.Title, items: r.Items}, nil
}

// nameFor makes a name that no other feed has.
func nameFor(title, address string, taken map[string]bool) story.FeedName {
	host := ""
	if u, err := url.Parse(address); err == nil {
		host = strings.TrimPrefix(u.Hostname(), "www.")
	}
	name := slug(title)
	if name == "" {
		name = slug(host)
	}
	if name == "" {
		name = "feed"
	}
	unique := name
	for i := 2; taken[unique]; i++ {
		unique = name + "-" + strconv.Itoa(i)
	}
	taken[unique] = true
	return story.FeedName(unique)
}

// slug keeps the letters and digits of text, with hyphens between the words.
func slug(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	name := strings.Join(words, "-")
	if runes := []rune(name); len(runes) > 40 {
		name = strings.TrimRight(string(runes[:40]), "-")
	}
	return strings.TrimLeftFunc(name, unicode.IsMark)
}

// write prints what the desk file would say of feeds, and writes it into the
// file if that is asked for.
func (p *process) write(file string, feeds []story.Feed, do bool) error {
	if !do {
		fmt.Fprintf(p.stdout, "\nFor the desk file, below feeds: (--write does it):\n\n%s", entries(feeds, "  "))
		return nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	changed, err := withFeeds(data, feeds)
	if err != nil {
		return err
	}
	if _, _, err := parseDesk(file, changed, config.Options{}); err != nil {
		return fmt.Errorf("%s is not changed: it would have a fault:\n%w", file, err)
	}
	if err := replace(file, changed); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "\n%s has %s more. A running vedette reads it at once.\n", file, plural(len(feeds), "feed"))
	return nil
}

// entries returns feeds as the desk file lists them.
func entries(feeds []story.Feed, indent string) string {
	var out strings.Builder
	for _, f := range feeds {
		fmt.Fprintf(&out, "%s- name: %s\n%s  url: %s\n", indent, scalar(string(f.Name)), indent, scalar(f.URL))
		if f.Outlet != "" && f.Outlet != string(f.Name) {
			fmt.Fprintf(&out, "%s  outlet: %s\n", indent, scalar(f.Outlet))
		}
		if f.Folder != "" {
			fmt.Fprintf(&out, "%s  folder: %s\n", indent, scalar(f.Folder))
		}
	}
	return out.String()
}

// scalar returns text as YAML holds it, whatever a stranger wrote in it.
func scalar(text string) string {
	if plainScalar.MatchString(text) && !strings.HasSuffix(text, ":") {
		return text
	}
	return strconv.QuoteToGraphic(text)
}

// plainScalar is what needs no quotation marks: it begins with a letter that
// begins no other type, and holds nothing that YAML reads.
var plainScalar = regexp.MustCompile(`^(https?://[A-Za-z0-9._~/?=%+;,@!$()*:-]+|[a-z][a-z0-9]*-[a-z0-9-]*[a-z])$`)

var feedsKey = regexp.MustCompile(`(?m)^feeds:[ \t]*(#.*)?\r?\n`)

// withFeeds returns the desk file data with feeds at the top of its list, and
// leaves every other byte as it is.
func withFeeds(data []byte, feeds []story.Feed) ([]byte, error) {
	at := feedsKey.FindIndex(data)
	if at == nil {
		return nil, errors.New("the desk file has no line feeds: that a list follows; add the feeds by hand")
	}
	indent := "  "
	for line := range strings.Lines(string(data[at[1]:])) {
		if item := strings.TrimLeft(line, " "); strings.HasPrefix(item, "- ") {
			indent = line[:len(line)-len(item)]
			break
		} else if item = strings.TrimSpace(item); item != "" && item[0] != '#' {
			break
		}
	}
	return slices.Concat(data[:at[1]], []byte(entries(feeds, indent)), data[at[1]:]), nil
}

// replace puts data in the place of file, whole or not at all.
func replace(file string, data []byte) error {
	info, err := os.Stat(file)
	if err != nil {
		return err
	}
	beside := filepath.Join(filepath.Dir(file), "."+filepath.Base(file)+".new")
	if err := os.WriteFile(beside, data, info.Mode().Perm()); err != nil {
		return err
	}
	return os.Rename(beside, file)
}

type feedsImportCmd struct {
	File    string `arg:"" help:"The OPML list; - for standard input."`
	Write   bool   `help:"Write the feeds into the desk file."`
	Unasked bool   `help:"Do not ask whether they are feeds."`
}

// asksAtOnce is how many feeds of a list are asked at a time.
const asksAtOnce = 8

// Run reads a list, asks each address whether it is a feed, and takes over
// those that are.
func (c *feedsImportCmd) Run(ctx context.Context, p *process) error {
	set, err := p.settings()
	if err != nil {
		return err
	}
	list, err := c.list(p)
	if err != nil {
		return err
	}
	taken, known := make(map[string]bool), 0
	if d, _, err := loadDesk(set.Desk, config.Options{PollEvery: set.PollEvery}); err == nil {
		for _, f := range d.Feeds {
			taken[string(f.Name)] = true
			was := len(list)
			list = slices.DeleteFunc(list, func(o opml.Feed) bool { return o.URL == f.URL })
			known += was - len(list)
		}
	}
	faults := make([]error, len(list))
	if !c.Unasked {
		faults = p.ask(ctx, newClient(set), list)
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	var feeds []story.Feed
	for i, o := range list {
		if faults[i] != nil {
			fmt.Fprintf(p.stderr, "left out: %s %s: %v\n", o.Title, o.URL, faults[i])
			continue
		}
		feeds = append(feeds, story.Feed{Name: nameFor(o.Title, o.URL, taken), URL: o.URL, Outlet: o.Title, Folder: o.Folder})
	}
	fmt.Fprintf(p.stdout, "%s to take over, %d that the desk file has already, %d left out.\n", plural(len(feeds), "feed"), known, len(list)-len(feeds))
	if len(feeds) == 0 {
		return nil
	}
	return p.write(set.Desk, feeds, c.Write)
}

func (c *feedsImportCmd) list(p *process) ([]opml.Feed, error) {
	if c.File == "-" {
		return opml.Read(io.LimitReader(p.stdin, biggest))
	}
	data, err := readFile(c.File)
	if err != nil {
		return nil, err
	}
	return opml.Read(bytes.NewReader(data))
}

// ask asks each of list whether it is a feed, several at a time, says how far
// it is, and puts the address of the feed where the list had that of a page.
func (p *process) ask(ctx context.Context, client *fetch.Client, list []opml.Feed) []error {
	defer client.Close()
	faults := make([]error, len(list))
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex // guards done and the terminal
		done int
	)
	work := make(chan int)
	for range asksAtOnce {
		wg.Go(func() {
			for i := range work {
				found, err := find(ctx, client, list[i].URL)
				if faults[i] = err; err == nil {
					list[i] = opml.Feed{Title: cmp.Or(list[i].Title, found.title), URL: found.url, Folder: list[i].Folder}
				}
				mu.Lock()
				done++
				verdict := "ok"
				if faults[i] != nil {
					verdict = "no"
				}
				fmt.Fprintf(p.stderr, "%d of %d  %s  %s\n", done, len(list), verdict, list[i].URL)
				mu.Unlock()
			}
		})
	}
	for i := range list {
		select {
		case work <- i:
		case <-ctx.Done():
		}
	}
	close(work)
	wg.Wait()
	return faults
}

type feedsExportCmd struct{}

// Run prints the desk file's feeds.
func (*feedsExportCmd) Run(p *process) error {
	set, d, err := p.desk()
	if err != nil {
		return err
	}
	list := make([]opml.Feed, len(d.Feeds))
	for i, f := range d.Feeds {
		list[i] = opml.Feed{Title: f.Outlet, URL: f.URL, Folder: f.Folder}
	}
	return opml.Write(p.stdout, "Feeds of "+filepath.Base(set.Desk), list)
}
