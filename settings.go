package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"vedette/config"
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

// loadDesk reads the desk file; see parseDesk.
func loadDesk(file string, opt config.Options) (*config.Desk, []config.Note, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("there is no desk file %s: copy vedette.example.yaml there, or name yours with VEDETTE_DESK", file)
	}
	if err != nil {
		return nil, nil, err
	}
	return parseDesk(file, data, opt)
}

// parseDesk reads a desk file's text, its rules included.
func parseDesk(file string, data []byte, opt config.Options) (*config.Desk, []config.Note, error) {
	opt.Rule = checkRule
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
		switch t.Of {
		case watch.Casualties, watch.Level, watch.Score:
			return fmt.Errorf("this version does not judge the %s of a story, so %s would never hold", t.Of, t)
		case watch.Outlets, watch.Origins, watch.Age:
		}
	}
	return nil
}
