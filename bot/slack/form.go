package slack

import (
	"encoding/json"
	"strings"
	"unicode/utf16"

	"github.com/slack-go/slack"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
)

// Limits of a modal. Where it is not said, they are bytes, which are never
// fewer than the characters that Slack counts.
const (
	mostModalTitle = 24
	mostFieldLabel = 2_000
	mostHint       = 150
	mostInput      = 3_000 // characters
	mostFields     = 20    // fields
	mostMetadata   = 3_000
)

// input is the action ID of each field of a form; the ID of its block is the
// parameter.
const input = "value"

// metadata is what a modal gives back that a person does not see.
type metadata struct {
	Name    string            `json:"name,omitempty"` // of the command
	Args    map[string]string `json:"args,omitempty"`
	Channel string            `json:"channel"`
	Thread  string            `json:"thread,omitempty"`
}

// pack returns m as Slack keeps it.
func (m metadata) pack() string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // which would make six bytes of one
	if enc.Encode(m) != nil {
		return "" // strings can be encoded
	}
	return strings.TrimSpace(b.String())
}

// unpack reads what pack returned.
func unpack(s string) (metadata, error) {
	var m metadata
	err := json.Unmarshal([]byte(s), &m)
	return m, err
}

// formView returns the modal that asks for what f wants, and whether Slack
// can show it.
func formView(f *command.Form, h *heard) (slack.ModalViewRequest, bool) {
	v := modal(f.Title, metadata{Name: f.Name, Args: f.Args, Channel: h.Where.Channel, Thread: h.thread}, h.words)
	v.Submit, v.Close = edge(h.words, "Send"), edge(h.words, "Cancel")
	if !bot.Blank(f.Wrong) {
		var wrong line
		wrong.text(short(f.Wrong, mostLine), bold())
		v.Blocks.BlockSet = wrong.block()
	}
	for _, field := range f.Fields[:min(len(f.Fields), mostFields)] {
		most := min(max(field.Most, 1), mostInput)
		if field.Most == 0 {
			most = mostInput
		}
		in := slack.NewPlainTextInputBlockElement(nil, input)
		in.Multiline, in.MaxLength, in.InitialValue = field.Long, most, prefix(field.Value, most)
		if hint := short(field.Hint, mostHint); !bot.Blank(hint) {
			in.Placeholder = label(hint)
		}
		name := short(field.Label, mostFieldLabel)
		if bot.Blank(name) {
			name = field.Param
		}
		block := slack.NewInputBlock(field.Param, label(name), nil, in)
		block.Optional = !field.Required
		v.Blocks.BlockSet = append(v.Blocks.BlockSet, block)
	}
	return v, len(v.PrivateMetadata) <= mostMetadata && len(f.Fields) > 0
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

// answerView returns the modal that shows an answer, and whether it has room
// for all of it.
func answerView(a *command.Answer, h *heard) (slack.ModalViewRequest, bool) {
	all := faces(a)
	v := modal("vedette", metadata{Channel: h.Where.Channel, Thread: h.thread}, h.words)
	v.Blocks.BlockSet = all[0].blocks
	return v, len(all) == 1
}

// wordsView returns a modal that says t.
func wordsView(t words.Text, h *heard) slack.ModalViewRequest {
	v, _ := answerView(&command.Answer{Lines: []command.Line{command.Text(h.words.Say(t))}}, h)
	return v
}

// modal returns a modal without blocks.
func modal(title string, m metadata, w words.Words) slack.ModalViewRequest {
	if title = short(title, mostModalTitle); bot.Blank(title) {
		title = "vedette"
	}
	return slack.ModalViewRequest{Type: slack.VTModal, Title: label(title), Close: edge(w, "Close"), PrivateMetadata: m.pack()}
}

// edge returns what a button at the edge of a modal says, which has the room of
// a title.
func edge(w words.Words, t words.Text) *slack.TextBlockObject {
	return label(short(w.Say(t), mostModalTitle))
}
