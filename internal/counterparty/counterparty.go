package counterparty

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// startLimit ends a start that hangs. A start takes about a second on an idle
// machine; the rest is for a machine that builds and tests besides.
const startLimit = time.Minute

// Servers are the two platforms, seeded, and running until the test ends.
type Servers struct {
	Discord, Slack Platform

	client *http.Client
}

// A Platform is what a client must be told: the base of the API's paths without
// a slash at the end, the bot's token without "Bot" or "Bearer", and two text
// channels that the bot is a member of.
type Platform struct {
	API, Token string
	Channels   []string
}

// Start starts both servers for the length of the test: they outlive whatever
// the test cleans up after calling Start. Where node or the servers are not
// installed, it skips the test and says how to install them.
func Start(t *testing.T) *Servers {
	t.Helper()
	dir := installed(t, "discord-digital-twin", "emulate")
	s := &Servers{client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(s.client.CloseIdleConnections)
	line, _ := launch(t, dir, "serve.mjs")
	if err := json.Unmarshal(line, s); err != nil {
		t.Fatalf("the servers said %q, not where they are: %v", line, err)
	}
	return s
}

// installed returns this package's folder, in which the packages of the names
// are. Where one is not, or no node to run it, it skips the test.
func installed(tb testing.TB, names ...string) string {
	tb.Helper()
	dir := folder(tb)
	if _, err := exec.LookPath("node"); err != nil {
		tb.Skipf("no node to run what the other side wrote: install Node.js 20, then npm ci --prefix internal/counterparty (%v)", err)
	}
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(dir, "node_modules", name)); err != nil {
			tb.Skipf("nothing of the other side: npm ci --prefix internal/counterparty (%v)", err)
		}
	}
	return dir
}

// folder returns this package's folder, whichever package the test is of.
func folder(tb testing.TB) string {
	tb.Helper()
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "internal", "counterparty")
		}
		up := filepath.Dir(dir)
		if up == dir {
			tb.Fatal("no go.mod above the test's folder")
		}
		dir = up
	}
}

// launch runs a script until the test has cleaned up, and returns the first line
// that it says and a reader of the others. The process holds on to an open stdin and leaves when that is closed, so that
// it also leaves when a test is killed and can clean up nothing.
func launch(tb testing.TB, dir, script string, args ...string) (line []byte, more *bufio.Reader) {
	tb.Helper()
	line, more, _ = converse(tb, dir, script, args...)
	return line, more
}

// converse is launch for a script that is also told something.
func converse(tb testing.TB, dir, script string, args ...string) (line []byte, more *bufio.Reader, tell io.Writer) {
	tb.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(tb.Context()))
	cmd := exec.CommandContext(ctx, "node", append([]string{script}, args...)...) //nolint:gosec // a script of this folder
	var stderr bytes.Buffer                                                       // read only once Wait has returned
	cmd.Dir, cmd.Stderr, cmd.WaitDelay = dir, &stderr, 5*time.Second
	stdin, err := cmd.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Cancel = stdin.Close
	if err = cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		stop()
		// The context ended it, which Wait reports as an error.
		_ = cmd.Wait()
		if tb.Failed() && stderr.Len() > 0 {
			tb.Logf("the servers complained:\n%s", stderr.Bytes())
		}
	})
	late := time.AfterFunc(startLimit, stop)
	defer late.Stop()
	more = bufio.NewReader(stdout)
	line, err = more.ReadBytes('\n')
	if err != nil {
		tb.Fatalf("the servers ended without a word: %v", err)
	}
	return line, more, stdin
}
