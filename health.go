package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// A pinger answers whether it can still do its work.
type pinger interface {
	Ping(ctx context.Context) error
}

// listenHealth returns a function that answers health checks on address, and
// with metrics at /metrics, until ctx ends.
func listenHealth(ctx context.Context, address string, part pinger, metrics http.Handler) (serve func(), err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("VEDETTE_HEALTH_LISTEN: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET "+alivePath, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if err := part.Ping(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "well")
	})
	srv := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: mux}
	return func() {
		stop := context.AfterFunc(ctx, func() { _ = srv.Close() }) // a check that is cut off is asked again
		defer stop()
		_ = srv.Serve(l) // always an error: closed
	}, nil
}

// alivePath answers as long as the process does, whatever it finds wrong.
const alivePath = "/alive"

type healthCmd struct {
	Alive bool `help:"Ask only whether it answers: for what starts it again, which mends neither a full disk nor a database that is away."`
}

// Run asks the vedette that VEDETTE_HEALTH_LISTEN names.
func (c *healthCmd) Run(ctx context.Context, p *process) error {
	set, err := p.settings()
	if err != nil {
		return err
	}
	if set.HealthListen == "" {
		return errors.New("VEDETTE_HEALTH_LISTEN is not set: nothing listens for this question")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	path, says := "/", "well"
	if c.Alive {
		path, says = alivePath, "alive"
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+set.HealthListen+path, http.NoBody)
	if err != nil {
		return err
	}
	res, err := (&http.Client{}).Do(req)
	if err != nil {
		return fmt.Errorf("ask %s: %w", set.HealthListen, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(res.Body, 4<<10)) // what came of it is said
		return fmt.Errorf("%s is not well: %s", set.HealthListen, cmp.Or(strings.TrimSpace(string(why)), res.Status))
	}
	fmt.Fprintln(p.stdout, says)
	return nil
}
