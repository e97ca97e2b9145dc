package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
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
	ops     string  // the channel of the operators' room; "" is none
	lines   []*line // of the platforms

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
	slack, err := s.listen(ctx)
	if err != nil {
		return nil, err
	}
	discord, err := s.listen(ctx)
	if err != nil {
		return nil, err
	}
	s.slack = fakeroom.NewSlackOn(slack, slackToken)
	if s.discord, err = fakeroom.NewDiscordOn(discord, discordToken, ""); err != nil {
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
	env := []string{
		"VEDETTE_ALLOW_ADDRESSES=127.0.0.0/8", "VEDETTE_DESK=vedette.yaml", "VEDETTE_DATA=" + s.data(),
		"VEDETTE_SLACK_TOKEN=" + slackToken, "VEDETTE_SLACK_API=" + s.slack.API(),
		"VEDETTE_DISCORD_TOKEN=" + discordToken, "VEDETTE_DISCORD_API=" + s.discord.API(),
	}
	if s.address != "" {
		env = append(env, "VEDETTE_DATABASE_URL="+s.address)
	}
	return env
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

// A line is a platform's listener. It can be cut, and says when something
// comes in.
type line struct {
	heard func()
	at    string

	mu     sync.Mutex // guards what follows
	under  net.Listener
	mended chan struct{} // closed when the line is, nil while it is whole
	all    map[*wire]bool
}

// listen returns a listener for a platform.
func (s *site) listen(ctx context.Context) (*line, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	wrapped := &line{under: l, at: l.Addr().String(), heard: s.moved, all: make(map[*wire]bool)}
	s.lines = append(s.lines, wrapped)
	return wrapped, nil
}

// Accept returns the next connection.
func (l *line) Accept() (net.Conn, error) {
	for {
		l.mu.Lock()
		under, mended := l.under, l.mended
		l.mu.Unlock()
		c, err := under.Accept()
		if err == nil {
			l.mu.Lock()
			w := &wire{Conn: c, line: l}
			l.all[w] = true
			l.mu.Unlock()
			return w, nil
		}
		if mended == nil {
			l.mu.Lock()
			mended = l.mended
			l.mu.Unlock()
			if mended == nil {
				return nil, err
			}
		}
		<-mended
	}
}

// Addr returns where the line listens, cut or not.
func (l *line) Addr() net.Addr {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.under.Addr()
}

// Close ends the line.
func (l *line) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.under.Close()
}

// cut ends all connections, and refuses new ones until mend.
func (l *line) cut() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mended = make(chan struct{})
	for c := range l.all {
		_ = c.Conn.Close() // the other side is told by that
	}
	clear(l.all)
	return l.under.Close()
}

// mend takes connections again, at the same address.
func (l *line) mend(ctx context.Context) (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.under, err = new(net.ListenConfig).Listen(ctx, "tcp", l.at); err != nil {
		return err
	}
	close(l.mended)
	l.mended = nil
	return nil
}

// A wire is a connection that says when something comes in.
type wire struct {
	net.Conn

	line *line
}

// Read reads what came in.
func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	if n > 0 {
		w.line.heard()
	}
	return n, err
}

// Close closes the connection.
func (w *wire) Close() error {
	w.line.mu.Lock()
	delete(w.line.all, w)
	w.line.mu.Unlock()
	return w.Conn.Close()
}
