package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vedette/internal/fakeroom"
	"vedette/internal/store"
	"vedette/story"
	"vedette/watch"
)

// TestMain lets the scripts call this very program as vedette.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"vedette": main})
}

// TestScripts runs the command line as a person would.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"archive": archive, "await": await, "signal": signalTo, "platforms": platforms, "take": take, "stands": stands, "serve": serveFolder},
		Setup:         setUp,
		Deadline:      time.Now().Add(5 * time.Minute),
	})
}

// archive keeps what folders of feeds' files say, as if a vedette without
// watches had fetched it in this minute: "archive wire coast" makes
// data/vedette.db.
func archive(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	ts.Check(os.MkdirAll(ts.MkAbs("data"), 0o700))
	db, err := store.Open(ctx, ts.MkAbs(filepath.Join("data", database)), store.Options{Fold: watch.Fold})
	ts.Check(err)
	defer func() { ts.Check(db.Close()) }()
	for _, name := range args {
		feed := story.FeedName(name)
		ts.Check(db.DeclareFeeds(ctx, []story.Feed{{Name: feed, Outlet: name, Owner: name}}, utcNow()))
		state, err := db.FeedState(ctx, feed)
		ts.Check(err)
		poll := story.Poll{State: state, Seed: true, At: utcNow()}
		ts.Check(files(ts.MkAbs(name), map[string]bool{}, func(it story.Item) error {
			poll.Items = append(poll.Items, it)
			return nil
		}))
		_, err = db.SavePoll(ctx, poll)
		ts.Check(err)
	}
	waiting, err := db.Unjudged(ctx, 1000)
	ts.Check(err)
	for i := range waiting {
		it := &waiting[i].Item
		ts.Check(db.SaveJudgements(ctx, []story.Judgement{{Item: it.ID, Revision: it.Revision, At: utcNow()}}))
	}
}

// serveFolder serves a folder on loopback until the script ends, and puts its
// address into SERVER: "serve site". A file is known by what it holds, for it may
// change twice in a second. At /busy it asks to be left alone for two hours.
func serveFolder(ts *testscript.TestScript, _ bool, args []string) {
	mux, folder := http.NewServeMux(), ts.MkAbs(args[0])
	files := http.FileServer(http.Dir(folder))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if held, err := os.ReadFile(filepath.Join(folder, filepath.Clean(r.URL.Path))); err == nil {
			w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(held)))
		}
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	s := httptest.NewServer(mux)
	ts.Defer(s.Close)
	ts.Setenv("SERVER", s.URL)
	ts.Setenv("HOST", strings.TrimPrefix(s.URL, "http://"))
}

// await runs a command until it succeeds, "await vedette health", or until
// what it prints holds a text: "await -out hill vedette ask feeds".
func await(ts *testscript.TestScript, _ bool, args []string) {
	wanted := ""
	if args[0] == "-out" {
		wanted, args = args[1], args[2:]
	}
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for range 1000 {
		if ts.Exec(args[0], args[1:]...) == nil && strings.Contains(ts.ReadFile("stdout"), wanted) {
			return
		}
		<-look.C
	}
	ts.Fatalf("%s did not succeed in 20 s", strings.Join(args, " "))
}

// signalTo sends a signal to a program that runs in the background:
// "signal TERM vedette run" signals the one whose arguments these are.
func signalTo(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]syscall.Signal{"TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}
	for _, c := range ts.BackgroundCmds() {
		if sameCommand(c, args[1:]) {
			ts.Check(c.Process.Signal(signals[args[0]]))
			return
		}
	}
	ts.Fatalf("%s does not run in the background", strings.Join(args[1:], " "))
}

func sameCommand(c *exec.Cmd, args []string) bool {
	return strings.HasSuffix(strings.Join(c.Args, " "), strings.Join(args, " "))
}

// A fakesKey is where a script keeps its platforms.
type fakesKey struct{}

// fakes are the platforms that a script talks to.
type fakes struct {
	slack   *fakeroom.Slack
	discord *fakeroom.Discord
}

// setUp gives a script a place for its platforms.
func setUp(e *testscript.Env) error {
	e.Values[fakesKey{}] = new(fakes)
	return nil
}

// platforms starts a Slack and a Discord, and has vedette talk to them.
func platforms(ts *testscript.TestScript, _ bool, _ []string) {
	f := ts.Value(fakesKey{}).(*fakes)
	f.slack = fakeroom.NewSlack("xoxb-1-canary")
	f.slack.SetAppToken("xapp-1-canary", "connections:write")
	ts.Defer(f.slack.Close)
	var err error
	f.discord, err = fakeroom.NewDiscord("MTE.canary.canary", "")
	ts.Check(err)
	ts.Defer(f.discord.Close)
	ts.Setenv("VEDETTE_SLACK_API", f.slack.API())
	ts.Setenv("VEDETTE_DISCORD_API", f.discord.API())
}

// take takes something from the bot: "take slack-scope files:write", "take
// slack-channel C0123456789", "take discord-permission CHANNEL BITS".
func take(ts *testscript.TestScript, _ bool, args []string) {
	f := ts.Value(fakesKey{}).(*fakes)
	switch args[0] {
	case "slack-scope":
		f.slack.TakeScope(args[1])
	case "slack-channel":
		f.slack.Leave(args[1])
	case "discord-permission":
		bits, err := strconv.ParseInt(args[2], 10, 64)
		ts.Check(err)
		f.discord.Deny(args[1], bits)
	default:
		ts.Fatalf("nothing to take is called %s", args[0])
	}
}

// stands holds the number of messages in a platform's channel, and what the
// last one says: "stands slack 1 'a word' 'another'".
func stands(ts *testscript.TestScript, _ bool, args []string) {
	f := ts.Value(fakesKey{}).(*fakes)
	posts := f.slack.Posts("C0123456789")
	if args[0] == "discord" {
		posts = f.discord.Posts("123456789012345678")
	}
	if fmt.Sprint(len(posts)) != args[1] {
		ts.Fatalf("%s heard %d messages, want %s", args[0], len(posts), args[1])
	}
	for _, words := range args[2:] {
		if last := posts[len(posts)-1].Text; !strings.Contains(last, words) {
			ts.Fatalf("%s heard %q, want %q in it", args[0], last, words)
		}
	}
}
