// Package story holds the nouns of the program and every judgement about
// them: is an item new, a copy or an edit; which story does it belong to;
// which of its sentences tell it; is it worth telling.
//
// Nothing here does input or output, keeps state, starts a goroutine, draws
// random numbers or reads the clock. What was decided yesterday can be
// decided again today from the same values, with the same answer.
//
// The words, used everywhere in code, files, chat and docs:
//
//	feed      a URL that publishes items; has an outlet, an owner, a tier, a state of health
//	item      one report as published
//	watch     a named rule and what to do with its matches
//	match     an item that a watch's rule accepts, with the evidence
//	story     one event as told by many items; counts outlets and independent origins
//	level     how far a watch has escalated
//	brief     the few lines that tell a story, each taken from a report
//	notice    something that rooms should hear
//	room      a place where notices are told: a Slack or Discord channel, a terminal
//	delivery  one notice owed to one room; ends in exactly one named state
package story
