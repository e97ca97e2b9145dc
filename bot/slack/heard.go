package slack

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"vedette/bot/command"
	"vedette/bot/words"
)

// A kind says what Slack delivers, in the words of Socket Mode.
type kind string

// The kinds.
const (
	slash    kind = "slash_commands"
	interact kind = "interactive"
	events   kind = "events_api"
)

// A heard is what a person asked, and where the answer goes. Its Call has no
// tenant, time and roles yet, and a name only if Slack brought one.
type heard struct {
	command.Call
	do string // what the button stands for that was pressed, or ""

	teams   []string // all workspaces that are named as the person's or the app's
	hook    string   // response_url, or ""
	trigger string   // opens a form for three seconds, or ""
	view    string   // ID of the modal that the call was made in, or ""
	sent    bool     // it is a form that was filled in
	mention bool     // words in a channel, which everybody reads
	thread  string   // that it was made in, or ""
	root    string   // of the thread in which a mention is answered for all

	words words.Words // that the person is answered in, once it is known where it was asked
}

// errForeign is the error of what is not for vedette: it is acknowledged, and
// nothing comes of it.
var errForeign = errors.New("nothing that vedette answers")

// decode reads a delivery. What it does not ask vedette for is [errForeign],
// what is no delivery at all another error.
//
// Only what is used is read: the client library reads an interaction whole,
// and would lose a press for a message whose blocks it does not know.
func decode(k kind, raw []byte) (*heard, error) {
	var h *heard
	var err error
	switch k {
	case slash:
		h, err = decodeSlash(raw)
	case interact:
		h, err = decodeInteraction(raw)
	case events:
		h, err = decodeEvent(raw)
	default:
		return nil, errForeign
	}
	if err != nil {
		return nil, err
	}
	if !userID(h.From.ID) || len(h.Where.Channel) > mostChannel {
		return nil, errors.New("it does not say who asks where")
	}
	if h.Key == "" {
		sum := sha256.Sum256(raw)
		h.Key = hex.EncodeToString(sum[:])
	}
	h.From.Name = short(h.From.Name, mostName)
	h.Where.Platform = command.Slack
	return h, nil
}

// userID reports whether s can be the ID of a user.
func userID(s string) bool { return regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`).MatchString(s) }

const mostChannel = 30

// decodeSlash reads what was typed after /vedette.
func decodeSlash(raw []byte) (*heard, error) {
	var p struct {
		Team     string `json:"team_id"`
		Channel  string `json:"channel_id"`
		User     string `json:"user_id"`
		UserName string `json:"user_name"`
		Text     string `json:"text"`
		Hook     string `json:"response_url"`
		Trigger  string `json:"trigger_id"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	return &heard{
		Call: command.Call{
			Key: p.Trigger, From: command.Person{ID: p.User, Name: p.UserName}, Where: command.Place{Channel: p.Channel},
			Words: typed(p.Text),
		},
		teams: []string{p.Team}, hook: p.Hook, trigger: p.Trigger,
	}, nil
}

// An interaction is a press, or a form that was filled in.
type interaction struct {
	Type    string `json:"type"`
	Trigger string `json:"trigger_id"`
	Hook    string `json:"response_url"`
	Team    struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
		Team     string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		Message string `json:"message_ts"`
		Thread  string `json:"thread_ts"`
	} `json:"container"`
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
	} `json:"actions"`
	View *struct {
		ID       string `json:"id"`
		Metadata string `json:"private_metadata"`
		State    struct {
			Values map[string]map[string]struct {
				Value string `json:"value"`
			} `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// decodeInteraction reads a press, or a form that was filled in.
func decodeInteraction(raw []byte) (*heard, error) {
	var p interaction
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	h := &heard{
		Call: command.Call{
			Key: p.Trigger, From: command.Person{ID: p.User.ID, Name: p.User.Name}, Where: command.Place{Channel: p.Channel.ID},
		},
		teams: []string{p.Team.ID}, hook: p.Hook, trigger: p.Trigger,
	}
	if p.Container.Thread != p.Container.Message { // a root stands in the channel
		h.thread = p.Container.Thread
	}
	if h.From.Name == "" {
		h.From.Name = p.User.Username
	}
	if p.User.Team != "" {
		h.teams = append(h.teams, p.User.Team)
	}
	if p.View != nil {
		h.view = p.View.ID
	}
	switch {
	case p.Type == "block_actions" && len(p.Actions) == 1 && strings.HasPrefix(p.Actions[0].ID, pressed):
		h.do = standsFor(p.Actions[0].Value)
		return h, h.came(&p)
	case p.Type == "view_submission" && p.View != nil:
		h.sent = true
		return h, h.fill(&p)
	}
	return nil, errForeign // a button that opens a link is one
}

// came notes where a press in a modal comes from.
func (h *heard) came(p *interaction) error {
	if p.View == nil {
		return nil
	}
	m, err := unpack(p.View.Metadata)
	h.Where.Channel, h.thread = m.Channel, m.Thread
	return err
}

// fill notes what a form was filled in with.
func (h *heard) fill(p *interaction) error {
	m, err := unpack(p.View.Metadata)
	if err != nil {
		return err
	}
	h.Where.Channel, h.thread = m.Channel, m.Thread
	h.Name, h.Args = m.Name, m.Args
	if h.Args == nil {
		h.Args = make(map[string]string)
	}
	for param, inputs := range p.View.State.Values {
		if v := strings.TrimSpace(inputs[input].Value); v != "" {
			h.Args[param] = v
		}
	}
	return nil
}

// decodeEvent reads words that name the bot.
func decodeEvent(raw []byte) (*heard, error) {
	var p struct {
		Team  string `json:"team_id"`
		ID    string `json:"event_id"`
		Event struct {
			Type     string `json:"type"`
			Subtype  string `json:"subtype"`
			User     string `json:"user"`
			Bot      string `json:"bot_id"`
			Text     string `json:"text"`
			Channel  string `json:"channel"`
			TS       string `json:"ts"`
			Thread   string `json:"thread_ts"`
			Team     string `json:"team"`
			UserTeam string `json:"user_team"`
			Source   string `json:"source_team"`
		} `json:"event"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return nil, err
	}
	e := p.Event
	if e.Type != "app_mention" || e.Subtype != "" || e.Bot != "" {
		return nil, errForeign
	}
	h := &heard{
		Call: command.Call{
			Key: p.ID, From: command.Person{ID: e.User}, Where: command.Place{Channel: e.Channel}, Words: e.Text,
		},
		teams: []string{p.Team}, mention: true, thread: e.Thread, root: e.TS,
	}
	if e.Thread != "" {
		h.root = e.Thread
	}
	for _, t := range []string{e.Team, e.UserTeam, e.Source} {
		if t != "" {
			h.teams = append(h.teams, t)
		}
	}
	return h, nil
}

// addressed returns what words say to the user, who is named first in them
// or last.
func addressed(words, user string) string {
	name := regexp.MustCompile(`<@` + regexp.QuoteMeta(user) + `(?:\|[^<>]*)?>[:,]?`)
	if at := name.FindStringIndex(words); at != nil {
		words = strings.TrimSpace(words[:at[0]]) + " " + strings.TrimSpace(words[at[1]:])
	}
	return typed(words)
}

// typed returns what somebody typed of what Slack made of it: links are their
// URLs, a person is <@U0123ABCD> or <@U0123ABCD|ada>, and what Slack escapes
// is not.
func typed(text string) string {
	markup := regexp.MustCompile(`<([@#!][^<>|]*|[a-z][a-z0-9+.-]*:[^<>|]*)(?:\|([^<>]*))?>`)
	text = markup.ReplaceAllStringFunc(text, func(token string) string {
		what, shown, _ := strings.Cut(strings.Trim(token, "<>"), "|")
		switch {
		case strings.HasPrefix(what, "@"):
			return "&lt;" + strings.Trim(token, "<>") + "&gt;"
		case shown != "" && !strings.HasPrefix(what, "http"):
			return shown
		}
		return what
	})
	return strings.TrimSpace(strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">").Replace(text))
}

// mostNamed is how many people in what somebody typed get their names.
const mostNamed = 3

// named returns words in which people who are mentioned have their names, as
// one word each.
func named(words string, name func(user string) string) string {
	left := mostNamed
	return regexp.MustCompile(`<@[UW][A-Z0-9]{1,30}>`).ReplaceAllStringFunc(words, func(token string) string {
		if left--; left < 0 {
			return token
		}
		user := strings.Trim(token, "<@>")
		one := strings.Join(strings.FieldsFunc(name(user), func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune("<>|", r)
		}), "_")
		return "<@" + user + "|" + one + ">"
	})
}

// formJSON returns the JSON in the payload field of a form, or of all its
// fields if it is a command. A field that is there twice is an error: who
// checked one of them must not be told the other.
func formJSON(k kind, raw []byte) ([]byte, error) {
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, err
	}
	fields := make(map[string]string, len(form))
	for name, values := range form {
		if len(values) != 1 {
			return nil, errors.New("a field is there twice")
		}
		fields[name] = values[0]
	}
	if k == interact {
		return []byte(fields["payload"]), nil
	}
	return json.Marshal(fields)
}
