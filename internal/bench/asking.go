package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vedette/internal/fakeroom"
)

// A question is a command as a person of each platform gives it.
type question struct {
	words string            // as they are typed in Slack
	name  string            // as it is picked in Discord
	args  map[string]string // that are filled in there
}

func questions() []question {
	return []question{
		{"status", "status", nil},
		{"search oldbridge ceasefire", "search", map[string]string{"query": "oldbridge ceasefire"}},
		{"search report", "search", map[string]string{"query": "report"}},
		{"search oldbridge -strike", "search", map[string]string{"query": "oldbridge -strike"}},
		{"search zebra", "search", map[string]string{"query": "zebra"}},
		{"timeline bridge 7d", "timeline", map[string]string{"subject": bridge, "since": "7d"}},
		{"timeline 1", "timeline", map[string]string{"subject": "1"}},
		{"story 1", "story", map[string]string{"story": "1"}},
		{"why 1", "why", map[string]string{"what": "1"}},
		{"why https://archive.example/7", "why", map[string]string{"what": "https://archive.example/7"}},
		{"chart bridge", "chart", map[string]string{"watch": bridge}},
		{"feeds", "feeds", nil},
		{"digest", "digest", nil},
		{"handover 8", "handover", map[string]string{"hours": "8h"}},
		{"history", "history", nil},
		{"watch show bridge", "watch show", map[string]string{"watch": bridge}},
		{"test oldbridge shelling", "test", map[string]string{"rule": "oldbridge shelling"}},
		{"ack 1", "ack", map[string]string{"story": "1"}},
		{"note 1 seen", "note", map[string]string{"story": "1", "note": "seen"}},
		{"mute 1 2h", "mute", map[string]string{"subject": "1", "until": "2h"}},
		{"unmute 1", "unmute", map[string]string{"subject": "1"}},
		{"export 1 json", "export", map[string]string{"story": "1", "format": "json"}},
	}
}

// A reply is how long one person waited.
type reply struct{ acknowledged, answered time.Duration }

// An answered metric is how long people waited for a command on a platform.
type answered struct {
	Command  string `json:"command"`
	Platform string `json:"platform"`
	Archived int    `json:"archived"`

	Acknowledged float64 `json:"acknowledged_p99_ms"`
	Median       float64 `json:"answered_p50_ms"`
	Answered     float64 `json:"answered_p99_ms"`
	Growth       float64 `json:"growth,omitempty"` // of the median since the smallest archive
}

// ask measures how long people in both rooms wait for what they ask, with each
// number of archived reports, while the rooms have a backlog to get.
func ask(ctx context.Context, out io.Writer, archived []int, rounds int, from archives) error {
	first := make(map[string]float64) // medians with the smallest archive
	for _, n := range archived {
		all, err := askOf(ctx, n, rounds, from)
		if err != nil {
			return fmt.Errorf("%d reports: %w", n, err)
		}
		var slowest answered
		var worst float64
		for _, a := range all {
			of := a.Platform + " " + a.Command
			if before, ok := first[of]; ok {
				a.Growth = a.Median / before
			} else {
				first[of] = a.Median
			}
			if err := json.NewEncoder(out).Encode(a); err != nil {
				return err
			}
			worst = max(worst, a.Acknowledged)
			if a.Answered > slowest.Answered {
				slowest = a
			}
		}
		err = printAll(out,
			metric{fmt.Sprintf("acknowledged_p99_of_%d", n), worst, "ms, of the command that is acknowledged last"},
			metric{fmt.Sprintf("answered_p99_of_%d", n), slowest.Answered, "ms, " + slowest.Command + " on " + slowest.Platform})
		if err != nil {
			return err
		}
	}
	return nil
}

// askOf is ask with one archive.
func askOf(ctx context.Context, n, rounds int, from archives) (all []answered, err error) {
	dir, err := os.MkdirTemp("", "vedette-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	database, remove, err := from.take(ctx, filepath.Join(dir, "data", "vedette.db"), n)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, remove()) }()
	binary, err := build(ctx, dir)
	if err != nil {
		return nil, err
	}
	slack := fakeroom.NewSlack(token)
	defer slack.Close()
	slack.SetAppToken(appToken, "connections:write")
	discord, err := fakeroom.NewDiscord(token, "")
	if err != nil {
		return nil, err
	}
	defer discord.Close()
	feed := newFeed()
	defer feed.close()
	people := gather(rounds*len(questions()), slack, discord)
	watches := fmt.Sprintf("  %s:\n    rule: %s\n    rooms: [slack, discord]\n", bridge, bridgeRule)
	p, _, err := start(ctx, dir, binary, deskFile(feed.url(), watches)+people.rights(), database, slack, discord)
	if err != nil {
		return nil, err
	}
	defer func() {
		err = errors.Join(err, p.Process.Signal(syscall.SIGTERM), p.Wait())
	}()
	if err := until(ctx, func() bool { return listened(slack, discord) }); err != nil {
		return nil, err
	}
	stop := feed.flow(3)
	defer stop()
	for i, q := range questions() {
		those := people[i*rounds : (i+1)*rounds]
		bySlack, err := each(those, func(who person) (reply, error) { return askSlack(ctx, slack, who.slack, q) })
		if err != nil {
			return nil, err
		}
		byDiscord, err := each(those, func(who person) (reply, error) { return askDiscord(ctx, discord, who.discord, q) })
		if err != nil {
			return nil, err
		}
		all = append(all, summary(q.words, "slack", n, bySlack), summary(q.words, "discord", n, byDiscord))
	}
	return all, nil
}

// listened reports whether people are heard in both, and the commands are
// there to be picked.
func listened(s *fakeroom.Slack, d *fakeroom.Discord) bool {
	open, _ := s.Sockets()
	_, puts := d.Commands()
	return open > 0 && d.Traffic().Begun > 0 && puts > 0
}

// A person is somebody's IDs on the platforms. Each asks once: who asks faster
// than anybody reads is held back.
type person struct{ slack, discord string }

type crowd []person

// gather makes so many people known.
func gather(n int, s *fakeroom.Slack, d *fakeroom.Discord) (all crowd) {
	for i := range n {
		who := person{fmt.Sprintf("U%09d", i+1), fmt.Sprintf("9%017d", i+1)}
		s.Join(who.slack, "ada")
		d.Join(who.discord, "ada")
		all = append(all, who)
	}
	return all
}

// rights returns the part of a desk file by which all may do everything.
func (c crowd) rights() string {
	var list strings.Builder
	list.WriteString("people:\n  manage:\n")
	for _, who := range c {
		fmt.Fprintf(&list, "    - slack:%s\n    - discord:%s\n", who.slack, who.discord)
	}
	return list.String()
}

// each asks as each of people, one after the other.
func each(people crowd, ask func(who person) (reply, error)) (all []reply, err error) {
	for _, who := range people {
		r, err := ask(who)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// askSlack has a person who has asked nothing yet type q.
func askSlack(ctx context.Context, s *fakeroom.Slack, person string, q question) (reply, error) {
	acks := len(s.Acks())
	began := time.Now()
	s.Command(person, slackChannel, q.words)
	err := until(ctx, func() bool { return len(s.Acks()) > acks && len(s.Private(person)) > 0 })
	if err != nil {
		return reply{}, fmt.Errorf("%s in Slack: %w", q.words, err)
	}
	return reply{s.Acks()[acks].After, time.Since(began)}, nil
}

// askDiscord has a person who has asked nothing yet pick q.
func askDiscord(ctx context.Context, d *fakeroom.Discord, person string, q question) (reply, error) {
	openings := len(d.Openings())
	began := time.Now()
	d.Command(person, discordChannel, q.name, q.args)
	err := until(ctx, func() bool { return len(d.Openings()) > openings && len(d.Private(person)) > 0 && d.Waiting() == 0 })
	if err != nil {
		return reply{}, fmt.Errorf("%s in Discord: %w", q.name, err)
	}
	return reply{d.Openings()[openings].After, time.Since(began)}, nil
}

// summary returns what the replies to a command come to.
func summary(words, platform string, n int, all []reply) answered {
	var acknowledged, took []time.Duration
	for _, r := range all {
		acknowledged, took = append(acknowledged, r.acknowledged), append(took, r.answered)
	}
	return answered{
		Command: words, Platform: platform, Archived: n,
		Acknowledged: quantile(acknowledged, .99), Median: quantile(took, .50), Answered: quantile(took, .99),
	}
}

// until waits until what it is given is so, for 30 seconds at the most.
func until(ctx context.Context, so func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for !so() {
		if err := wait(ctx, 500*time.Microsecond); err != nil {
			return fmt.Errorf("it did not come about: %w", err)
		}
	}
	return nil
}
