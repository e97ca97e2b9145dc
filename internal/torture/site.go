package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vedette/internal/fakeroom"
)

// A room is a channel and the watches whose news it must hear.
type room struct {
	name, platform, channel string
	watches                 []string
}

// A site is a desk with all that it talks to: the real binary in a folder of
// its own, an origin, and two platforms that keep the true transcript.
type site struct {
	mode    string
	dir     string
	bin     string
	log     *os.File
	rng     *rand.Rand
	origin  *origin
	slack   *fakeroom.Slack
	discord *fakeroom.Discord
	rooms   []room
	ops     string                          // the channel of the operators' room; "" is none
	relays  struct{ slack, discord *relay } // through which the platforms are reached
	via     *links                          // through which the next life reaches all, if not as the others do

	life  *life
	lives int
	kills int

	address string // of the Postgres database; "" is a SQLite file at data
	looksAt string // where this process finds the data folder, if not at data

	at map[string]int // kills by what was passed last

	progress chan struct{} // something came from the binary
	seen     sometimes

	interrupted map[string]bool // obligations that were open when a life was killed
	awaited     []span          // lives at whose start something was owed
	holes       int             // obligations that are not met and, when that was last asked, not owed any more
}

// A span is when a life began and when it ended.
type span struct{ from, to time.Time }

const (
	slackToken   = "xoxb-torture-canary"
	discordToken = "torture-canary"
)

// open makes a site for a mode. Its random numbers follow from the seed and
// the mode's name. A small one has two feeds and two rooms.
func open(ctx context.Context, mode, bin string, seed uint64, seen sometimes, small bool) (s *site, err error) {
	feeds := 4
	if small {
		feeds = 2
	}
	s = &site{mode: mode, bin: bin, at: make(map[string]int), interrupted: make(map[string]bool), progress: make(chan struct{}, 1), seen: seen}
	for _, c := range []byte(mode) {
		seed = seed*31 + uint64(c)
	}
	s.rng = rand.New(rand.NewPCG(seed, 1))
	if s.dir, err = os.MkdirTemp("", "torture-"+mode+"-"); err != nil {
		return nil, err
	}
	if s.log, err = os.Create(filepath.Join(s.dir, "log")); err != nil {
		return nil, err
	}
	if s.origin, err = newOrigin(ctx, rand.New(rand.NewPCG(seed, 2)), feeds, s.moved); err != nil {
		return nil, err
	}
	s.slack = fakeroom.NewSlack(slackToken)
	if s.discord, err = fakeroom.NewDiscord(discordToken, ""); err != nil {
		return nil, err
	}
	if s.relays.slack, err = s.relay(ctx, s.slack.API()); err != nil {
		return nil, err
	}
	if s.relays.discord, err = s.relay(ctx, s.discord.API()); err != nil {
		return nil, err
	}
	s.rooms = []room{
		{"slack-north", "slack", "C0123456701", []string{"north"}},
		{"slack-both", "slack", "C0123456702", []string{"north", "south"}},
		{"discord-south", "discord", "200000000000000001", []string{"south"}},
		{"discord-both", "discord", "200000000000000002", []string{"north", "south"}},
	}
	if small {
		s.rooms = []room{s.rooms[1], s.rooms[3]}
	}
	return s, s.declare()
}

// declare writes the desk file.
func (s *site) declare() error {
	return os.WriteFile(filepath.Join(s.dir, "vedette.yaml"), []byte(s.desk()), 0o600)
}

// close ends all, and takes the folder away unless it is to be looked at.
func (s *site) close(keep bool) {
	if s.life != nil {
		s.kill()
	}
	s.origin.close()
	s.relays.slack.close()
	s.relays.discord.close()
	s.slack.Close()
	s.discord.Close()
	_ = s.log.Close() // nobody reads what did not get there
	if !keep {
		_ = os.RemoveAll(s.dir) // which lies in the system's folder for such
	}
}

// keywords of the watches, which the reports have.
func keyword(watch string) string { return watch + "ern" }

// desk returns the desk file.
func (s *site) desk() string {
	var b strings.Builder
	b.WriteString("feeds:\n")
	for _, f := range s.origin.feeds {
		fmt.Fprintf(&b, "  - { name: %s, url: %q, every: 1s }\n", f.name, f.url)
	}
	b.WriteString("watches:\n")
	for _, w := range []string{"north", "south"} {
		var to []string
		for _, r := range s.rooms {
			if strings.Contains(strings.Join(r.watches, " "), w) {
				to = append(to, r.name)
			}
		}
		fmt.Fprintf(&b, "  %s: { rule: %s, rooms: [%s] }\n", w, keyword(w), strings.Join(to, ", "))
	}
	b.WriteString("rooms:\n")
	for _, r := range s.rooms {
		fmt.Fprintf(&b, "  %s: { %s: { channel: %q } }\n", r.name, r.platform, r.channel)
	}
	if s.ops != "" {
		fmt.Fprintf(&b, "  ops: { slack: { channel: %q } }\noperators: [ops]\n", s.ops)
	}
	return b.String()
}

// env returns the settings.
func (s *site) env() []string {
	slack, discord, database, contact := s.relays.slack, s.relays.discord, s.address, ""
	if s.via != nil {
		slack, discord, database, contact = s.via.slack, s.via.discord, s.via.database.before(s.address), s.via.name
	}
	env := []string{
		"VEDETTE_ALLOW_ADDRESSES=127.0.0.0/8", "VEDETTE_DESK=vedette.yaml", "VEDETTE_DATA=" + s.data(),
		"VEDETTE_SLACK_TOKEN=" + slackToken, "VEDETTE_SLACK_API=" + slack.before(s.slack.API()),
		"VEDETTE_DISCORD_TOKEN=" + discordToken, "VEDETTE_DISCORD_API=" + discord.before(s.discord.API()),
	}
	if contact != "" {
		env = append(env, "VEDETTE_CONTACT="+contact)
	}
	if s.address != "" {
		env = append(env, "VEDETTE_DATABASE_URL="+database)
	}
	return env
}

// relay returns a relay before the server at the address.
func (s *site) relay(ctx context.Context, address string) (*relay, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	return newRelay(ctx, u.Host, s.moved)
}

// dataFolder is where the binary keeps its files, in the site's folder.
const dataFolder = "data"

func (s *site) data() string  { return filepath.Join(s.dir, dataFolder) }
func (s *site) clock() string { return filepath.Join(s.dir, "clock") }

// posts returns what stands in r.
func (s *site) posts(r room) []fakeroom.Post {
	if r.platform == "slack" {
		return s.slack.Posts(r.channel)
	}
	return s.discord.Posts(r.channel)
}

// write writes down what stands in the rooms.
func (s *site) write(file string) error {
	var b strings.Builder
	for _, r := range s.rooms {
		for _, p := range s.posts(r) {
			fmt.Fprintf(&b, "--- %s %s %s in %q, %d edits\n%s\n", r.name, p.At.Format(time.TimeOnly+".000"), p.ID, p.Thread, p.Edits, p.Text)
		}
	}
	return os.WriteFile(file, []byte(b.String()), 0o600)
}

// moved notes that something came from the binary.
func (s *site) moved() {
	select {
	case s.progress <- struct{}{}:
	default:
	}
}
