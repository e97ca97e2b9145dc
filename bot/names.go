package bot

import (
	"vedette/bot/words"
	"vedette/story"
)

// LevelName returns what a level is called.
func LevelName(l story.Level, w words.Words) string {
	switch l {
	case story.Unjudged:
		return w.Say("unjudged")
	case story.Calm:
		return w.Say("calm")
	case story.Guarded:
		return w.Say("guarded")
	case story.Elevated:
		return w.Say("elevated")
	case story.High:
		return w.Say("high")
	case story.Critical:
		return w.Say("critical")
	}
	return l.String()
}

// StateName returns what has become of a delivery, in a word.
func StateName(s story.DeliveryState, w words.Words) string {
	switch s {
	case story.Owed:
		return w.Say("owed")
	case story.Sending:
		return w.Say("sending")
	case story.Ambiguous:
		return w.Say("ambiguous")
	case story.Delivered:
		return w.Say("delivered")
	case story.Merged:
		return w.Say("merged")
	case story.Muted:
		return w.Say("muted")
	case story.Below:
		return w.Say("below")
	case story.Held:
		return w.Say("held")
	case story.Digested:
		return w.Say("digested")
	case story.Expired:
		return w.Say("expired")
	case story.Parked:
		return w.Say("parked")
	}
	return string(s)
}

// counted returns what people are called who were counted, as a heading.
func counted(k story.SignalKind, w words.Words) string {
	switch k { //nolint:exhaustive // the others count nobody
	case story.Killed:
		return w.Say("Killed")
	case story.Wounded:
		return w.Say("Wounded")
	case story.Captured:
		return w.Say("Captured")
	case story.Displaced:
		return w.Say("Displaced")
	}
	return signalName(k, w)
}

// signalName returns what a report claims, in a word or two.
func signalName(k story.SignalKind, w words.Words) string {
	switch k {
	case story.Killed:
		return w.Say("killed")
	case story.Wounded:
		return w.Say("wounded")
	case story.Captured:
		return w.Say("captured")
	case story.Displaced:
		return w.Say("displaced")
	case story.Threat:
		return w.Say("threat of force")
	case story.Ultimatum:
		return w.Say("ultimatum")
	case story.Mobilisation:
		return w.Say("mobilisation")
	case story.Strike:
		return w.Say("strike")
	case story.Shelling:
		return w.Say("shelling")
	case story.Clash:
		return w.Say("clash")
	case story.Encirclement:
		return w.Say("encirclement")
	case story.Ceasefire:
		return w.Say("ceasefire")
	case story.Violation:
		return w.Say("ceasefire violation")
	case story.Talks:
		return w.Say("talks")
	case story.Agreement:
		return w.Say("agreement")
	case story.Withdrawal:
		return w.Say("withdrawal")
	case story.AidAccess:
		return w.Say("aid access")
	}
	return string(k)
}

// Stories counts what rooms are told.
func Stories(n int, w words.Words) string { return w.Count(n, "%d story", "%d stories") }

// Origins counts independent ones.
func Origins(n int, w words.Words) string { return w.Count(n, "%d origin", "%d origins") }

// Outlets counts those that tell a story, copies included.
func Outlets(n int, w words.Words) string { return w.Count(n, "%d outlet", "%d outlets") }
