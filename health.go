package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// A pinger answers whether it can still do its work.
type pinger interface {
	Ping(ctx context.Context) error
}

// listenHealth returns a function that answers health checks on address until
// ctx ends.
func listenHealth(ctx context.Context, address string, db pinger) (serve func(), err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("VEDETTE_HEALTH_LISTEN: %w", err)
	}
	srv := &http.Server{
		ReadHeaderTimeout: 5 * time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := db.Ping(r.Context()); err != nil {
				http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
				return
			}
			fmt.Fprintln(w, "well")
		}),
	}
	return func() {
		stop := context.AfterFunc(ctx, func() { _ = srv.Close() }) // a check that is cut off is asked again
		defer stop()
		_ = srv.Serve(l) // always an error: closed
	}, nil
}

type healthCmd struct{}

// Run asks the vedette that VEDETTE_HEALTH_LISTEN names.
func (*healthCmd) Run(ctx context.Context, p *process) error {
	set, err := p.settings()
	if err != nil {
		return err
	}
	if set.HealthListen == "" {
		return errors.New("VEDETTE_HEALTH_LISTEN is not set: nothing listens for this question")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+set.HealthListen+"/", http.NoBody)
	if err != nil {
		return err
	}
	res, err := (&http.Client{}).Do(req)
	if err != nil {
		return fmt.Errorf("ask %s: %w", set.HealthListen, err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s is not well: %s", set.HealthListen, res.Status)
	}
	fmt.Fprintln(p.stdout, "well")
	return nil
}
