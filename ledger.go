package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"vedette/bot"
	"vedette/feeds/parse"
	"vedette/internal/store"
	"vedette/story"
)

type ledgerCmd struct {
	Of    string `arg:"" optional:"" name:"story-or-report" help:"A story, such as 12, an item, such as item:34, or a report's link. All deliveries if left out."`
	Room  string `help:"Only those of this room." placeholder:"NAME"`
	State string `help:"Only those that stand so: owed, sending, ambiguous, delivered, merged, muted, below, held, digested, expired or parked." placeholder:"STATE" enum:",owed,sending,ambiguous,delivered,merged,muted,below,held,digested,expired,parked" default:""`
	Since string `help:"Only those that were owed within this time: 30d, 12h." placeholder:"TIME"`
	Limit int    `help:"Only the last so many." default:"200"`
	JSON  bool   `help:"Print one object a delivery."`
}

// Run shows what rooms were owed, how each delivery stands and why. It may run
// beside vedette run.
func (c *ledgerCmd) Run(ctx context.Context, p *process) (err error) {
	if c.Limit < 1 {
		return errors.New("ledger: the limit is 1 at the least")
	}
	var back time.Duration
	if c.Since != "" {
		if back, err = ago(c.Since); err != nil {
			return err
		}
	}
	db, _, err := p.archive(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	q := story.LedgerQuery{Room: story.RoomName(c.Room), State: story.DeliveryState(c.State), Limit: c.Limit}
	if back > 0 {
		q.Since = utcNow().Add(-back)
	}
	if err := c.about(ctx, db, &q); err != nil {
		return err
	}
	all, err := db.Ledger(ctx, q)
	if err != nil {
		return err
	}
	if c.JSON {
		return entriesJSON(p.stdout, all)
	}
	if err := printEntries(p.stdout, all); err != nil {
		return err
	}
	return c.sum(ctx, p.stdout, db, all)
}

// about has q ask for what c names.
func (c *ledgerCmd) about(ctx context.Context, db *store.Store, q *story.LedgerQuery) error {
	of := strings.TrimPrefix(strings.TrimSpace(c.Of), "#")
	number, isItem := strings.CutPrefix(of, "item:")
	n, err := strconv.ParseInt(number, 10, 64)
	switch {
	case of == "":
		return nil
	case err == nil && n > 0 && isItem:
		q.Item = story.ItemID(n)
		return nil
	case err == nil && n > 0:
		q.Story = story.ID(n)
		return nil
	}
	items, err := db.ItemsAt(ctx, of, parse.Canonical(of), 1)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return fmt.Errorf("ledger: no report stands at %q; a story is named by its number, an item as item:34", of)
	}
	if q.Story, err = db.StoryOf(ctx, items[0].ID); errors.Is(err, story.ErrNone) {
		return fmt.Errorf("ledger: %q is in no story: no watch accepts it (vedette why %s)", items[0].Title, of)
	}
	return err
}

// printEntries prints deliveries, each with what it is about when that is another
// story than the one before.
func printEntries(out io.Writer, all []story.Entry) error {
	t := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	before := story.ID(-1)
	for _, e := range all {
		if e.Story != before {
			head := "What rooms hear beside stories"
			if e.Story != 0 {
				head = fmt.Sprintf("Story #%d", e.Story)
			}
			fmt.Fprintln(t, head)
			before = e.Story
		}
		about := bot.Clean(e.Title)
		if about == "" {
			about = e.Reason
		}
		why := e.Why
		if e.Remote != "" {
			why = strings.TrimSpace(why + " as " + string(e.Remote))
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%s\t%s\n", e.At.Format("2006-01-02 15:04:05"), e.Room, e.Kind, e.State, plural(e.Attempt, "attempt"),
			story.Shorten(story.Sentence{Text: about}, 80).Text, why)
	}
	return t.Flush()
}

// An entryJSON is a delivery as ledger --json prints it.
type entryJSON struct {
	Delivery story.DeliveryID    `json:"delivery"`
	Story    story.ID            `json:"story,omitempty"`
	Item     story.ItemID        `json:"item,omitempty"`
	Room     story.RoomName      `json:"room"`
	Kind     story.NoticeKind    `json:"kind"`
	State    story.DeliveryState `json:"state"`
	Why      string              `json:"why,omitempty"`
	Reason   string              `json:"reason,omitempty"`
	Remote   story.Remote        `json:"remote,omitempty"`
	Attempt  int                 `json:"attempts"`
	Owed     time.Time           `json:"owed"`
	Changed  time.Time           `json:"changed"`
}

// entriesJSON prints deliveries, an object a line.
func entriesJSON(out io.Writer, all []story.Entry) error {
	for _, e := range all {
		if err := printJSON(out, entryJSON{e.Delivery, e.Story, e.Item, e.Room, e.Kind, e.State, e.Why, e.Reason, e.Remote, e.Attempt, e.At, e.Changed}); err != nil {
			return err
		}
	}
	return nil
}

// sum prints how many stand in which state, and whether all are accounted for.
func (c *ledgerCmd) sum(ctx context.Context, out io.Writer, db *store.Store, all []story.Entry) error {
	counts := make(map[string]int)
	for _, e := range all {
		counts[string(e.State)]++
	}
	var parts []string
	for state, n := range counts {
		parts = append(parts, fmt.Sprintf("%d %s", n, state))
	}
	slices.Sort(parts)
	n, err := db.Unaccounted(ctx)
	if err != nil {
		return err
	}
	shown := fmt.Sprintf("%d deliveries", len(all))
	if len(all) == c.Limit {
		shown = "the last " + shown
	}
	if len(parts) > 0 {
		shown += ": " + strings.Join(parts, ", ")
	}
	_, err = fmt.Fprintf(out, "%s. Unaccounted for in the whole database: %d.\n", shown, n)
	return err
}
