package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"vedette/bot/words"
	"vedette/config"
	"vedette/story"
	"vedette/story/level"
	"vedette/watch"
)

// variables returns the environment, with what .env adds to it.
func (p *process) variables() (map[string]string, error) {
	data, err := os.ReadFile(".env")
	if errors.Is(err, fs.ErrNotExist) {
		return config.Environ(p.environ, nil), nil
	}
	if err != nil {
		return nil, err
	}
	file, err := config.ReadEnvFile(".env", data)
	if err != nil {
		return nil, err
	}
	return config.Environ(p.environ, file), nil
}

// settings reads the settings from the environment.
func (p *process) settings() (*config.Settings, error) {
	vars, err := p.variables()
	if err != nil {
		return nil, err
	}
	set, faults := config.ReadSettings(vars)
	if faults != nil {
		return nil, faults
	}
	return set, nil
}

// desk reads the settings and the desk file, for a command that looks at it.
func (p *process) desk() (*config.Settings, *config.Desk, error) {
	set, err := p.settings()
	if err != nil {
		return nil, nil, err
	}
	d, _, err := loadDesk(set.Desk, config.Options{PollEvery: set.PollEvery})
	return set, d, err
}

// loadDesk reads the desk file; see parseDesk.
func loadDesk(file string, opt config.Options) (*config.Desk, []config.Note, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("there is no desk file %s: vedette init writes one; or copy vedette.example.yaml there, or name yours with VEDETTE_DESK", file)
	}
	if err != nil {
		return nil, nil, err
	}
	return parseDesk(file, data, opt)
}

// parseDesk reads a desk file's text, its rules included.
func parseDesk(file string, data []byte, opt config.Options) (*config.Desk, []config.Note, error) {
	languages, err := words.New()
	if err != nil {
		return nil, nil, err
	}
	opt.Rule, opt.Judging, opt.Languages = checkRule, checkJudging, languages.Names()
	desk, notes, faults := config.Load(file, data, opt)
	if faults != nil {
		return nil, notes, faults
	}
	return desk, notes, nil
}

// checkRule reports what is wrong with a rule. A rule that asks for what
// nobody judges would never be told, and nobody would know.
func checkRule(rule string, aliases map[string][]string) error {
	r, err := watch.Parse(rule, aliases)
	if err != nil {
		return err
	}
	for _, t := range r.Thresholds() {
		if t.Of == watch.Score {
			return fmt.Errorf("a story has no %s, so %s would never hold; ask for a level: level>=elevated", t.Of, t)
		}
	}
	return nil
}

func checkJudging(j config.Judging) error { return params(j).Check() }

// params returns the parameters of a watch's level: the common ones, but for
// what the team says.
func params(j config.Judging) level.Params {
	p := level.Default()
	for l, n := range j.Rise {
		if l >= story.Guarded {
			p.Rise[l-story.Guarded] = float64(n)
		}
	}
	for i := range p.Floors {
		p.Floors[i].Killed = cmp.Or(j.Dead[p.Floors[i].Level], p.Floors[i].Killed)
		p.Floors[i].Army = cmp.Or(j.Army[p.Floors[i].Level], p.Floors[i].Army)
	}
	p.Baseline, p.Dwell = cmp.Or(j.Baseline, p.Baseline), cmp.Or(j.Dwell, p.Dwell)
	p.ThreatsHalfLife, p.ActsHalfLife = cmp.Or(j.Threats, p.ThreatsHalfLife), cmp.Or(j.Acts, p.ActsHalfLife)
	return p
}

// paramsOf returns the parameters that a watch of d is judged by.
func paramsOf(d *config.Desk, w story.WatchName) level.Params {
	if j, ok := d.Judging[w]; ok {
		return params(j)
	}
	return level.Default()
}

// levels returns the parameters of the watches of d that have their own.
func levels(d *config.Desk) map[story.WatchName]level.Params {
	all := make(map[story.WatchName]level.Params)
	for w, j := range d.Judging {
		all[w] = params(j)
	}
	return all
}
