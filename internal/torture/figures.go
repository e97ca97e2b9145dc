package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"time"

	"vedette/internal/fakeroom"
)

// A sometimes counts how often rare paths were reached: a proof that rests on
// a path that was never taken proves nothing.
type sometimes map[string]int

func (s sometimes) note(what string) { s[what]++ }

// A figures is what a run has measured. What did not run is not in it.
type figures struct {
	seed      uint64
	modes     []string // in the order in which they ran
	kills     map[string]int
	faults    int // that the platforms were made to have
	freezes   int
	failovers []time.Duration // from the server's death until what was published then stood in a room
	widowed   []time.Duration // from the death of all replicas but one until all that was owed then stood in the rooms
	haunted   int             // old primaries that came back as such
	misled    int             // transactions that were written to them
	severed   int             // connections to a Postgres server that were cut
	takeovers []time.Duration // from when a replica was cut off until what was published then stood in a room
	returned  time.Duration   // from when the link of one that was cut off for long was mended until it was at work again
	images    int             // of torn disks
	inCalls   int             // kills in a system call
	failed    int             // calls on the database's files that failed
	upgrades  int             // kills while a database was brought up to date
	checked   int             // databases that SQLite has checked
	corrupt   int
	lives     int
	sum       ledger
	at        map[string]int // kills by what was passed last
	recovery  []time.Duration
	resumed   map[string]time.Duration // how long modes other than kills took to come to rest
	noticed   []time.Duration          // from a full disk until operators were told
	regained  []time.Duration          // from when it had room until all that had been published meanwhile was taken
	seen      sometimes
	least     int // obligations that must have been met; 0 is one for four kills
}

func newFigures(seed uint64, least int) *figures {
	return &figures{
		seed: seed, least: least, kills: make(map[string]int), at: make(map[string]int), resumed: make(map[string]time.Duration), seen: make(sometimes),
		sum: ledger{Duplicated: make(map[string]int)},
	}
}

// add takes in what a site has counted.
func (f *figures) add(s *site, l *ledger) {
	if !slices.Contains(f.modes, s.mode) {
		f.modes = append(f.modes, s.mode)
	}
	if s.kills > 0 {
		f.kills[s.mode] += s.kills
	}
	f.lives += s.lives
	for at, n := range s.at {
		f.at[at] += n
	}
	if s.mode != "chat" && s.mode != "disk" { // where the platforms, or a disk that is full, say how soon a message is told
		f.recovery = append(f.recovery, s.recovered()...)
	}
	for _, r := range s.rooms {
		for _, p := range s.posts(r) {
			if p.Thread != "" {
				f.seen.note("told in a thread")
			}
			if p.Edits > 0 {
				f.seen.note("a root message was edited")
			}
		}
	}
	for _, feed := range s.origin.feeds {
		if feed.notAnew > 0 {
			f.seen.note("304 after a kill")
		}
	}
	f.sum.add(l, s.mode)
}

// add adds other, of a mode, to l.
func (l *ledger) add(other *ledger, mode string) {
	l.Published += other.Published
	l.Accepted += other.Accepted
	l.Obligations += other.Obligations
	l.Delivered += other.Delivered
	l.Parked += other.Parked
	l.Ambiguous += other.Ambiguous
	l.Pending += other.Pending
	l.Lost += other.Lost
	l.Unexpected += other.Unexpected
	l.Unmet += other.Unmet
	l.Recovered += other.Recovered
	l.Reordered += other.Reordered
	l.Forgotten += other.Forgotten
	for platform, n := range other.Duplicated {
		l.Duplicated[platform] += n
	}
	for _, fault := range other.Faults {
		l.blame("%s: %s", mode, fault)
	}
}

// recovered returns how long after each start at which something was owed the
// first message stood in a room. A life that was killed before it came to that
// says nothing, unless it lived long enough to.
func (s *site) recovered() (all []time.Duration) {
	var posts []fakeroom.Post
	for _, r := range s.rooms {
		posts = append(posts, s.posts(r)...)
	}
	slices.SortFunc(posts, func(a, b fakeroom.Post) int { return a.At.Compare(b.At) })
	for _, life := range s.awaited {
		i, _ := slices.BinarySearchFunc(posts, life.from, func(p fakeroom.Post, at time.Time) int { return p.At.Compare(at) })
		switch {
		case i < len(posts) && posts[i].At.Before(life.to):
			all = append(all, posts[i].At.Sub(life.from))
		case life.to.Sub(life.from) > 10*time.Second:
			all = append(all, life.to.Sub(life.from))
		}
	}
	return all
}

// quantile returns the q-th of the durations, of which there must be some.
func quantile(all []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

// expected returns the rare paths that the modes which ran must have reached.
func (f *figures) expected() (all []string) {
	if f.kills["sweep"] > 0 || f.kills["random"] >= epoch {
		all = append(all, "304 after a kill", "killed while it opened its database", "told in a thread", "a root message was edited")
		all = slices.AppendSeq(all, maps.Values(deaths()))
	}
	if f.kills["sweep"] > 0 {
		all = append(all, "killed while it saved a judgement")
	}
	if f.kills["random"] >= epoch {
		all = append(all, "a backlog of ten and more at a kill")
	}
	if slices.Contains(f.modes, "disk") {
		all = append(all, "news came in while the disk was full", "the database said that the disk is full", "what was taken was told while the disk was full",
			"it was killed while the disk was full", "a neighbour took what was given up", "a start found the disk full")
	}
	if slices.Contains(f.modes, "clock") {
		all = append(all, "the engine saw that the clock was set")
	}
	if slices.Contains(f.modes, "power") {
		all = append(all, "the power was cut at the first write", "the power was cut with writes that were not synced")
	}
	if slices.Contains(f.modes, "cuts") {
		all = append(all, "the power was cut and writes were lost")
	}
	if len(f.failovers) >= 10 {
		all = append(all, "a primary was killed while something was owed", "commits waited for the next stand-by", hauntedOwing)
	}
	if slices.Contains(f.modes, "severed") {
		all = append(all, "connections were cut while something was owed")
	}
	if f.inCalls >= 100 {
		for _, b := range append(blows(), makings()...) {
			all = append(all, "killed in "+b.what)
		}
	}
	if f.failed >= 20 {
		all = append(all, "vedette ended since its disk failed", "what a failed sync was to write was gone")
		for _, b := range failures() {
			all = append(all, b.what)
		}
	}
	if slices.Contains(f.modes, "partition") {
		all = append(all, longOff, swizzled, cutOffOwing)
		for _, s := range separations() {
			all = append(all, s.what)
		}
	}
	if slices.Contains(f.modes, "outage") {
		all = append(all, "both platforms were down")
	}
	if slices.Contains(f.modes, "chat") && f.faults >= 2*len(stumbles()) {
		for _, s := range stumbles() {
			all = append(all, s.what)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// failures returns what makes the run a failure.
func (f *figures) failures() (all []string) {
	s := &f.sum
	for what, n := range map[string]int{
		"lost": s.Lost, "unexpected": s.Unexpected, "dup_slack": s.Duplicated["slack"], "dup_discord": s.Duplicated["discord"],
		"reordered": s.Reordered, "forgotten": s.Forgotten, "ambiguous": s.Ambiguous, "parked": s.Parked, "unmet": s.Unmet, "pending": s.Pending, "corrupt": f.corrupt, "misled": f.misled,
	} {
		if n > 0 {
			all = append(all, fmt.Sprintf("%s=%d", what, n))
		}
	}
	least := f.least
	if least == 0 {
		for _, n := range f.kills {
			least += n
		}
		least /= 4
	}
	if s.Delivered < least {
		all = append(all, fmt.Sprintf("delivered=%d, and %d are the least that prove anything", s.Delivered, least))
	}
	for _, what := range f.expected() {
		if f.seen[what] == 0 {
			all = append(all, fmt.Sprintf("never: %s", what))
		}
	}
	// Of fewer than 100 the 99th percentile is the slowest, which a busy machine makes.
	if len(f.recovery) >= 100 && quantile(f.recovery, 0.99) > f.patience() {
		all = append(all, fmt.Sprintf("recovery_p99=%v", quantile(f.recovery, 0.99)))
	}
	for what, limit := range map[string]struct {
		took []time.Duration
		most time.Duration
	}{
		"widowed_max": {f.widowed, widowedMost}, "disk_notice_max": {f.noticed, diskWithin}, "disk_resume_max": {f.regained, diskWithin},
		"takeover_max": {f.takeovers, takeoverWithin},
	} {
		if len(limit.took) > 0 && slices.Max(limit.took) > limit.most {
			all = append(all, fmt.Sprintf("%s=%v", what, slices.Max(limit.took)))
		}
	}
	if f.returned > returnsWithin {
		all = append(all, fmt.Sprintf("returned=%v", f.returned))
	}
	slices.Sort(all)
	return all
}

// widowedMost is how long what others were sending may take a replica that is
// left: until they are given up, two looks in which it is not seen, and a message
// a second in a room; and as much again, for a busy machine. A message that waited
// for its deadline would be over it.
const widowedMost = 40 * time.Second

// returnsWithin is how long a replica may take to come back when it reaches its
// database again.
const returnsWithin = 30 * time.Second

// takeoverWithin is how long it may be until others do what a replica that is
// cut off would have done: a lease of five seconds, and five more.
const takeoverWithin = 10 * time.Second

// patience is how long a start may take to the first message.
func (*figures) patience() time.Duration { return 10 * time.Second }

// print writes what was measured, and as its last line all of it in one.
func (f *figures) print(ctx context.Context, out io.Writer) {
	for _, fault := range f.sum.Faults {
		fmt.Fprintln(out, "fault:", fault)
	}
	if len(f.at) > 0 {
		fmt.Fprintf(out, "kills by what was passed last, %d places:\n", len(f.at))
		for _, at := range slices.SortedFunc(maps.Keys(f.at), func(a, b string) int { return f.at[b] - f.at[a] }) {
			fmt.Fprintf(out, "  %4d %s\n", f.at[at], at)
		}
	}
	reached := 0
	for _, what := range f.expected() {
		if n := f.seen[what]; n > 0 {
			reached++
			fmt.Fprintf(out, "sometimes: %s (%d)\n", what, n)
		} else {
			fmt.Fprintf(out, "never: %s\n", what)
		}
	}
	for _, mode := range slices.Sorted(maps.Keys(f.resumed)) {
		fmt.Fprintf(out, "%s: at rest again after %v\n", mode, f.resumed[mode].Round(10*time.Millisecond))
	}
	fmt.Fprintln(out, f.line(ctx, reached))
}

// store names the databases that the modes ran on.
func (f *figures) store() string {
	shared := 0
	for _, mode := range f.modes {
		if mode == "upgrade" {
			return "sqlite,postgres"
		}
		if mode == "replicas" || mode == "failover" || mode == "severed" || mode == "partition" {
			shared++
		}
	}
	switch shared {
	case 0:
		return "sqlite"
	case len(f.modes):
		return "postgres"
	}
	return "sqlite,postgres"
}

// line is the run in one line, of what was measured.
func (f *figures) line(ctx context.Context, reached int) string {
	s := &f.sum
	words := []string{"RELIABILITY", fmt.Sprintf("seed=%d", f.seed), "commit=" + commit(ctx), "store=" + f.store(), "modes=" + strings.Join(f.modes, ",")}
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	if len(f.kills) > 0 {
		var parts []string
		total := 0
		for _, mode := range f.modes {
			if n := f.kills[mode]; n > 0 {
				parts = append(parts, fmt.Sprintf("%s %d", mode, n))
				total += n
			}
		}
		add("kills=%d(%s)", total, strings.Join(parts, ","))
	}
	if f.freezes > 0 {
		add("freezes=%d", f.freezes)
	}
	if len(f.failovers) > 0 {
		add("failovers=%d failover_p50=%v failover_max=%v", len(f.failovers), quantile(f.failovers, 0.5).Round(10*time.Millisecond), slices.Max(f.failovers).Round(10*time.Millisecond))
	}
	if len(f.widowed) > 0 {
		add("widowed=%d widowed_p50=%v widowed_max=%v", len(f.widowed), quantile(f.widowed, 0.5).Round(10*time.Millisecond), slices.Max(f.widowed).Round(10*time.Millisecond))
	}
	if f.haunted > 0 {
		add("old_primaries=%d misled=%d", f.haunted, f.misled)
	}
	if f.severed > 0 {
		add("severed=%d", f.severed)
	}
	if len(f.noticed) > 0 && len(f.regained) > 0 {
		add("disk_notice_max=%v disk_resume_max=%v", slices.Max(f.noticed).Round(10*time.Millisecond), slices.Max(f.regained).Round(10*time.Millisecond))
	}
	if len(f.takeovers) > 0 {
		add("takeovers=%d takeover_p50=%v takeover_p99=%v takeover_max=%v", len(f.takeovers), quantile(f.takeovers, 0.5).Round(10*time.Millisecond),
			quantile(f.takeovers, 0.99).Round(10*time.Millisecond), slices.Max(f.takeovers).Round(10*time.Millisecond))
		add("returned=%v", f.returned.Round(10*time.Millisecond))
	}
	if f.images > 0 {
		add("power_images=%d corrupt=%d", f.images, f.corrupt)
	}
	if f.inCalls > 0 {
		add("syscall_kills=%d syscall_errors=%d", f.inCalls, f.failed)
	}
	if f.upgrades > 0 {
		add("upgrade_kills=%d", f.upgrades)
	}
	if f.checked > 0 {
		add("integrity_checks=%d corrupt=%d", f.checked, f.corrupt)
	}
	if f.faults > 0 {
		add("faults=%d", f.faults)
	}
	add("items=%d accepted=%d obligations=%d delivered=%d recovered=%d", s.Published, s.Accepted, s.Obligations, s.Delivered, s.Recovered)
	add("parked=%d pending=%d ambiguous=%d", s.Parked, s.Pending, s.Ambiguous)
	add("lost=%d unexpected=%d dup_discord=%d dup_slack=%d reordered=%d forgotten=%d", s.Lost, s.Unexpected, s.Duplicated["discord"], s.Duplicated["slack"], s.Reordered, s.Forgotten)
	if len(f.recovery) > 0 {
		add("recovery_p50=%v recovery_p99=%v", quantile(f.recovery, 0.5).Round(time.Millisecond), quantile(f.recovery, 0.99).Round(time.Millisecond))
	}
	add("sometimes=%d/%d", reached, len(f.expected()))
	return strings.Join(words, " ")
}

// commit names the tree that was built.
func commit(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	name := strings.TrimSpace(string(out))
	if dirty, err := exec.CommandContext(ctx, "git", "status", "--porcelain", "--untracked-files=no").Output(); err == nil && len(dirty) > 0 {
		name += "+changes"
	}
	return name
}
