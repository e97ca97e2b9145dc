package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"vedette/config"
	"vedette/feeds/fetch"
	"vedette/feeds/parse"
	"vedette/story"
)

type feedsProbeCmd struct {
	URL   string `arg:"" help:"The address, or the name of a feed of the desk file."`
	Items int    `default:"5" help:"How many items to show."`
}

// leastApart is how soon after a poll people may ask the same server again.
const leastApart = time.Minute

// Run fetches a feed once, as a poll would, and says what each step found.
func (c *feedsProbeCmd) Run(ctx context.Context, p *process) error {
	set, err := p.settings()
	if err != nil {
		return err
	}
	feed, err := p.probed(ctx, set, c.URL)
	if err != nil {
		return err
	}
	client := newClient(set)
	defer client.Close()
	out := tabwriter.NewWriter(p.stdout, 2, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(out, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	row("address", "%s", feed.URL)
	began := time.Now()
	res, err := client.Get(ctx, fetch.Request{URL: feed.URL})
	took := time.Since(began)
	if err != nil {
		row("fetch", "%v, after %v", err, took.Round(time.Millisecond))
		row("verdict", "%s", verdictOf(err))
		return errors.Join(out.Flush(), errTold)
	}
	for i, hop := range res.Hops {
		row(fmt.Sprintf("answer %d", i+1), "%d %s from %s", hop.Status, http.StatusText(hop.Status), hop.URL)
	}
	if len(res.Hops) > 1 {
		row("redirect", "%s", map[bool]string{true: "for good: seen three times over a day, it is adopted; better change the desk file", false: "for the time being: never adopted"}[res.Permanent])
	}
	row("took", "%v", took.Round(time.Millisecond))
	row("validators", "%s", cmp.Or(strings.TrimSpace(res.ETag+" "+res.LastModified), "none: each poll fetches it whole"))
	row("fresh for", "%s", cmp.Or(res.FreshWhy, "not said"))
	if res.RetryAfter > 0 {
		row("retry after", "%v: it is not polled before", res.RetryAfter)
	}
	if res.Body == nil {
		row("verdict", "no document: the server answers %d %s", res.Status, http.StatusText(res.Status))
		return errors.Join(out.Flush(), errTold)
	}
	row("body", "%d bytes, %s, packed: %s", len(res.Body), cmp.Or(res.ContentType, "no type said"), cmp.Or(res.Encoding, "not"))
	ok := c.document(row, feed, &res)
	if err := out.Flush(); err != nil || ok {
		return err
	}
	return errTold
}

// document says what is in a document, and reports whether it is a feed.
func (c *feedsProbeCmd) document(row func(name, format string, args ...any), feed story.Feed, res *fetch.Response) bool {
	now := utcNow()
	doc := parse.Document{Body: res.Body, ContentType: res.ContentType, URL: res.URL, Links: res.Links, Now: now}
	r, err := parse.Parse(doc, feed)
	if err != nil {
		row("parse", "%v", err)
		if found := parse.Discover(doc); errors.Is(err, parse.ErrNotFeed) && len(found) > 0 && found[0].Said {
			row("verdict", "a page, whose feed is %s", found[0].URL)
			return false
		}
		row("verdict", "it would be polled again, less and less often, and told as blind after half an hour")
		return false
	}
	row("charset", "%s", r.Charset)
	row("repairs", "%s", cmp.Or(strings.Join(r.Repairs, "; "), "none"))
	row("feed", "%s, language %s", cmp.Or(r.Title, "without a title"), cmp.Or(r.Lang, "not said"))
	row("own hints", "%s", hintsOf(&r.Hints))
	if len(r.Hubs) > 0 {
		row("hubs", "%s, which push it as %s", strings.Join(r.Hubs, " and "), r.Topic)
	}
	row("items", "%d, %s", len(r.Items), datesOf(r.Items, now))
	for i := range r.Items[:min(c.Items, len(r.Items))] {
		it := &r.Items[i]
		row(fmt.Sprintf("item %d", i+1), "%s", it.Title)
		row("", "%s, known by %s", dateOf(it, now), strings.Join(it.Keys, " and "))
	}
	verdict := "a feed"
	switch {
	case r.Partial:
		verdict = "a feed that is cut short: what is whole is taken, and it is asked for whole each time"
	case len(r.Items) == 0:
		verdict = "a feed without items"
	}
	row("verdict", "%s", verdict)
	return true
}

// probed returns the feed that is meant: one of the desk file, which is asked
// neither within a minute of its last poll nor against its server's word, or
// an address.
func (p *process) probed(ctx context.Context, set *config.Settings, name string) (story.Feed, error) {
	d, _, err := loadDesk(set.Desk, config.Options{PollEvery: set.PollEvery})
	if err == nil {
		for _, f := range d.Feeds {
			if string(f.Name) == name || f.URL == name {
				return f, p.mayAsk(ctx, &f)
			}
		}
	}
	if !strings.Contains(name, "://") {
		return story.Feed{}, errors.Join(fmt.Errorf("%s is neither an address that begins with https:// nor the name of a feed of the desk file", name), err)
	}
	return story.Feed{Name: "probe", URL: name}, nil
}

// mayAsk reports why a feed that is polled must not be asked at this moment.
// Without a database nobody has asked it.
func (p *process) mayAsk(ctx context.Context, f *story.Feed) error {
	db, _, err := p.archive(ctx)
	if err != nil {
		return nil
	}
	defer func() { _ = db.Close() }() // it was only read
	st, err := db.FeedState(ctx, f.Name)
	if err != nil {
		return err
	}
	now := utcNow()
	if st.Rest.After(now) {
		return fmt.Errorf("the server of %s asked to be left alone for another %s", f.Name, lasting(st.Rest.Sub(now)))
	}
	if wait := st.LastPoll.Add(leastApart).Sub(now); wait > 0 {
		return fmt.Errorf("%s was asked %s ago: try again in %s", f.Name, lasting(now.Sub(st.LastPoll)), lasting(wait))
	}
	return nil
}

// newClient returns the client that asks strangers, as the settings have it.
func newClient(set *config.Settings) *fetch.Client {
	return fetch.New(fetch.Options{Allow: set.AllowAddresses, UserAgent: userAgent(set.Contact), HostGap: time.Second})
}

func verdictOf(err error) string {
	switch {
	case errors.Is(err, fetch.ErrBlocked):
		return "never asked: it is not public, or not to be asked for. VEDETTE_ALLOW_ADDRESSES lets ranges of your own network in"
	case errors.Is(err, fetch.ErrUnreached):
		return "not reached: if most feeds are so, it is our own network"
	}
	return "it would be polled again, less and less often, and told as blind after half an hour"
}

func hintsOf(h *story.Hints) string {
	var all []string
	if h.Period > 0 {
		all = append(all, h.PeriodWhy)
	}
	if h.SkipHours > 0 {
		all = append(all, "skipHours")
	}
	if h.SkipDays > 0 {
		all = append(all, "skipDays")
	}
	return cmp.Or(strings.Join(all, ", "), "none")
}

// datesOf says how far a document goes back.
func datesOf(items []story.Item, now time.Time) string {
	var dates []time.Time
	for i := range items {
		if !items[i].Published.IsZero() {
			dates = append(dates, items[i].Published)
		}
	}
	if len(dates) == 0 {
		return "none of them dated"
	}
	oldest, newest := slices.MinFunc(dates, time.Time.Compare), slices.MaxFunc(dates, time.Time.Compare)
	return fmt.Sprintf("%d dated: the newest %s, the oldest %s", len(dates), since(newest, now), since(oldest, now))
}

func dateOf(it *story.Item, now time.Time) string {
	switch {
	case it.Published.IsZero():
		return "undated: it counts from when it is first seen"
	case it.Published.After(now):
		return "dated " + it.Published.Format(time.DateTime) + " UTC, which is ahead: it counts from when it is first seen"
	}
	return it.Published.Format(time.DateTime) + " UTC"
}
