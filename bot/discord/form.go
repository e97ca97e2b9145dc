package discord

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
)

// Limits of a form.
const (
	mostFormTitle  = 45
	mostFieldLabel = 45
	mostHint       = 100
	mostInput      = 4_000
	mostFields     = 5
)

// formed is what the ID of a form begins with; the command follows.
const formed = "form:"

// A modal is the form of a response.
type modal struct {
	ID         string                       `json:"custom_id"`
	Title      string                       `json:"title"`
	Components []discordgo.MessageComponent `json:"components"`
}

// formModal returns the form that asks for what f wants, and whether Discord
// can show it. A form gives back nothing but its fields: what is known already
// stands in the IDs of these, so that a restart forgets none of it.
func formModal(f *command.Form) (m modal, fits bool) {
	m = modal{ID: formed + f.Name, Title: brief(f.Title, mostFormTitle)}
	if bot.Blank(m.Title) {
		m.Title = "vedette"
	}
	args := make(url.Values)
	for name, v := range f.Args {
		args.Set(name, v)
	}
	kept := args.Encode()
	for i, field := range f.Fields[:min(len(f.Fields), mostFields)] {
		id := field.Param + ":" + strconv.Itoa(i)
		n := min(max(mostID-len(id), 0), len(kept))
		id, kept = id+kept[:n], kept[n:]
		most := min(field.Most, mostInput)
		if most <= 0 {
			most = mostInput
		}
		in := discordgo.TextInput{
			CustomID: id, Label: brief(field.Label, mostFieldLabel), Style: discordgo.TextInputShort,
			Placeholder: brief(field.Hint, mostHint), Value: prefix(field.Value, most), Required: field.Required, MaxLength: most,
		}
		if field.Long {
			in.Style = discordgo.TextInputParagraph
		}
		if bot.Blank(in.Label) {
			in.Label = field.Param
		}
		m.Components = append(m.Components, discordgo.ActionsRow{Components: []discordgo.MessageComponent{in}})
	}
	return m, kept == "" && len(f.Fields) > 0 && len(f.Fields) <= mostFields && len(m.ID) <= mostID
}

// filled returns the command of a form, and the arguments that its fields
// hold and bear, in the order of the fields.
func filled(id string, ids, values []string) (name string, args map[string]string, ok bool) {
	name, ok = strings.CutPrefix(id, formed)
	args = make(map[string]string)
	var kept strings.Builder
	for i := range ids {
		param, more, found := strings.Cut(ids[i], ":")
		if !found || more == "" || more[0] < '0' || more[0] > '9' {
			return "", nil, false
		}
		kept.WriteString(more[1:])
		if v := strings.TrimSpace(values[i]); v != "" {
			args[param] = v
		}
	}
	known, err := url.ParseQuery(kept.String())
	if err != nil {
		return "", nil, false
	}
	for param, v := range known {
		if args[param] == "" {
			args[param] = v[0]
		}
	}
	return name, args, ok
}

// prefix returns what a field of most characters holds of s.
func prefix(s string, most int) string {
	s = strings.ToValidUTF8(s, "")
	for i, r := range s {
		if most -= utf16.RuneLen(r); most < 0 { // the strictest way to count
			return s[:i]
		}
	}
	return s
}

// unasked says what to type where no form can be shown.
func unasked(f *command.Form, w words.Words) *command.Answer {
	usage := f.Name
	if spec := command.Find(f.Name); spec != nil {
		usage = spec.Usage()
	}
	a := &command.Answer{Words: w, Lines: []command.Line{{Spans: []command.Span{{Text: w.Say("More is needed. Give it with the command:") + " "}, {Text: "/vedette " + usage, Code: true}}}}}
	if f.Wrong != "" {
		a.Lines = append([]command.Line{command.Text(f.Wrong)}, a.Lines...)
	}
	return a
}
