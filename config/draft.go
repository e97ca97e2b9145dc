package config

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/joho/godotenv"
)

// A Draft is what a desk file is begun with.
type Draft struct {
	Feeds   []string // URLs
	Watch   string   // the watch's name
	Rule    string
	Slack   string // the channel's ID, or "" for no room there
	Discord string // likewise
	Zone    string // of the rooms
}

// The rooms of a draft.
const (
	SlackRoom   = "slack-desk"
	DiscordRoom = "discord-desk"
)

// YAML returns the draft as a desk file. It may have faults: [Load] names
// them.
func (d Draft) YAML() ([]byte, error) {
	feeds := make([]yaml.MapSlice, len(d.Feeds))
	var names []string
	for i, u := range d.Feeds {
		name := feedName(u, names)
		names = append(names, name)
		feeds[i] = yaml.MapSlice{{Key: "name", Value: name}, {Key: "url", Value: u}}
	}
	var rooms yaml.MapSlice
	var told []string
	add := func(name, platform, channel string) {
		if channel != "" {
			told = append(told, name)
			rooms = append(rooms, yaml.MapItem{Key: name, Value: yaml.MapSlice{
				{Key: platform, Value: yaml.MapSlice{{Key: "channel", Value: channel}}}, {Key: "zone", Value: d.Zone},
			}})
		}
	}
	add(SlackRoom, "slack", d.Slack)
	add(DiscordRoom, "discord", d.Discord)
	body, err := yaml.Marshal(yaml.MapSlice{
		{Key: "feeds", Value: feeds},
		{Key: "watches", Value: yaml.MapSlice{{Key: d.Watch, Value: yaml.MapSlice{{Key: "rule", Value: d.Rule}, {Key: "rooms", Value: told}}}}},
		{Key: "rooms", Value: rooms},
	})
	if err != nil {
		return nil, fmt.Errorf("draft: %w", err)
	}
	return append([]byte("# The desk file: what to read, what to look for, whom to tell. vedette.example.yaml\n"+
		"# explains every key; vedette check names every fault.\n"), body...), nil
}

// feedName returns a name for the feed at u that is not taken.
func feedName(u string, taken []string) string {
	name := "feed"
	if parsed, err := url.Parse(u); err == nil && namePattern.MatchString(parsed.Hostname()) {
		name = parsed.Hostname()
		for _, front := range []string{"www.", "feeds.", "rss."} {
			name = strings.TrimPrefix(name, front)
		}
	}
	free := name
	for n := 2; slices.Contains(taken, free); n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free
}

// EnvFile returns the variables as a .env file.
func EnvFile(vars map[string]string) (string, error) {
	body, err := godotenv.Marshal(vars)
	if err != nil {
		return "", fmt.Errorf("env file: %w", err)
	}
	return "# Settings of the process, with its secrets: for its eyes alone. See .env.example.\n" + body + "\n", nil
}
