package level

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"vedette/story"
)

// Params are what a team may set for a watch. Every number of the judgement
// that is not a signal's weight is here.
type Params struct {
	// HalfLife is after how long a point of a side counts half. Threats are
	// remembered longer than acts.
	ThreatsHalfLife, ActsHalfLife time.Duration

	// Baseline is how many days tell what is usual, and Guard how many days
	// just before the one that is judged are left out of them, so that a rise
	// does not become its own yardstick. Of a short past a third is left out.
	Baseline, Guard int

	// ThreatsPrior and ActsPrior are what is usual for a watch of which
	// nothing is known. ColdDays is after how many days its own past has
	// wholly taken their place; until then it is cold, and its scores alone
	// lift no further than ColdCap.
	ThreatsPrior, ActsPrior Usual
	ColdDays                int
	ColdCap                 story.Level

	// Noise and Share keep the scale from being narrower than chance makes
	// it: at least Noise times the square root of what is usual, as counts of
	// events vary, and at least Share of it. A prior's Scale is the least of
	// all.
	Noise, Share float64

	// Rise holds how many scales above what is usual a score must be for each
	// level from guarded to critical. A level holds while the score is above
	// Fall times that; after Dwell days that were not, it goes one step down.
	Rise  [4]float64
	Fall  float64
	Dwell int

	// A score higher than all of YearDays calls for elevated, and higher than
	// all of ThreeYearDays for high, if it is at least YearRise and
	// ThreeYearRise scales above what is usual.
	YearDays, ThreeYearDays int
	YearRise, ThreeYearRise float64

	// Floors are hard facts that call for a level: so many dead in one story,
	// or of a state's army, as two origins report them. A fact calls for
	// FactDays days. One that was met on more than the share FactUsual of the
	// baseline's days is usual for the watch, and calls for nothing.
	Floors    []Floor
	FactDays  int
	FactUsual float64

	// SameEnd is how far apart the ends of ultimatums may lie and still be one.
	SameEnd time.Duration

	// Nearing is the level that an ultimatum calls for from Notice before it
	// ends, and Passed the one from its end until Aftermath later.
	Nearing, Passed   story.Level
	Notice, Aftermath time.Duration

	// Fresh is within how many days the evidence for a rise must lie. A lone
	// origin lifts to Alone at most, by two stories; outlets of tier 4 alone
	// to Unvetted, state-controlled outlets alone to StateOnly.
	Fresh                      int
	Alone, Unvetted, StateOnly story.Level
}

// A Floor is the level that so many dead call for; 0 asks for no number.
type Floor struct {
	Level        story.Level
	Killed, Army int
}

// Default returns the parameters of a watch for which nothing is set.
func Default() Params {
	const hours = time.Hour
	return Params{
		ThreatsHalfLife: 4 * 24 * hours, ActsHalfLife: 2 * 24 * hours,
		Baseline: 90, Guard: 7,
		ThreatsPrior: Usual{0, 5}, ActsPrior: Usual{20, 25},
		ColdDays: 21, ColdCap: story.Guarded,
		Noise: 6, Share: 0.15,
		Rise: [4]float64{2.5, 6, 9, 13}, Fall: 0.4, Dwell: 3,
		YearDays: 366, ThreeYearDays: 1096, YearRise: 3, ThreeYearRise: 5,
		Floors: []Floor{
			{story.Guarded, 8, 0},
			{story.Elevated, 10, 1},
			{story.High, 50, 5},
			{story.Critical, 200, 20},
		},
		FactDays: 3, FactUsual: 0.1,
		SameEnd: 12 * hours,
		Nearing: story.Elevated, Passed: story.High, Notice: 24 * hours, Aftermath: 48 * hours,
		Fresh: 3, Alone: story.Guarded, Unvetted: story.Elevated, StateOnly: story.High,
	}
}

// Check returns everything that is wrong with p, or nil.
func (p Params) Check() error {
	var faults []error
	want := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	for name, d := range map[string]time.Duration{"threats": p.ThreatsHalfLife, "acts": p.ActsHalfLife} {
		want(d >= time.Hour && d <= 365*24*time.Hour, "half-life of %s %v: want an hour to a year", name, d)
	}
	want(p.Baseline >= 14 && p.Baseline <= 3*366, "baseline of %d days: want 14 to 1098", p.Baseline)
	want(p.Guard >= 0 && p.Guard < p.Baseline, "guard of %d days: want 0 to less than the baseline's %d", p.Guard, p.Baseline)
	for name, u := range map[string]Usual{"threats": p.ThreatsPrior, "acts": p.ActsPrior} {
		want(u.Median >= 0 && u.Scale > 0, "prior of %s %v: want no negative median and a scale above 0", name, u)
	}
	want(p.ColdDays >= 1, "cold for %d days: want 1 or more", p.ColdDays)
	want(p.Noise >= 0 && p.Share >= 0, "noise %v, share %v: want 0 or more", p.Noise, p.Share)
	want(p.Rise[0] > 0 && slices.IsSorted(p.Rise[:]), "rise %v: want rising numbers above 0", p.Rise)
	want(p.Fall > 0 && p.Fall < 1, "fall %v: want between 0 and 1, or a level flaps", p.Fall)
	want(p.Dwell >= 1 && p.Dwell <= 30, "dwell of %d days: want 1 to 30", p.Dwell)
	want(p.YearDays >= 1 && p.ThreeYearDays >= p.YearDays, "records over %d and %d days: want the second not shorter", p.YearDays, p.ThreeYearDays)
	want(p.FactDays >= 1 && p.Fresh >= 1, "facts for %d days, evidence of %d: want 1 or more", p.FactDays, p.Fresh)
	want(p.FactUsual >= 0 && p.FactUsual <= 1, "usual facts %v: want a share of 0 to 1", p.FactUsual)
	for _, f := range p.Floors {
		want(known(f.Level) && f.Killed >= 0 && f.Army >= 0, "floor %v: want a level and numbers of dead", f)
	}
	want(p.SameEnd >= 0, "ends of ultimatums %v apart: want 0 or more", p.SameEnd)
	want(p.Notice >= 0 && p.Aftermath >= 0, "notice %v, aftermath %v: want 0 or more", p.Notice, p.Aftermath)
	for _, l := range []story.Level{p.ColdCap, p.Nearing, p.Passed, p.Alone, p.Unvetted, p.StateOnly} {
		want(known(l), "level %q: want calm to critical", l)
	}
	want(p.StateOnly < story.Critical, "state-controlled outlets alone make %v: want less than critical", p.StateOnly)
	return errors.Join(faults...)
}

func known(l story.Level) bool { return l >= story.Calm && l <= story.Critical }

// rise returns how many scales above what is usual l begins; calm begins
// anywhere.
func (p Params) rise(l story.Level) float64 {
	if l <= story.Calm {
		return 0
	}
	return p.Rise[l-story.Guarded]
}

// reached returns the level that a score so many scales above what is usual
// calls for.
func (p Params) reached(above float64) story.Level {
	l := story.Calm
	for l < story.Critical && above >= p.rise(l+1) {
		l++
	}
	return l
}
