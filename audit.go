package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"vedette/internal/fault"
	"vedette/internal/store"
	"vedette/story"
	"vedette/watch"
)

const (
	auditEvery  = 5 * time.Minute
	auditWithin = time.Minute      // of the disk's time
	auditStale  = 3 * auditEvery   // after which one that was not made is a fault
	auditPast   = 24 * time.Hour   // how far back what was owed is derived
	auditSettle = 10 * time.Second // a desk file counts from so long after it was put in force
)

// A charter is what an audit holds the deliveries to: who was to be told, and
// since when.
type charter struct {
	rooms map[story.WatchName][]story.RoomName
	since time.Time
}

// charterOf returns who is told by the watches that ask nothing of a story:
// what the others are told depends on how their stories stood.
func charterOf(set *watch.Set, ws []story.Watch, since time.Time) *charter {
	c := &charter{rooms: make(map[story.WatchName][]story.RoomName), since: since}
	asks := set.Thresholds()
	for _, w := range ws {
		if len(asks[w.Name]) == 0 {
			c.rooms[w.Name] = w.Rooms
		}
	}
	return c
}

// An auditor compares the deliveries with what was owed, again and again, and
// keeps what it found last.
type auditor struct {
	db    *store.Store
	owed  func() (c *charter, operators []story.RoomName)
	now   func() time.Time
	log   *slog.Logger
	clean func(context.Context) error // called after each audit that found nothing, unless the disk is full; nil for none

	mu   sync.Mutex // guards last and made
	last story.Audit
	made time.Time // by a clock that nobody sets
}

// run audits until ctx ends.
func (a *auditor) run(ctx context.Context) {
	every := time.NewTicker(auditEvery)
	defer every.Stop()
	for {
		if err := a.audit(ctx); err != nil && ctx.Err() == nil {
			a.log.LogAttrs(ctx, slog.LevelError, "the deliveries were not audited", slog.Any("error", err))
		}
		select {
		case <-every.C:
		case <-ctx.Done():
			return
		}
	}
}

// audit audits once. What it finds, the operators' rooms hear once a day.
func (a *auditor) audit(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, auditWithin)
	defer cancel()
	c, operators := a.owed()
	now := a.now()
	since := c.since.Add(auditSettle)
	if past := now.Add(-auditPast); since.Before(past) {
		since = past
	}
	found, err := a.db.Audit(ctx, c.rooms, since, now)
	if err != nil {
		return err
	}
	if err := a.db.Audited(ctx, now); err != nil { // nothing is read or told then
		return err
	}
	a.mu.Lock()
	a.last, a.made = found, time.Now()
	a.mu.Unlock()
	if found.Clean() {
		if a.clean == nil || !a.db.FullSince().IsZero() {
			return nil
		}
		if err := a.clean(ctx); err != nil { // the audit itself was made
			a.log.LogAttrs(ctx, slog.LevelWarn, "heartbeat", slog.Any("error", err))
		}
		return nil
	}
	a.log.LogAttrs(ctx, slog.LevelError, "audit", slog.Int("unaccounted", found.Unaccounted), slog.Int("waiting", found.Waiting), slog.Any("faults", found.Faults))
	if len(operators) == 0 {
		return nil
	}
	says := fmt.Sprintf("%d deliveries are unaccounted for: what was owed and what is on record differ", found.Unaccounted)
	if found.Unaccounted == 0 {
		says = plural(found.Waiting, "report") + " waited ten minutes and nobody judged them"
	}
	return a.db.Announce(ctx, &story.Bulletin{
		Kind: story.RoomHealth, Key: fmt.Sprintf("audit %s %v", now.UTC().Format(time.DateOnly), found.Unaccounted > 0), At: now, Rooms: operators,
		Reasons: append([]string{says}, found.Faults...),
	})
}

// Ping returns what is wrong, or nil.
func (a *auditor) Ping(ctx context.Context) error {
	if err := a.db.Ping(ctx); err != nil {
		return fmt.Errorf("the database does not answer: %w", err)
	}
	if since := a.db.FullSince(); !since.IsZero() {
		return fmt.Errorf("the disk is full since %s: nothing new is read", since.Format(time.DateTime))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.made.IsZero(), fault.Sabotaged == fault.AlwaysWell: // it has only begun
		return nil
	case !a.last.Clean():
		return fmt.Errorf("%d deliveries are unaccounted for, and %d reports wait to be judged: vedette ledger", a.last.Unaccounted, a.last.Waiting)
	case time.Since(a.made) > auditStale:
		return fmt.Errorf("the deliveries were last audited %v ago", time.Since(a.made).Round(time.Second))
	}
	return nil
}

// Describe tells that the metrics are found when they are asked for.
func (a *auditor) Describe(ch chan<- *prometheus.Desc) { prometheus.DescribeByCollect(a, ch) }

// Collect tells how the deliveries stand.
func (a *auditor) Collect(ch chan<- prometheus.Metric) {
	gauge := func(name, help string, v float64, labels ...string) {
		var names []string
		if len(labels) > 0 {
			names = []string{"state"}
		}
		ch <- prometheus.MustNewConstMetric(prometheus.NewDesc("vedette_"+name, help, names, nil), prometheus.GaugeValue, v, labels...)
	}
	a.mu.Lock()
	last := a.last
	a.mu.Unlock()
	gauge("deliveries_unaccounted", "Deliveries that are owed and not on record, by the last audit.", float64(last.Unaccounted))
	gauge("items_waiting", "Items that nobody has judged for ten minutes, by the last audit.", float64(last.Waiting))
	full := 0.0
	if !a.db.FullSince().IsZero() {
		full = 1
	}
	gauge("disk_full", "1 while the disk of the database is full and nothing new is read.", full)
	if !last.At.IsZero() {
		gauge("audit_timestamp_seconds", "When the deliveries were last audited.", float64(last.At.Unix()))
	}
	ctx, cancel := context.WithTimeout(context.Background(), auditWithin)
	defer cancel()
	states, err := a.db.Deliveries(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(prometheus.NewDesc("vedette_deliveries", "Deliveries by state.", []string{"state"}, nil), err)
		return
	}
	for _, s := range []story.DeliveryState{
		story.Owed, story.Sending, story.Ambiguous, story.Delivered, story.Merged, story.Muted, story.Below, story.Held, story.Digested, story.Expired, story.Parked,
	} {
		gauge("deliveries", "Deliveries by state.", float64(states[s]), string(s))
	}
}

// heartbeat returns what asks for the address.
func heartbeat(address string) func(context.Context) error {
	return monitor{address, &http.Client{Timeout: auditWithin}}.beat
}

// A monitor is a service that calls somebody if it is not asked for any more.
type monitor struct {
	address string // a secret
	client  *http.Client
}

// beat asks for the monitor's address, whose answer must be a success.
func (m monitor) beat(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.address, http.NoBody)
	if err != nil {
		return errors.New("VEDETTE_HEARTBEAT_URL cannot be asked for")
	}
	fault.Point("heartbeat.asking")
	res, err := m.client.Do(req)
	fault.Point("heartbeat.asked")
	if err != nil {
		return errors.New("VEDETTE_HEARTBEAT_URL does not answer")
	}
	_ = res.Body.Close() // it says nothing that matters
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("VEDETTE_HEARTBEAT_URL answers %s", res.Status)
	}
	return nil
}

// metrics returns what answers with a's figures.
func (a *auditor) metrics() http.Handler {
	r := prometheus.NewRegistry()
	r.MustRegister(a)
	return promhttp.HandlerFor(r, promhttp.HandlerOpts{})
}
