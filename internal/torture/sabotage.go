package main

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A sabotaged is a deliberate mistake, by its build tag, and what must see it.
type sabotaged struct {
	n     int // in the list of promises
	tag   string
	what  string
	with  []string // the command, with %s for the build tag
	shows string   // what its output must match: a build that fails sees nothing
	why   string   // it cannot be made, if there is no command
}

// test returns a command that runs a test, and what shows that it failed.
func test(pkg, name string) (with []string, shows string) {
	return []string{"go", "test", "-tags", "%s", "-run", "^" + name + "$", pkg}, `--- FAIL: ` + name
}

// mode returns a command that runs this one, and what shows that it counted
// what it should.
func mode(shows string, args ...string) ([]string, string) {
	return append([]string{"go", "run", "./internal/torture", "-tags", "fault,%s", "-seed", "3", "-sends", "1"}, args...), `(?m)^torture: seed \d+: .*\b(` + shows + `)=[1-9]`
}

func sabotages() []sabotaged {
	all := []sabotaged{
		{n: 1, tag: "etag", what: "a feed's validators are saved before its items"},
		{n: 2, tag: "outbox", what: "what rooms are owed is saved in a second transaction"},
		{n: 3, tag: "mark", what: "a message is recorded as delivered before it is sent"},
		{n: 4, tag: "5xx", what: "an answer of 500 and above ends a message"},
		{n: 5, tag: "nonce", what: "Discord's nonce is made of the time"},
		{n: 6, tag: "onenonce", what: "several messages have one nonce"},
		{n: 7, tag: "lookup", what: "an ambiguous message is sent again in Slack without being looked up"},
		{n: 8, tag: "ratelimited", what: "Slack's ratelimited ends a message"},
		{n: 9, tag: "lease", what: "a send does not look whether its lease holds"},
		{n: 10, tag: "clock", what: "a lease is measured by the wall clock"},
		{n: 11, tag: "sync", what: "a commit does not wait for the disk"},
		{n: 12, tag: "order", what: "what a room is owed comes in no order"},
		{n: 13, tag: "giveup", what: "a message is given up after five attempts"},
		{n: 14, tag: "mentions", what: "Discord may find mentions in a text"},
		{n: 15, tag: "precheck", what: "a feed's host is checked before it is dialled"},
		{n: 16, tag: "heartbeat", what: "the process says that it is well, whatever the audit finds"},
	}
	for i := range all {
		s := &all[i]
		switch s.tag {
		case "etag", "outbox", "mark":
			s.with, s.shows = mode("lost", "-modes", "sweep", "-from", "30", "-kills", "90")
		case "5xx", "ratelimited":
			s.with, s.shows = test("./bot/slack", "TestEachFaultIsOneKindOfFailure")
		case "nonce":
			s.with, s.shows = test("./bot/discord", "TestOneKeyIsOneMessage")
		case "onenonce":
			s.with, s.shows = mode("lost|unexpected", "-modes", "outage", "-for", "3s")
		case "clock":
			s.with, s.shows = test("./internal/store", "TestALeaseEndsByTheDatabasesClock")
			s.with[3] = "fault,%s"
		case "heartbeat":
			s.with, s.shows = test(".", "TestWhatIsUnaccountedForStopsTheHeartbeat")
		case "lookup":
			s.with, s.shows = mode("dup_slack", "-modes", "chat", "-for", "20s")
		case "sync":
			s.with, s.shows = mode("forgotten", "-modes", "power", "-for", "4s", "-images", "100")
		case "lease":
			s.with, s.shows = test("./internal/store", "TestPostgres")
			s.with[5], s.shows = "^TestPostgres$/^AFrozenReplicaThatWakesMayNotSend$", `--- FAIL: TestPostgres/AFrozenReplicaThatWakesMayNotSend`
		case "order":
			s.with, s.shows = test("./internal/store", "TestSQLiteKeepsThePromises")
		case "giveup":
			s.with, s.shows = mode("unmet", "-modes", "outage", "-for", "35s")
		case "mentions":
			s.with, s.shows = test("./bot/discord", "TestAnswersHoldWhateverIsInThem")
		case "precheck":
			s.with, s.shows = test("./feeds/fetch", "TestNoSpellingOfAPrivateAddressIsDialled")
		}
	}
	return all
}

// sabotage makes each mistake, or those that only names, and holds that
// something sees it.
func sabotage(ctx context.Context, out io.Writer, only []string) error {
	seen, missed, all := 0, 0, sabotages()
	for _, s := range all {
		if len(only) > 0 && !slices.Contains(only, s.tag) {
			continue
		}
		if s.why != "" {
			fmt.Fprintf(out, "%2d %-11s not applicable: %s\n", s.n, s.tag, s.why)
			continue
		}
		start := time.Now()
		args := make([]string, len(s.with))
		for i, a := range s.with {
			args[i] = strings.ReplaceAll(a, "%s", "sabotage_"+s.tag)
		}
		said, err := exec.CommandContext(ctx, args[0], args[1:]...).CombinedOutput()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		shown := regexp.MustCompile(s.shows).Find(said)
		if err == nil || shown == nil {
			missed++
			fmt.Fprintf(out, "%2d %-11s MISSED: %s: %s says %v\n", s.n, s.tag, s.what, strings.Join(args, " "), err)
			continue
		}
		seen++
		fmt.Fprintf(out, "%2d %-11s seen in %v by %s: %s\n", s.n, s.tag, time.Since(start).Round(time.Second), strings.Join(args, " "), firstOf(string(shown)))
	}
	fmt.Fprintf(out, "sabotage=%d/%d missed=%d\n", seen, len(all), missed)
	if missed > 0 {
		return fmt.Errorf("%d mistakes were not seen", missed)
	}
	return nil
}

// firstOf returns the first line of text.
func firstOf(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
