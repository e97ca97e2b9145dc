package discord

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/bwmarrin/discordgo"

	"vedette/bot/command"
)

// A heard is what a person asked, and where the answer goes. Its Call has no
// time yet, and where a mention was made in a thread it does not know of which
// channel that is.
type heard struct {
	command.Call
	kind  discordgo.InteractionType // 0 is a mention
	do    string                    // what the button stands for that was pressed, or ""
	param string                    // of which values are wanted, or ""
	typed string                    // of such a value so far
	share bool                      // the answer is asked for all
	app   string                    // whose interaction it is
	token string                    // by which it is answered
	room  string                    // ID of the channel or thread that it was made in
}

// errForeign is the error of what is not for vedette: nothing comes of it.
var errForeign = errors.New("nothing that vedette answers")

// errGarbled is the error of what is no delivery of Discord's.
var errGarbled = errors.New("not understood")

// A membership is what a person is in a server.
type membership struct {
	User  *user    `json:"user"`
	Nick  string   `json:"nick"`
	Roles []string `json:"roles"`
}

// person returns u as m, who may be nobody.
func person(u *user, m *membership) command.Person {
	p := command.Person{ID: u.ID, Name: u.Username}
	if u.Global != "" {
		p.Name = u.Global
	}
	if m != nil {
		p.Roles = m.Roles
		if m.Nick != "" {
			p.Name = m.Nick
		}
	}
	p.Name = brief(p.Name, mostThread)
	return p
}

// An interaction is what Discord delivers of what a person did.
//
// Only what is used is read: the client library reads an interaction whole,
// and would lose a press for a message with parts that it does not know.
type interaction struct {
	ID      string                    `json:"id"`
	App     string                    `json:"application_id"`
	Type    discordgo.InteractionType `json:"type"`
	Token   string                    `json:"token"`
	Guild   string                    `json:"guild_id"`
	Channel string                    `json:"channel_id"`
	In      *struct {
		Type   discordgo.ChannelType `json:"type"`
		Parent string                `json:"parent_id"`
	} `json:"channel"`
	Member *membership `json:"member"`
	User   *user       `json:"user"`
	Data   struct {
		Name       string   `json:"name"`
		Type       int      `json:"type"`
		Options    []option `json:"options"`
		CustomID   string   `json:"custom_id"`
		Components []struct {
			Components []input `json:"components"`
			Component  *input  `json:"component"`
		} `json:"components"`
		Resolved struct {
			Users   map[string]*user       `json:"users"`
			Members map[string]*membership `json:"members"`
		} `json:"resolved"`
	} `json:"data"`
}

// An option is an argument, or a command of a group.
type option struct {
	Name    string                                 `json:"name"`
	Type    discordgo.ApplicationCommandOptionType `json:"type"`
	Value   any                                    `json:"value"`
	Options []option                               `json:"options"`
	Focused bool                                   `json:"focused"`
}

// An input is a field of a form.
type input struct {
	ID    string `json:"custom_id"`
	Value string `json:"value"`
}

// mostArgs is how many arguments of a command, or fields of a form, there are.
const mostArgs = 25

// decodeInteraction reads what a person did. What does not ask vedette for
// anything is errForeign, what is no interaction errGarbled.
func decodeInteraction(raw []byte) (*heard, error) {
	var p interaction
	if json.Unmarshal(raw, &p) != nil {
		return nil, errGarbled
	}
	u := p.User
	if p.Member != nil && p.Member.User != nil {
		u = p.Member.User
	}
	if u == nil || !snowflake(u.ID) || !snowflake(p.ID) || !snowflake(p.App) || !snowflake(p.Channel) ||
		p.Guild != "" && !snowflake(p.Guild) || !regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_=.-]{0,511}$`).MatchString(p.Token) {
		return nil, errGarbled
	}
	h := &heard{
		Call: command.Call{Key: p.ID, From: person(u, p.Member), Where: command.Place{Platform: command.Discord, Tenant: p.Guild, Channel: p.Channel}},
		kind: p.Type, app: p.App, token: p.Token, room: p.Channel,
	}
	if p.In != nil && isThread(p.In.Type) && snowflake(p.In.Parent) {
		h.Where.Channel = p.In.Parent
	}
	return h, h.read(&p)
}

// read notes what is asked.
func (h *heard) read(p *interaction) error {
	switch p.Type {
	case discordgo.InteractionApplicationCommand, discordgo.InteractionApplicationCommandAutocomplete:
		if p.Data.Name != commandName || p.Data.Type > 1 {
			return errForeign
		}
		return h.command(p, p.Data.Options)
	case discordgo.InteractionMessageComponent:
		if h.do = standsFor(p.Data.CustomID); h.do == "" || len(p.Data.CustomID) > mostID {
			return errGarbled
		}
		return nil
	case discordgo.InteractionModalSubmit:
		return h.fill(p)
	case discordgo.InteractionPing:
	}
	return errForeign
}

// command notes which command is asked for, with its arguments.
func (h *heard) command(p *interaction, options []option) error {
	for range 2 { // a group, and a command of it
		if len(options) != 1 || options[0].Type != discordgo.ApplicationCommandOptionSubCommand && options[0].Type != discordgo.ApplicationCommandOptionSubCommandGroup {
			break
		}
		h.Name = strings.TrimSpace(h.Name + " " + options[0].Name)
		options = options[0].Options
	}
	if h.Name == "" || len(options) > mostArgs {
		return errGarbled
	}
	h.Args = make(map[string]string)
	for _, o := range options {
		v := p.value(&o)
		if o.Focused {
			h.param, h.typed = o.Name, v
			continue
		}
		h.Args[o.Name] = v
	}
	h.share = h.Args[command.Share] == "true"
	return nil
}

// value returns the value of an argument as it is typed, and a person's with
// the name that others read.
func (p *interaction) value(o *option) string {
	switch v := o.Value.(type) {
	case bool:
		if v {
			return "true"
		}
	case string:
		if o.Type != discordgo.ApplicationCommandOptionUser {
			return v
		}
		u := p.Data.Resolved.Users[v]
		if u == nil || !snowflake(v) {
			return v
		}
		u.ID = v
		return v + "|" + person(u, p.Data.Resolved.Members[v]).Name
	}
	return ""
}

// fill notes what a form was filled in with.
func (h *heard) fill(p *interaction) error {
	var ids, values []string
	for _, row := range p.Data.Components {
		all := row.Components
		if row.Component != nil {
			all = append(all, *row.Component)
		}
		for _, in := range all {
			ids, values = append(ids, in.ID), append(values, in.Value)
		}
	}
	name, args, ok := filled(p.Data.CustomID, ids, values)
	if !ok || name == "" || len(ids) > mostArgs {
		return errGarbled
	}
	h.Name, h.Args = name, args
	return nil
}

// decodeMessage reads what was written in a channel. It is for vedette if a
// person names the bot in it, whose ID is me: Discord shows the words of no
// other message.
func decodeMessage(raw []byte, me string) (*heard, error) {
	var p struct {
		ID      string      `json:"id"`
		Guild   string      `json:"guild_id"`
		Channel string      `json:"channel_id"`
		Webhook string      `json:"webhook_id"`
		Content string      `json:"content"`
		Author  *user       `json:"author"`
		Member  *membership `json:"member"`
	}
	if json.Unmarshal(raw, &p) != nil || p.Author == nil || !snowflake(p.Author.ID) || !snowflake(p.ID) || !snowflake(p.Channel) || p.Guild != "" && !snowflake(p.Guild) {
		return nil, errGarbled
	}
	words, called := addressed(p.Content, me)
	if p.Author.Bot || p.Author.ID == me || p.Webhook != "" || !called {
		return nil, errForeign
	}
	return &heard{
		Call: command.Call{Key: p.ID, From: person(p.Author, p.Member), Where: command.Place{Platform: command.Discord, Tenant: p.Guild, Channel: p.Channel}, Words: words},
		room: p.Channel, share: true,
	}, nil
}

// addressed returns what words say to the bot, who is named somewhere in them,
// and whether it is.
func addressed(words, me string) (said string, called bool) {
	name := regexp.MustCompile(`<@!?` + regexp.QuoteMeta(me) + `>[:,]?`)
	at := name.FindStringIndex(words)
	if at == nil {
		return "", false
	}
	said = strings.TrimSpace(strings.TrimSpace(words[:at[0]]) + " " + strings.TrimSpace(words[at[1]:]))
	if said == "" {
		said = "help" // a call without words has a name
	}
	return said, true
}
