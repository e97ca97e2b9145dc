//go:build fault

package fault

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// play is what a process with orders does, if it is not killed before.
func play() {
	Point("a")
	Point("b")
	Point("b")
	Point("c")
	os.Exit(7)
}

func TestAPointDoesWhatTheEnvironmentAsksFor(t *testing.T) {
	if os.Getenv("FAULT_PLAY") != "" {
		play()
	}
	for orders, want := range map[string]struct {
		killed bool
		passed string
	}{
		"":                          {passed: "1 a 2 b 3 b 4 c"},
		"kill:*:3":                  {true, "1 a 2 b 3 b"},
		"kill:b:1":                  {true, "1 a 2 b"},
		"kill:c:2":                  {passed: "1 a 2 b 3 b 4 c"},
		"delay=1ms:b:0,kill:c:0":    {true, "1 a 2 b 3 b 4 c"},
		"delay=1ms:*:1,kill:gone:0": {passed: "1 a 2 b 3 b 4 c"},
	} {
		trace := filepath.Join(t.TempDir(), "trace")
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "FAULT_PLAY=1", ordersIn+"="+orders, traceIn+"="+trace)
		_ = cmd.Run() // it ends in one way or another
		status := cmd.ProcessState.Sys().(syscall.WaitStatus)
		if killed := status.Signaled() && status.Signal() == syscall.SIGKILL; killed != want.killed || !killed && status.ExitStatus() != 7 {
			t.Errorf("%q: the process ended with %v", orders, cmd.ProcessState)
		}
		raw, err := os.ReadFile(trace)
		if err != nil {
			t.Fatal(err)
		}
		var passed []string
		for line := range strings.Lines(string(raw)) {
			passed = append(passed, strings.Join(strings.Fields(line)[:2], " "))
		}
		if got := strings.Join(passed, " "); got != want.passed {
			t.Errorf("%q: passed %s, want %s", orders, got, want.passed)
		}
	}
}

func TestOrdersAreReadOrRefused(t *testing.T) {
	for text, ok := range map[string]bool{"": true, "kill:*:1": true, "kill": false, "kill:*:x": false, "stop:a:1,panic:b:2": true} {
		if _, err := parse(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
