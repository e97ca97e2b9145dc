package command

import (
	"context"
	"time"
	"unicode"
	"unicode/utf8"

	"vedette/bot"
	"vedette/story"
)

// What a mute takes for known: what was reported of the watch lately.
const (
	knownFor  = 30 * 24 * time.Hour
	mostKnown = 200 // stories
)

// mute silences a watch or a story in the room of the call, or in all rooms.
func mute(ctx context.Context, a *ask) (*Answer, error) {
	until, err := moment(a.args["until"], a.now, a.zone)
	if err != nil {
		return nil, err
	}
	const longestMute = 31 * 24 * time.Hour
	if until.Sub(a.now) > longestMute {
		return nil, faultf("A mute lasts 31 days at the most: who is silenced for longer is forgotten. Remove the watch instead.")
	}
	m, err := a.muted(ctx, a.args["subject"])
	if err != nil {
		return nil, err
	}
	m.By, m.At, m.Until = a.call.who(), a.now, until
	rooms := a.here()
	if len(rooms) == 0 {
		return nil, faultf("There is no room here that could be muted.")
	}
	var all []story.Mute
	for _, r := range rooms {
		one := *m
		one.Room = r
		all = append(all, one)
	}
	subject := a.subject(m)
	heard, err := a.Record.Mute(ctx, a.deed(subject, "until "+a.at(until)), all)
	if err != nil {
		return nil, err
	}
	if heard {
		return a.say(faultf("That was done already.")), nil
	}
	ends := a.words.Say("I list what it held back when it ends.")
	if !m.Warn().IsZero() {
		ends = a.words.Say("I say so 15 minutes before it ends, and list what it held back.")
	}
	return &Answer{Lines: []Line{
		{Spans: []Span{{Bold: true, Text: a.words.Say("%s is muted in %s until %s.", capital(a.silenced(m)), a.rooms(rooms), a.at(until))}}},
		Text(a.words.Say("It ends before its time if the level rises above %s, if a place is named that was not, or if an independent origin tells of it that had not.", bot.LevelName(max(m.Level, story.Calm), a.words)) + " " + ends),
	}}, nil
}

// muted returns the mute of what an argument names, with what is known of it.
func (a *ask) muted(ctx context.Context, arg string) (*story.Mute, error) {
	m := new(story.Mute)
	if _, ok := storyID(arg); ok {
		s, err := a.story(ctx, arg)
		if err != nil {
			return nil, err
		}
		m.Story = s.ID
		m.Know(s)
		return m, nil
	}
	w, err := a.watch(arg)
	if err != nil {
		return nil, err
	}
	m.Watch = w.Name
	known, err := a.Record.Stories(ctx, story.Query{Watch: w.Name, Since: a.now.Add(-knownFor), Limit: mostKnown})
	if err != nil {
		return nil, err
	}
	for i := range known {
		m.Know(&known[i])
	}
	j, err := a.Level(ctx, w.Name)
	m.Level = j.Level // of its stories some were told at a height that is past
	return m, err
}

// subject is what the record calls what is muted.
func (a *ask) subject(m *story.Mute) string {
	if m.Story != 0 {
		return subject(m.Story)
	}
	return "watch " + string(m.Watch)
}

// unmute ends the mute of a watch or a story in the room of the call, or in
// all rooms.
func unmute(ctx context.Context, a *ask) (*Answer, error) {
	m, err := a.muted(ctx, a.args["subject"])
	if err != nil {
		return nil, err
	}
	ended, heard, err := a.Record.Unmute(ctx, a.deed(a.subject(m), ""), m.Watch, m.Story, a.here())
	switch {
	case err != nil:
		return nil, err
	case heard:
		return a.say(faultf("That was done already.")), nil
	case ended == 0:
		return a.say(faultf("%s is not muted in %s.", capital(a.silenced(m)), a.rooms(a.here()))), nil
	}
	return a.say(faultf("%s is heard again in %s, with what was held back.", capital(a.silenced(m)), a.rooms(a.here()))), nil
}

// silenced returns what a mute silences, for a person.
func (a *ask) silenced(m *story.Mute) string {
	if m.Story != 0 {
		return a.words.Say("story #%d", m.Story)
	}
	return string(m.Watch)
}

// capital returns s as a sentence begins.
func capital(s string) string {
	if s == "" {
		return s
	}
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// mutes lists the mutes that the person may see and that keep accepts.
func (a *ask) mutes(ctx context.Context, keep func(*story.Mute) bool) ([]Line, error) {
	all, err := a.Record.Mutes(ctx)
	if err != nil {
		return nil, err
	}
	var lines []Line
	for i := range all {
		if m := &all[i]; a.sees(m.Room) && keep(m) {
			lines = append(lines, Text("• "+a.words.Say("%s is muted in %s until %s, by %s", a.silenced(m), m.Room, a.at(m.Until), bot.Clean(m.By.Name))))
		}
	}
	return lines, nil
}
