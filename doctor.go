package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vedette/bot"
	"vedette/config"
	"vedette/internal/store"
	"vedette/story"
)

type doctorCmd struct {
	Tell bool `help:"Tell each room a test message as well; an alerting service is called with it, too."`
	JSON bool `help:"Print one object a finding."`
}

// Run looks at all that a running vedette needs, and says in one sentence
// each what is missing.
func (c *doctorCmd) Run(ctx context.Context, p *process) error {
	set, d, err := p.desk()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	pr := &program{set: set}
	if err := pr.platforms(); err != nil {
		return err
	}
	found := pr.look(ctx, d)
	if c.Tell {
		found = append(found, pr.tellAll(ctx, d)...)
	}
	if c.JSON {
		for _, f := range found {
			if err := printJSON(p.stdout, map[string]any{"grade": gradeName(f.Grade), "of": f.of, "message": f.Says, "cure": f.Cure}); err != nil {
				return err
			}
		}
	} else {
		printFindings(p.stdout, found)
	}
	if worst(found) == bot.Broken {
		return errTold
	}
	return nil
}

// A finding is one of a platform's, or of ours, and what it is of.
type finding struct {
	bot.Finding

	of string // such as Slack, or room desk
}

func worst(found []finding) bot.Grade {
	w := bot.Well
	for _, f := range found {
		w = max(w, f.Grade)
	}
	return w
}

func gradeName(g bot.Grade) string {
	return []string{bot.Well: "well", bot.Lacking: "lacks", bot.Broken: "wrong"}[g]
}

// printFindings prints findings for a person, and counts them.
func printFindings(w io.Writer, found []finding) {
	counts := make(map[bot.Grade]int)
	for _, f := range found {
		counts[f.Grade]++
		fmt.Fprintf(w, "%-5s  %s: %s\n", gradeName(f.Grade), f.of, f.Says)
		if f.Cure != "" {
			fmt.Fprintf(w, "       To mend it, %s.\n", f.Cure)
		}
	}
	switch {
	case counts[bot.Broken] > 0:
		fmt.Fprintf(w, "%s wrong, %s missing\n", plural(counts[bot.Broken], "thing"), plural(counts[bot.Lacking], "thing"))
	case counts[bot.Lacking] > 0:
		fmt.Fprintf(w, "Messages will be told; %s missing\n", plural(counts[bot.Lacking], "thing"))
	default:
		fmt.Fprintln(w, "All is well")
	}
}

// surroundings looks at what lies on this side: settings and the data folder.
func (pr *program) surroundings(d *config.Desk) []finding {
	var found []finding
	add := func(grade bot.Grade, of, says, cure string) {
		found = append(found, finding{bot.Finding{Grade: grade, Says: says, Cure: cure}, of})
	}
	stands := func(there func(config.Room) bool) bool { return slices.ContainsFunc(d.Rooms, there) }
	slack := stands(func(r config.Room) bool { return r.Slack != "" })
	discord := stands(func(r config.Room) bool { return r.Discord != "" })
	for _, s := range []struct {
		needed bool
		value  string
		grade  bot.Grade
		of     string
		says   string
		cure   string
	}{
		{slack, pr.set.SlackToken.Reveal(), bot.Broken, "Slack", "VEDETTE_SLACK_TOKEN is not set: nothing can be told.", "set it to the Bot User OAuth Token of an app that is installed"},
		{slack && pr.set.PublicURL == "", pr.set.SlackAppToken.Reveal(), bot.Lacking, "Slack", "VEDETTE_SLACK_APP_TOKEN is not set: there are no commands and no buttons.", "set it to an app-level token with the scope connections:write"},
		{slack && pr.set.PublicURL != "" && pr.set.SlackAppToken == "", pr.set.SlackSigningSecret.Reveal(), bot.Lacking, "Slack", "VEDETTE_SLACK_SIGNING_SECRET is not set: there are no commands and no buttons.", "set it to the Signing Secret under Basic Information at api.slack.com/apps"},
		{discord, pr.set.DiscordToken.Reveal(), bot.Broken, "Discord", "VEDETTE_DISCORD_TOKEN is not set: nothing can be told.", "set it to the token that stands under Bot at discord.com/developers"},
		{pr.set.PublicURL != "", pr.set.Listen, bot.Broken, "settings", "VEDETTE_PUBLIC_URL is set and VEDETTE_LISTEN is not: vedette run refuses to start.", "set VEDETTE_LISTEN to an address that VEDETTE_PUBLIC_URL leads to"},
	} {
		if s.needed && s.value == "" {
			add(s.grade, s.of, s.says, s.cure)
		}
	}
	return found
}

// database looks at where everything is kept.
func (pr *program) database(ctx context.Context) finding {
	if pr.set.DatabaseURL != "" {
		name := store.DisplayName(databaseOf(pr.set))
		if err := store.Check(ctx, databaseOf(pr.set)); err != nil {
			return finding{bot.Finding{Grade: bot.Broken, Says: fmt.Sprintf("The database %s cannot be used: %v.", name, err), Cure: "see that it is there, or name another with VEDETTE_DATABASE_URL"}, "data"}
		}
		return finding{bot.Finding{Says: fmt.Sprintf("The database %s answers.", name)}, "data"}
	}
	if err := writable(pr.set.Data); err != nil {
		return finding{bot.Finding{Grade: bot.Broken, Says: fmt.Sprintf("The data folder %s cannot be written.", pr.set.Data), Cure: "make it this process's own, or name another with VEDETTE_DATA"}, "data"}
	}
	return finding{bot.Finding{Says: fmt.Sprintf("The data folder %s can be written.", pr.set.Data)}, "data"}
}

// writable reports why nothing can be written in a folder, or where it would
// be made.
func writable(folder string) error {
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		folder = filepath.Dir(folder)
	}
	f, err := os.CreateTemp(folder, ".doctor-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// look looks at this side, at the platforms, and at the rooms of d.
func (pr *program) look(ctx context.Context, d *config.Desk) []finding {
	var slack, discord []string
	rooms := make(map[string]string) // by channel
	for _, r := range d.Rooms {
		rooms[r.Slack+r.Discord] = "room " + string(r.Name)
		if r.Slack != "" {
			slack = append(slack, r.Slack)
		}
		if r.Discord != "" {
			discord = append(discord, r.Discord)
		}
	}
	found := append(pr.surroundings(d), pr.database(ctx))
	add := func(of string, fs []bot.Finding) {
		for _, f := range fs {
			place := of
			if f.Channel != "" {
				place = rooms[f.Channel]
			}
			found = append(found, finding{f, place})
		}
	}
	if pr.slack != nil && slack != nil {
		add("Slack", pr.slack.Check(ctx, slack))
	}
	if pr.discord != nil && discord != nil {
		add("Discord", pr.discord.Check(ctx, discord))
	}
	for _, r := range d.Rooms {
		if r.Webhook.URL != "" {
			found = append(found, finding{pr.lookAtWebhook(r), "room " + string(r.Name)})
		}
	}
	return found
}

// lookAtWebhook says whether a webhook could be called. It is not: whatever
// it is sent is news to it.
func (pr *program) lookAtWebhook(r config.Room) bot.Finding {
	if _, err := pr.room(r); err != nil {
		return bot.Finding{Grade: bot.Broken, Says: bot.Sentence(strings.TrimPrefix(err.Error(), "webhook: ")), Cure: "set the variable that the room names"}
	}
	return bot.Finding{Says: "Its webhook has a secret; it is called only when something is told."}
}

// tellAll tells each room of d a test message.
func (pr *program) tellAll(ctx context.Context, d *config.Desk) []finding {
	var found []finding
	for _, r := range d.Rooms {
		if r.Terminal {
			continue
		}
		found = append(found, finding{pr.tell(ctx, d, r), "room " + string(r.Name)})
	}
	return found
}

// tell tells one room a test message.
func (pr *program) tell(ctx context.Context, d *config.Desk, r config.Room) bot.Finding {
	room, err := pr.room(r)
	if err == nil {
		_, err = room.Post(ctx, "test"+rand.Text()[:12], testMessage(d, r))
	}
	failure, ok := errors.AsType[*bot.Failure](err)
	switch {
	case err == nil:
		return bot.Finding{Says: "A test message stands there."}
	case !ok: // it could not be opened, which was said
		return bot.Finding{Grade: bot.Broken, Says: "The test message was not told: " + err.Error() + ".", Cure: "mend what is said above"}
	}
	why, cure, _ := strings.Cut(failure.Why, ": ")
	if cure == "" {
		cure = "try again"
	}
	return bot.Finding{Grade: bot.Broken, Says: "The test message was not told: " + why + ".", Cure: cure}
}

// testMessage says to a room what it will hear.
func testMessage(d *config.Desk, r config.Room) *bot.Message {
	m := &bot.Message{
		Title: story.Sentence{Text: "vedette is on watch in this room"},
		Brief: []story.Sentence{{Text: "This is a test message. What comes next is news."}},
		At:    time.Now().In(r.Zone),
	}
	for _, w := range d.Watches {
		if slices.Contains(w.Rooms, r.Name) {
			m.Watches = append(m.Watches, w.Title)
		}
	}
	return m
}
