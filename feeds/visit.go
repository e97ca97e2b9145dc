package feeds

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"vedette/feeds/fetch"
	"vedette/feeds/parse"
	"vedette/story"
)

const (
	maxError  = 300            // of a failure in words, in bytes
	trustFor  = 24 * time.Hour // validators of a lively feed that answers only "not modified"
	livelyGap = 6 * time.Hour
	fewItems  = 5 // a document that listed as many and lists none is suspicious
	morePages = 3 // that are asked for when a document was overrun
)

// A visit is one poll on its way.
type visit struct {
	poller  *Poller
	feed    *story.Feed
	old     story.FeedState
	started time.Time
	asked   string // the URL
	resp    fetch.Response
	down    outage
	poll    story.Poll
	heard   story.Heard
	missed  []story.Item // that are new, and no push has brought
	fresh   int          // items that are new
	partial bool
	overrun bool
}

// make asks for the document, takes it in, and leaves in v.poll what is to be
// saved. The error is only that ctx ended, or the shelf's.
func (v *visit) make(ctx context.Context) error {
	v.asked = v.feed.URL
	if v.old.Move.URL != "" {
		v.asked = v.old.Move.URL
	}
	if until := v.poller.network.rests(siteOf(v.asked)); until.After(v.started) {
		v.poll.At = v.started
		v.poll.State.NextDue, v.poll.State.DueBecause = until, "its site has limited several feeds"
		return nil
	}
	req := fetch.Request{URL: v.asked, ETag: v.old.ETag, LastModified: v.old.LastModified, ValidFor: v.old.URL}
	if v.old.Lies || v.doubtful() {
		req.ETag, req.LastModified = "", ""
	}
	resp, err := v.poller.opts.Client.Get(ctx, req)
	v.resp = resp
	v.poll.State.LastStatus = resp.Status
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	unreached := errors.Is(err, fetch.ErrUnreached)
	v.down = v.poller.network.note(v.feed.Name, hostOf(v.asked), unreached, v.started)
	switch {
	case errors.Is(err, fetch.ErrBlocked):
		v.fail(refused, err.Error())
	case unreached && !v.down.since.IsZero():
		v.fail(cutOff, err.Error())
	case err != nil:
		v.fail(trouble, err.Error())
	case resp.NotModified:
		v.poll.State.Cheap = true
		v.keepValidators(true)
		v.moved(ctx, v.old.Seeded)
		v.succeed()
	case resp.Body == nil:
		v.fail(endOf(resp.Status))
	case hashOf(resp.Body) == v.old.BodyHash && v.old.Seeded:
		v.keepValidators(false)
		v.moved(ctx, true)
		v.succeed()
	default:
		return v.takeIn(ctx)
	}
	return nil
}

// doubtful reports whether the validators are to be tried: a feed that was
// lively has only said "not modified" for a day.
func (v *visit) doubtful() bool {
	gap, known := v.old.Pace.Usual()
	jitter := spread(report{feed: v.feed, state: &v.old}, trustFor/10)
	return known && gap < livelyGap && !v.old.Whole.IsZero() && v.started.Sub(v.old.Whole) > trustFor+jitter
}

// takeIn parses a document that is not the last one again.
func (v *visit) takeIn(ctx context.Context) error {
	result, err := v.parse(ctx, parse.Document{Body: v.resp.Body, ContentType: v.resp.ContentType, URL: v.resp.URL, Links: v.resp.Links})
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		v.fail(trouble, err.Error())
		return nil
	}
	fresh, err := v.poller.opts.Shelf.NewItems(ctx, v.feed.Name, result.Items)
	if err != nil {
		return err
	}
	v.fresh = count(fresh)
	known := len(fresh) - v.fresh
	v.poll.Seed = !v.old.Seeded && known == 0
	if v.overrun = v.old.Pace.Listed > 0 && len(fresh) > 0 && known == 0; v.overrun {
		v.poll.State.Pace.Overruns++
		if fresh, err = v.catchUp(ctx, &result, fresh); err != nil {
			return err
		}
	}
	v.partial = result.Partial
	v.poll.Items = result.Items
	v.poll.State.Seeded = true
	v.notice(&result, fresh, known)
	v.named(&result)
	v.miss(fresh)
	// What may be missing items must come again whole: its validators would
	// say that there is nothing more to have.
	if !result.Partial && len(result.Items) > 0 {
		v.keepValidators(false)
		v.poll.State.BodyHash = hashOf(v.resp.Body)
	}
	v.moved(ctx, known > 0)
	v.succeed()
	return nil
}

// parse takes its turn and parses a document. Its items come the oldest first,
// for they are judged and told in the order in which they are saved: those of
// one time, such as undated ones, in the reverse of the document's order, which
// is the newest first in nearly all feeds.
func (v *visit) parse(ctx context.Context, doc parse.Document) (parse.Result, error) {
	select {
	case v.poller.parsing <- struct{}{}:
	case <-ctx.Done():
		return parse.Result{}, context.Cause(ctx)
	}
	defer func() { <-v.poller.parsing }()
	doc.Now = v.started
	result, err := parse.Parse(doc, *v.feed)
	slices.Reverse(result.Items)
	slices.SortStableFunc(result.Items, func(a, b story.Item) int { return a.Effective.Compare(b.Effective) })
	return result, err
}

// catchUp adds to a document that has no item in common with the one before
// what its publisher keeps on earlier pages (RFC 5005), until an item is known.
// A page that cannot be had costs only itself.
func (v *visit) catchUp(ctx context.Context, result *parse.Result, fresh []bool) ([]bool, error) {
	next := result.Earlier
	for range morePages {
		if next == "" {
			return fresh, nil
		}
		resp, err := v.poller.opts.Client.Get(ctx, fetch.Request{URL: next})
		if err != nil || resp.Body == nil {
			return fresh, ctx.Err()
		}
		page, err := v.parse(ctx, parse.Document{Body: resp.Body, ContentType: resp.ContentType, URL: resp.URL})
		if err != nil {
			return fresh, ctx.Err()
		}
		is, err := v.poller.opts.Shelf.NewItems(ctx, v.feed.Name, page.Items)
		if err != nil {
			return nil, err
		}
		var earlier []story.Item
		for i, it := range page.Items {
			if is[i] {
				earlier = append(earlier, it)
			}
		}
		result.Items = slices.Concat(earlier, result.Items)
		fresh = slices.Concat(slices.Repeat([]bool{true}, len(earlier)), fresh)
		if len(earlier) < len(page.Items) {
			break
		}
		next = page.Earlier
	}
	v.fresh = count(fresh)
	return fresh, nil
}

// notice takes in what a document tells of its feed: hints, pace, a flood, and
// that it holds nothing.
func (v *visit) notice(result *parse.Result, fresh []bool, known int) {
	st := &v.poll.State
	if same := v.resp.ETag == v.old.ETag && v.resp.LastModified == v.old.LastModified; same && v.fresh > 0 && v.doubtful() {
		st.Lies = v.old.ETag+v.old.LastModified != ""
	}
	st.Hints = result.Hints
	st.Pace.Skewed = result.Skewed
	if len(result.Items) == 0 {
		if st.Pace.Listed >= fewItems && st.Empty.IsZero() {
			st.Empty = v.started
		}
		return
	}
	st.Empty = time.Time{}
	if !v.poll.Seed {
		v.flood(result.Items, fresh, v.old.Pace.Listed-known)
	}
	learn(&st.Pace, result.Items, fresh, v.poll.Seed, v.started)
}

// moved takes in where the answer came from.
func (v *visit) moved(ctx context.Context, shares bool) {
	if follow(&v.poll.State, v.asked, &v.resp, shares, v.started) {
		v.poller.opts.Log.LogAttrs(ctx, slog.LevelWarn, "feed has moved; the desk file should say so",
			slog.String("feed", string(v.feed.Name)), slog.String("host", hostOf(v.resp.URL)))
	}
}

// keepValidators takes over what the answer says of itself: a 304 may leave
// out what has not changed.
func (v *visit) keepValidators(sparse bool) {
	state := &v.poll.State
	state.URL = v.resp.URL
	if !sparse || v.resp.ETag != "" {
		state.ETag = v.resp.ETag
	}
	if !sparse || v.resp.LastModified != "" {
		state.LastModified = v.resp.LastModified
	}
}

func (v *visit) succeed() {
	state := &v.poll.State
	state.Failures, state.LastError, state.FailingFrom = 0, "", time.Time{}
	state.Gone, state.Goners = time.Time{}, 0
	if v.resp.NotModified && !v.resp.Cached {
		state.Hints.Fresh, state.Hints.FreshWhy = v.old.Hints.Fresh, v.old.Hints.FreshWhy
	} else {
		state.Hints.Fresh, state.Hints.FreshWhy = v.resp.Fresh, v.resp.FreshWhy
	}
	if !v.resp.NotModified {
		state.Whole = v.started
		if len(v.poll.Items) == 0 && hashOf(v.resp.Body) == v.old.BodyHash {
			state.Empty = time.Time{}
		}
	}
	v.close(fine)
}

func (v *visit) fail(how end, words string) {
	state := &v.poll.State
	state.LastError = strings.ToValidUTF8(words[:min(len(words), maxError)], "")
	if state.FailingFrom.IsZero() {
		state.FailingFrom = v.started
	}
	switch how {
	case cutOff:
		if !v.old.FailingFrom.Before(v.down.since) {
			state.Failures = 0 // counted before it was clear that this is no fault of the feed's
		}
	case ended:
		if state.Gone.IsZero() {
			state.Gone, state.Goners = v.started, 1
		} else if v.started.Sub(state.Gone) >= firstGone {
			state.Goners++
		}
		state.Failures++
	case fine, trouble, refused, limited:
		state.Failures++
	}
	if v.old.Move.URL != "" && (how == refused || how == ended) {
		state.Move = story.FeedMove{} // back to where the desk file says that it is
	}
	v.close(how)
}

// close settles how the feed is and when it is next due.
func (v *visit) close(how end) {
	state := &v.poll.State
	v.poll.At = v.poller.opts.Now().UTC()
	if v.poll.At.Round(0).Before(v.started.Round(0)) { // the clock was set back meanwhile
		v.started = v.poll.At
	}
	state.LastPoll = v.started
	state.Polls++
	state.Rest = time.Time{}
	if how == fine {
		state.LastSuccess = v.poll.At
	}
	v.hear()
	state.NextDue, state.DueBecause = plan(report{
		feed: v.feed, state: state, limits: v.poller.opts.Limits, started: v.started, ended: v.poll.At,
		end: how, retryAfter: v.resp.RetryAfter, overrun: v.overrun,
	})
	if v.resp.RetryAfter > 0 {
		state.Rest = state.NextDue
	}
	if how == limited {
		v.poller.network.limited(v.feed.Name, siteOf(v.asked), v.started, state.NextDue)
	}
	v.poll.Tell = append(v.poll.Tell, diagnose(v.feed, state, v.down, *v.poller.operators.Load(), v.poll.At)...)
	v.poll.Request = &story.Request{
		Feed: v.feed.Name, At: v.started, Status: v.resp.Status, Bytes: len(v.resp.Body), Took: v.poll.At.Sub(v.started),
		New: v.fresh, Failure: state.LastError, NextDue: state.NextDue, DueBecause: state.DueBecause,
	}
}

// log tells of every poll, so that whoever runs the desk can see how it fares.
func (v *visit) log(ctx context.Context, saved story.Saved) {
	state := v.poll.State
	attrs := []slog.Attr{
		slog.String("feed", string(v.feed.Name)),
		slog.Int("status", v.resp.Status),
		slog.Int("bytes", len(v.resp.Body)),
		slog.Int("items", len(v.poll.Items)),
		slog.Int("new", saved.New),
		slog.Int("edited", saved.Edited),
		slog.Bool("partial", v.partial),
		slog.Bool("overrun", v.overrun),
		slog.String("health", string(state.Health.State)),
		slog.Time("next_due", state.NextDue),
		slog.String("due_because", state.DueBecause),
	}
	switch {
	case state.LastError != "":
		attrs = append(attrs, slog.Int("failures", state.Failures), slog.String("error", state.LastError))
		v.poller.opts.Log.LogAttrs(ctx, slog.LevelWarn, "feed failed", attrs...)
	case v.overrun:
		v.poller.opts.Log.LogAttrs(ctx, slog.LevelWarn, "feed overrun: items may be missing", attrs...)
	default:
		v.poller.opts.Log.LogAttrs(ctx, slog.LevelInfo, "feed polled", attrs...)
	}
}

func count(these []bool) (n int) {
	for _, is := range these {
		if is {
			n++
		}
	}
	return n
}

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}
