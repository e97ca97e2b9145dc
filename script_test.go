package main

import (
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
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
		Cmds:          map[string]func(*testscript.TestScript, bool, []string){"await": await, "signal": signalTo},
		Deadline:      time.Now().Add(5 * time.Minute),
	})
}

// await runs a command until it succeeds: "await vedette health".
func await(ts *testscript.TestScript, _ bool, args []string) {
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for range 1000 {
		if ts.Exec(args[0], args[1:]...) == nil {
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
