package main

import (
	"regexp"
	"slices"

	"vedette/story"
)

// standIn adds the kinds that the reader does not read yet, by a few words.
func standIn(signals []story.Signal, text string) []story.Signal {
	for kind, re := range map[story.SignalKind]string{
		story.Strike:   `(?i)\b(air ?strike|raid|warplane|helicopter|missile|rocket|strike|barrel|bomb|aerial)`,
		story.Shelling: `(?i)\b(shell|mortar|artillery)`,
		story.Clash:    `(?i)\b(clash|fight|battle|attack|assault|explo|detonat)`,
	} {
		if regexp.MustCompile(re).MatchString(text) {
			signals = append(signals, story.Signal{Kind: kind})
		}
	}
	if !slices.ContainsFunc(signals, func(s story.Signal) bool { return s.Kind == story.Killed }) && regexp.MustCompile(`(?i)\b(casualt|martyr|human loss|massacre|assassin|execut)`).MatchString(text) {
		signals = append(signals, story.Signal{Kind: story.Killed})
	}
	return signals
}
