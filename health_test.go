package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
)

type unwell struct{}

// Ping returns what is wrong.
func (unwell) Ping(context.Context) error { return errors.New("the disk is full") }

// TestWhoIsUnwellIsAlive holds that what asks whether to start a process again is
// told of nothing that a start would not mend.
func TestWhoIsUnwellIsAlive(t *testing.T) {
	t.Parallel()
	const address = "127.0.0.1:28481"
	serve, err := listenHealth(t.Context(), address, unwell{}, http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	t.Cleanup(wg.Wait) // t's context has ended by then
	wg.Go(serve)
	ask := func(args ...string) (code int, said string) {
		var out bytes.Buffer
		code = run(t.Context(), &process{args: append([]string{"health"}, args...), environ: []string{"VEDETTE_HEALTH_LISTEN=" + address}, stdout: &out, stderr: &out})
		return code, out.String()
	}
	if code, said := ask(); code != exitFault || !strings.Contains(said, "the disk is full") {
		t.Errorf("health ends with %d and says %q, want what is wrong", code, said)
	}
	if code, said := ask("--alive"); code != exitOK || said != "alive\n" {
		t.Errorf("health --alive ends with %d and says %q, want that it is alive", code, said)
	}
}
