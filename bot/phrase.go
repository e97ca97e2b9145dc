package bot

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"vedette/bot/words"
	"vedette/story"
)

// mostPhrases is how many stories' briefs are kept in other words: as many as
// change within an hour on a bad day.
const mostPhrases = 256

// phrases are the briefs that were told in other words, so that all rooms
// read the same and a model is seldom asked twice for a version of a story.
type phrases struct {
	mu   sync.Mutex // guards what follows
	said map[story.ID]phrase

	until time.Time // no model is asked before
}

// A phrase is a story's brief in other words, or "" if it stands.
type phrase struct {
	changed time.Time // the story, when this was said of it
	reports int
	text    string
}

// A model that is down or busy must not cost each story its deadline: after one
// answer that came too late, none is asked for a while.
const (
	tooSlow   = 4 * time.Second
	modelRest = time.Minute
)

// rewording is why an act is put off while a model is asked.
const rewording = "its brief is being put in other words"

// reword has the brief of the story that d tells put in other words, unless
// it was already or d shows none. It reports whether a model was asked: d was
// then put off, since what waits for a model must not be on the record as
// being sent.
func (c *Courier) reword(ctx context.Context, d *story.Dispatch, seat *Seat) (asked bool, err error) {
	if c.words == nil || d.Act == story.Reply || d.Act == story.LookUp || d.Notice.Bulletin != nil || d.Merged != nil || c.spoken.rests(c.now()) {
		return false, nil
	}
	brief := Root(&d.Story, seat.Zone, seat.Titles, seat.Words).Brief
	if _, known := c.spoken.of(&d.Story); known || len(brief) == 0 {
		return false, nil
	}
	o := story.Outcome{Dispatch: *d, State: story.Owed, Why: rewording, NotBefore: c.now(), At: c.now()}
	if err := c.settle(ctx, o); err != nil {
		return false, err
	}
	sentences := make([]string, len(brief))
	for i := range brief {
		sentences[i] = brief[i].Text
	}
	asking := c.now()
	text, why := c.words.Rephrase(ctx, sentences)
	if took := c.now().Sub(asking); why != "" && took > tooSlow {
		c.spoken.rest(c.now().Add(modelRest))
	}
	if why != "" {
		c.log.LogAttrs(ctx, slog.LevelInfo, "the brief stands as it is", slog.Int64("story", int64(d.Story.ID)), slog.String("why", why))
	}
	c.spoken.keep(&d.Story, text)
	return true, nil
}

// reworded returns the root message of s, its brief in other words if there
// are any, and with the buttons that people act by.
func (c *Courier) reworded(s *story.Story, seat *Seat) *Message {
	m := Root(s, seat.Zone, seat.Titles, seat.Words)
	if text, _ := c.spoken.of(s); text != "" {
		m.Brief = []story.Sentence{{Text: text}}
		m.Facts = slices.Insert(m.Facts, 0, Fact{Name: seat.Words.Say("Brief"), Text: seat.Words.Say("in a model's words, checked against the reports")})
	}
	m.Buttons = append(c.buttons(s, seat.Words), m.Buttons...)
	return m
}

// buttons returns what people can do with a story by a click.
func (c *Courier) buttons(s *story.Story, w words.Words) []Button {
	if c.seal == nil {
		return nil
	}
	id := strconv.FormatInt(int64(s.ID), 10)
	var all []Button
	switch s.Care.Stands() {
	case story.Open:
		all = append(all, Button{Label: w.Say("Acknowledge"), Do: c.seal.Make("ack", id)})
	case story.Acknowledged:
		all = append(all, Button{Label: w.Say("Resolve"), Do: c.seal.Make("resolve", id)})
	case story.Resolved:
	}
	return append(all,
		Button{Label: w.Say("Mute story"), Do: c.seal.Make("mute", id)},
		Button{Label: w.Say("Timeline"), Do: c.seal.Make("timeline", id)},
		Button{Label: w.Say("Why"), Do: c.seal.Make("why", id)})
}

// pressable returns m with something to press: Discord's messages can be found
// again by what their buttons carry, and by nothing else. id is the story that
// m is about, or 0.
func (c *Courier) pressable(m *Message, id story.ID) *Message {
	if c.seal == nil || slices.ContainsFunc(m.Buttons, func(b Button) bool { return b.Do != "" }) {
		return m
	}
	b := Button{Label: m.Words.Say("Status"), Do: c.seal.Make("status", "0")}
	if id != 0 {
		b = Button{Label: m.Words.Say("Why"), Do: c.seal.Make("why", strconv.FormatInt(int64(id), 10))}
	}
	m.Buttons = append([]Button{b}, m.Buttons...)
	return m
}

// of returns the brief of s in other words, or "" if it stands; known says
// whether a model was asked for this version.
func (p *phrases) of(s *story.Story) (text string, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	said, ok := p.said[s.ID]
	if !ok || !said.changed.Equal(s.Changed) || said.reports != len(s.Reports) {
		return "", false
	}
	return said.text, true
}

func (p *phrases) rests(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.until)
}

func (p *phrases) rest(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = until
}

func (p *phrases) keep(s *story.Story, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.said) >= mostPhrases || p.said == nil {
		p.said = make(map[story.ID]phrase)
	}
	p.said[s.ID] = phrase{s.Changed, len(s.Reports), text}
}
