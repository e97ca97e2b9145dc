package config

import (
	"fmt"
	"strings"
	"time"

	"vedette/story"
)

// A Judging is what a team says of how a watch's level is judged. What it does
// not say is 0, and the common parameter holds.
type Judging struct {
	Rise          map[story.Level]int // scales above what is usual at which the level begins
	Dead, Army    map[story.Level]int // so many dead in one story, or of a state's army, call for the level
	Baseline      int                 // days that tell what is usual
	Dwell         int                 // days without a reason before the level falls
	Threats, Acts time.Duration       // half-lives
}

// judging reads how a watch's level is judged, and reports whether the file
// says anything of it.
func (r *reader) judging(file *levelFile) (j Judging, said bool) {
	if !file.At.there() {
		return j, false
	}
	j = Judging{
		Rise: r.byLevel(&file.Rise, 1, 1000, "scales above what is usual"), Dead: r.byLevel(&file.Dead, 1, 1_000_000, "dead"), Army: r.byLevel(&file.Army, 1, 1_000_000, "dead"),
		Baseline: r.optional(file.Baseline, 14, 1098, "days that tell what is usual"), Dwell: r.optional(file.Dwell, 1, 30, "days before a level falls"),
		Threats: r.halfLife(file.Threats), Acts: r.halfLife(file.Acts),
	}
	if r.opt.Judging != nil {
		if err := r.opt.Judging(j); err != nil {
			r.fault(file.At, "the levels cannot be judged so: "+oneLine(err.Error()), "numbers that rise with the levels")
		}
	}
	return j, true
}

// byLevel reads a number for each level above calm that is named.
func (r *reader) byLevel(t *table[number], least, most int, what string) map[story.Level]int {
	if len(t.names) == 0 {
		return nil
	}
	all := make(map[story.Level]int)
	for i, key := range t.names {
		l := r.level(key)
		if l == story.Calm {
			r.fault(key.spot, "calm needs no number", "one of guarded, elevated, high, critical")
			continue
		}
		all[l] = r.optional(t.items[i], least, most, what)
	}
	return all
}

// optional reads a number that may be left out, and is then 0.
func (r *reader) optional(n number, least, most int, what string) int {
	if n.there() && (n.value < least || n.value > most) {
		r.fault(n.spot, fmt.Sprintf("%d %s", n.value, what), fmt.Sprintf("%d to %d", least, most))
	}
	return n.value
}

// halfLife reads after how long a point counts half: 5d, 36h.
func (r *reader) halfLife(t text) time.Duration {
	if t.value == "" {
		return 0
	}
	value := t.value
	days, inDays := strings.CutSuffix(value, "d")
	if inDays {
		value = days + "h"
	}
	d, err := time.ParseDuration(value)
	if inDays {
		d *= 24
	}
	if err != nil || d < time.Hour || d > 365*24*time.Hour {
		r.fault(t.spot, "the half-life is "+r.quote(t.value), "a duration from 1h to 365d, such as 5d")
	}
	return d
}
