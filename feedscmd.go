package main

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"vedette/config"
	"vedette/story"
)

type feedsCmd struct {
	List   feedsListCmd   `cmd:"" default:"withargs" help:"Show how the feeds are: state, pace, next poll and why, last error. This is what vedette feeds does."`
	Probe  feedsProbeCmd  `cmd:"" help:"Explain each step of one fetch of a feed, and change nothing."`
	Add    feedsAddCmd    `cmd:"" help:"Find the feed of a site, show what it would bring, and what to write into the desk file."`
	Import feedsImportCmd `cmd:"" help:"Take the feeds of an OPML list over into the desk file."`
	Export feedsExportCmd `cmd:"" help:"Print the feeds of the desk file as an OPML list."`
}

type feedsListCmd struct {
	Feed  string `arg:"" optional:"" help:"A feed, to be shown with its last requests; all feeds if left out."`
	Unfit bool   `help:"Show only the feeds that are not well."`
	JSON  bool   `help:"Print one object a feed."`
}

// mostRequests is how many requests are shown of one feed.
const mostRequests = 20

// unpolled is for how long a feed may be due before it is said that nobody
// polls it.
const unpolled = 5 * time.Minute

// Run shows the feeds of the desk file as the last polls left them; it may run
// beside vedette run.
func (c *feedsListCmd) Run(ctx context.Context, p *process) error {
	_, d, err := p.desk()
	if err != nil {
		return err
	}
	db, _, err := p.archive(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	now := utcNow()
	if c.Feed != "" {
		f, err := feedOf(d, c.Feed)
		if err != nil {
			return err
		}
		st, err := db.FeedState(ctx, f.Name)
		if err != nil {
			return err
		}
		requests, err := db.Requests(ctx, f.Name, mostRequests)
		if err != nil {
			return err
		}
		return c.one(p, &f, &st, requests, now)
	}
	states, err := db.Feeds(ctx)
	if err != nil {
		return err
	}
	return c.all(p, d, states, now)
}

// feedOf returns the feed of d called name.
func feedOf(d *config.Desk, name string) (story.Feed, error) {
	for _, f := range d.Feeds {
		if string(f.Name) == name {
			return f, nil
		}
	}
	return story.Feed{}, fmt.Errorf("there is no feed %s in the desk file; vedette feeds lists them", name)
}

// A line is a feed as it is shown.
type line struct {
	Feed      story.FeedName    `json:"feed"`
	State     story.HealthState `json:"state"` // or "new"
	Why       string            `json:"why,omitempty"`
	LastNew   time.Time         `json:"last_new,omitzero"`
	Gap       string            `json:"gap,omitempty"` // usual, between two items
	NextDue   time.Time         `json:"next_due,omitzero"`
	Because   string            `json:"because,omitempty"`
	Failures  int               `json:"failures"`
	MovedTo   string            `json:"moved_to,omitempty"`
	Overruns  int               `json:"overruns,omitempty"`
	LastError string            `json:"last_error,omitempty"`
	Pushes    string            `json:"pushes,omitempty"` // how its hub stands
}

// fresh is the state of a feed that was never polled.
const fresh story.HealthState = "new"

func lineOf(st *story.FeedState, now time.Time) line {
	l := line{
		Feed: st.Feed, State: cmp.Or(st.Health.State, fresh), Why: st.Health.Why, LastNew: st.Pace.LastNew, NextDue: st.NextDue, Because: st.DueBecause,
		Failures: st.Failures, MovedTo: st.Move.URL, Overruns: st.Pace.Overruns, LastError: st.LastError,
	}
	_, l.Pushes = st.Push.Standing(now)
	if gap, ok := st.Pace.Usual(); ok {
		l.Gap = lasting(gap)
	}
	if now.Sub(st.NextDue) > unpolled && l.State != fresh {
		l.State, l.Why = story.HealthLate, fmt.Sprintf("it was due %s ago, and nobody polled it: is vedette run running?", lasting(now.Sub(st.NextDue)))
	}
	return l
}

// rank orders the states, the worst first.
func (l line) rank() int {
	return slices.Index([]story.HealthState{story.HealthBlind, story.HealthGone, story.HealthStale, story.HealthLate, fresh, story.HealthOK}, l.State)
}

func (c *feedsListCmd) all(p *process, d *config.Desk, states []story.FeedState, now time.Time) error {
	counts := make(map[story.HealthState]int)
	var lines []line
	for i := range states {
		if l := lineOf(&states[i], now); !c.Unfit || l.State != story.HealthOK {
			lines = append(lines, l)
			counts[l.State]++
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.rank(), b.rank()) })
	if c.JSON {
		for _, l := range lines {
			if err := printJSON(p.stdout, l); err != nil {
				return err
			}
		}
		return nil
	}
	t := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FEED\tSTATE\tLAST NEW\tUSUALLY\tNEXT POLL\tNOTE")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", l.Feed, l.State, since(l.LastNew, now), usually(l.Gap), next(l.NextDue, l.Because, now), l.note())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	var parts []string
	for _, s := range []story.HealthState{story.HealthOK, story.HealthLate, story.HealthStale, story.HealthBlind, story.HealthGone, fresh} {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	fmt.Fprintf(p.stdout, "\n%s: %s.\n", plural(len(lines), "feed"), strings.Join(parts, ", "))
	if len(d.Operators) == 0 {
		fmt.Fprintln(p.stdout, "No room hears when a feed falls ill: name one with operators: [ROOM] in the desk file.")
	}
	return nil
}

func (l line) note() string {
	var notes []string
	if l.Why != "" {
		notes = append(notes, l.Why)
	}
	if l.MovedTo != "" {
		notes = append(notes, "it has moved to "+l.MovedTo)
	}
	if l.Overruns > 0 {
		notes = append(notes, fmt.Sprintf("overrun %s: items may be missing", plural(l.Overruns, "time")))
	}
	return strings.Join(notes, "; ")
}

// one shows all that is known of a feed.
func (c *feedsListCmd) one(p *process, f *story.Feed, st *story.FeedState, requests []story.Request, now time.Time) error {
	l := lineOf(st, now)
	if c.JSON {
		return printJSON(p.stdout, struct {
			line
			Requests []story.Request `json:"requests"`
		}{l, requests})
	}
	out := p.stdout
	fmt.Fprintf(out, "%s (%s)\n  %s\n\n", f.Outlet, f.Name, f.URL)
	t := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	row := func(name, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			fmt.Fprintf(t, "  %s\t%s\n", name, text)
		}
	}
	state := string(l.State)
	if l.State == st.Health.State {
		state += ", for " + lasting(now.Sub(st.Health.Since))
	}
	row("state", "%s", strings.TrimSuffix(state+": "+l.Why, ": "))
	row("next poll", "%s", next(l.NextDue, l.Because, now))
	row("last poll", "%s", since(st.LastPoll, now))
	row("last success", "%s", since(st.LastSuccess, now))
	row("last error", "%s", st.LastError)
	row("last new item", "%s", since(l.LastNew, now))
	row("usually", "%s", usually(l.Gap))
	row("longest silence", "%s", lasting(st.Pace.Longest))
	row("items listed", "%d", st.Pace.Listed)
	if st.Pace.Window > 0 {
		row("it goes back", "%s", lasting(st.Pace.Window))
	}
	row("moved to", "%s", l.MovedTo)
	if st.Move.Seen > 0 {
		row("redirects to", "%s (for good, seen %s)", st.Move.To, plural(st.Move.Seen, "time"))
	}
	row("validators", "%s", validators(st))
	pushes(row, &st.Push, now)
	if l.Overruns > 0 {
		row("overruns", "%d", l.Overruns)
	}
	if st.Pace.Skewed > 0 {
		row("dated ahead", "%s of the last document", plural(st.Pace.Skewed, "item"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nThe last requests, of the seven days that are kept:\n")
	t = tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	for _, q := range requests {
		fmt.Fprintf(t, "  %s\t%s\t%d bytes\t%v\t%s\tthen %s\n", q.At.Format("02 Jan 15:04:05"), answered(&q), q.Bytes, q.Took.Round(time.Millisecond), plural(q.New, "new item"), next(q.NextDue, q.DueBecause, q.At))
	}
	return t.Flush()
}

// pushes shows how a feed's hub stands. Neither the address that it calls nor
// what it signs with is shown.
func pushes(row func(name, format string, args ...any), p *story.Push, now time.Time) {
	_, why := p.Standing(now)
	if why == "" {
		return
	}
	row("hub", "%s", hostOf(p.Hub))
	row("pushes", "%s", why)
	if p.Pushed > 0 {
		row("pushed", "%s, the last that brought news %s", plural(p.Pushed, "time"), since(p.Last, now))
	}
	if now.Before(p.Ends) {
		row("promised for", "%s more; it is asked again in %s", lasting(p.Ends.Sub(now)), lasting(p.NextAsk.Sub(now)))
	} else {
		row("asked", "%s, %s; next in %s", since(p.Asked, now), plural(p.Tries, "time"), lasting(p.NextAsk.Sub(now)))
	}
	if p.Refused > 0 {
		row("refused", "%s; of the last, %s", plural(p.Refused, "time"), p.Refusal)
	}
	row("trouble", "%s", p.Trouble)
}

// hostOf returns the host of a URL, which is what people know it by.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

func validators(st *story.FeedState) string {
	switch {
	case st.Lies:
		return "not sent: they said that nothing had changed when something had"
	case st.ETag+st.LastModified == "":
		return "none: the document is asked for whole each time"
	}
	return strings.TrimSpace(st.ETag + " " + st.LastModified)
}

func answered(q *story.Request) string {
	switch {
	case q.Failure != "":
		return q.Failure
	case q.Status == 304:
		return "304 not modified"
	}
	return fmt.Sprint(q.Status)
}

// next says when a poll is due, and why.
func next(due time.Time, because string, now time.Time) string {
	switch {
	case due.IsZero():
		return ""
	case due.After(now):
		return strings.TrimSuffix(fmt.Sprintf("in %s: %s", lasting(due.Sub(now)), because), ": ")
	}
	return "now"
}

func since(at, now time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return lasting(now.Sub(at)) + " ago"
}

func usually(gap string) string {
	if gap == "" {
		return "–"
	}
	return "every " + gap
}

// lasting returns d in its largest unit or two, as a table shows it.
func lasting(d time.Duration) string {
	switch d = max(d, 0); {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d d", d/(24*time.Hour))
	case d >= time.Hour:
		return strings.TrimSuffix(fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute), " 0 min")
	case d >= time.Minute:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	}
	return fmt.Sprintf("%d s", d.Round(time.Second)/time.Second)
}
