package command

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"vedette/story"
)

// Press carries out what the button that bears do stands for.
func (c *Core) Press(ctx context.Context, call *Call, do string) *Answer {
	a := c.ask(call)
	a.spec = &Spec{Name: "a button"}
	if c.hurried(call) {
		return a.say(faultf("That is faster than I can keep up with: wait a moment."))
	}
	words, ok := c.Seal.Open(do)
	if !ok {
		a.refused(ctx, "refused: this vedette did not make the button")
		return a.say(faultf("This button is not mine, or of a database that is no more."))
	}
	ans, err := a.press(ctx, words)
	if err != nil {
		return a.failed(ctx, err)
	}
	ans.Words = a.words
	return ans
}

// press does what the words of a button say.
func (a *ask) press(ctx context.Context, words []string) (*Answer, error) {
	if len(words) < 2 {
		return nil, faultf("This button stands for nothing.")
	}
	id, err := strconv.ParseInt(words[1], 10, 64)
	if err != nil {
		return nil, faultf("This button stands for nothing.")
	}
	switch words[0] {
	case "ack", "resolve", "why", "story":
		return a.as(ctx, words[0], map[string]string{"story": words[1], "what": "#" + words[1]}, false), nil
	case "timeline":
		return a.as(ctx, "timeline", map[string]string{"subject": words[1]}, false), nil
	case "status":
		return a.as(ctx, "status", nil, false), nil
	case "mute":
		return a.as(ctx, "mute", map[string]string{"subject": words[1], "until": "12h"}, false), nil
	case "revert":
		return a.reverting(ctx, id), nil
	case "more":
		return a.turn(ctx, id, words[2:])
	case "yes":
		return a.confirmed(ctx, id)
	}
	return nil, faultf("This button stands for nothing that I know.")
}

// as carries out a command that a button stands for.
func (a *ask) as(ctx context.Context, name string, args map[string]string, yes bool) *Answer {
	a.spec, a.args, a.yes = Find(name), args, yes
	return a.carry(ctx)
}

// reverting undoes a change, if the person may.
func (a *ask) reverting(ctx context.Context, id int64) *Answer {
	a.spec = &Spec{Name: "watch revert", Right: Manage}
	if a.desk.Rights.of(a.call) < Manage {
		return a.carry(ctx) // which refuses it
	}
	ans, err := a.revert(ctx, id)
	if err != nil {
		return a.failed(ctx, err)
	}
	return ans
}

// confirmed carries out a call whose effect was shown. Whoever may ask for it
// may say yes to it.
func (a *ask) confirmed(ctx context.Context, id int64) (*Answer, error) {
	var draft struct {
		Name  string
		Args  map[string]string
		Shown string
	}
	if err := a.draft(ctx, id, &draft); err != nil {
		return nil, err
	}
	if Find(draft.Name) == nil {
		return nil, faultf("This button stands for nothing that I know.")
	}
	a.shown = draft.Shown
	return a.as(ctx, draft.Name, draft.Args, true), nil
}

// turn shows the next page of a search.
func (a *ask) turn(ctx context.Context, id int64, words []string) (*Answer, error) {
	var draft struct {
		Query string
		From  time.Time
	}
	if err := a.draft(ctx, id, &draft); err != nil {
		return nil, err
	}
	if len(words) != 2 {
		return nil, faultf("This button stands for nothing that I know.")
	}
	before, err1 := strconv.ParseInt(words[0], 10, 64)
	skip, err2 := strconv.Atoi(words[1])
	if err1 != nil || err2 != nil || skip < 0 {
		return nil, faultf("This button stands for nothing that I know.")
	}
	a.spec = Find("search")
	return a.page(ctx, draft.Query, draft.From, story.ItemID(before), skip)
}

// draft reads what was kept of an earlier answer.
func (a *ask) draft(ctx context.Context, id int64, into any) error {
	_, text, err := a.Record.Draft(ctx, id)
	if none(err) {
		return faultf("That was more than a day ago, and I have forgotten it: ask again.")
	}
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), into)
}

// mostChoices is how many values a platform shows.
const mostChoices = 25

// Suggest returns values for a parameter.
func (c *Core) Suggest(ctx context.Context, call *Call, param, typed string) []Choice {
	spec := Find(call.Name)
	if spec == nil || c.hurried(call) {
		return nil
	}
	a := c.ask(call)
	typed = strings.ToLower(strings.TrimPrefix(strings.TrimSpace(typed), "#"))
	var all []Choice
	add := func(label, value string) {
		if len(all) < mostChoices && (typed == "" || strings.Contains(strings.ToLower(label+" "+value), typed)) {
			all = append(all, Choice{Label: story.Shorten(story.Sentence{Text: label}, 100).Text, Value: value})
		}
	}
	for _, p := range spec.Params {
		if p.Name == param {
			a.suggest(ctx, p, add)
		}
	}
	return all
}

// suggest gives the values of a parameter to add.
func (a *ask) suggest(ctx context.Context, p Param, add func(label, value string)) {
	stories := func() {
		open, err := a.Record.Stories(ctx, story.Query{Since: a.now.Add(-openFor), Unseen: true, Limit: 2 * mostChoices})
		if err != nil {
			return // nothing is suggested; what is typed is read all the same
		}
		for i := range open {
			lead := open[i].Lead()
			add(fmt.Sprintf("#%d %s", open[i].ID, lead.Item.Title), strconv.FormatInt(int64(open[i].ID), 10))
		}
	}
	switch p.Kind {
	case Watch, Subject:
		for _, w := range a.desk.Watches {
			add(string(w.Name)+" · "+w.Title, string(w.Name))
		}
		if p.Kind == Subject {
			stories()
		}
	case Story:
		stories()
	case Feed:
		for _, f := range a.desk.Feeds {
			add(string(f.Name), string(f.Name))
		}
	case Room:
		for i := range a.desk.Rooms {
			if a.mine(&a.desk.Rooms[i]) {
				add(string(a.desk.Rooms[i].Name), string(a.desk.Rooms[i].Name))
			}
		}
	case Length:
		for _, v := range []string{"8h", "12h", "24h", "3d", "7d", "30d", "90d"} {
			add(v, v)
		}
	case Moment:
		for _, v := range []string{"1h", "4h", "12h", "1d", "08:00", "18:00"} {
			add(v, v)
		}
	case One:
		for _, v := range p.Choices {
			add(v, v)
		}
	case Words, Member:
	}
}
