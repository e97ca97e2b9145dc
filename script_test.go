package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

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
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"archive": archive, "await": await, "signal": signalTo},
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
