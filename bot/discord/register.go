package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
	"vedette/bot/command"
)

// commandName is what stands after the slash.
const commandName = "vedette"

// A registration is the command as it is registered. Only what is set by us is
// in it, in the words of Discord's API: it can be compared with what Discord
// has.
type registration struct {
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Type        int        `json:"type"`
	Options     []declared `json:"options,omitempty"`
	Contexts    []int      `json:"contexts"`          // 0 is a server: never a direct message
	Installed   []int      `json:"integration_types"` // 0 is in a server
}

// A declared is an option as it is registered.
type declared struct {
	Type        discordgo.ApplicationCommandOptionType `json:"type"`
	Name        string                                 `json:"name"`
	Description string                                 `json:"description"`
	Required    bool                                   `json:"required,omitempty"`
	Options     []declared                             `json:"options,omitempty"`
	Choices     []choice                               `json:"choices,omitempty"`
	Suggests    bool                                   `json:"autocomplete,omitempty"`
}

// registered returns the command that all commands are options of. It is
// registered for all servers at once rather than in each: that is one call
// and one thing to compare, it leaves nothing behind in a server whose last
// room goes, and Discord keeps it out of direct messages. A server without a
// room is answered that it has none.
func registered() []registration {
	r := registration{Name: commandName, Type: 1, Description: "News that must not be missed: look things up, and act on them.", Contexts: []int{0}, Installed: []int{0}}
	groups := make(map[string]int)
	for _, s := range command.Specs() {
		group, name := s.Group()
		sub := declared{Type: discordgo.ApplicationCommandOptionSubCommand, Name: name, Description: brief(string(s.Help), mostHint), Options: parameters(&s)}
		if group == "" {
			r.Options = append(r.Options, sub)
			continue
		}
		at, known := groups[group]
		if !known {
			at = len(r.Options)
			groups[group] = at
			r.Options = append(r.Options, declared{Type: discordgo.ApplicationCommandOptionSubCommandGroup, Name: group, Description: "All about a " + group + "."})
		}
		r.Options[at].Options = append(r.Options[at].Options, sub)
	}
	return []registration{r}
}

// parameters returns the options of a command.
func parameters(s *command.Spec) []declared {
	var all []declared
	for _, p := range s.Params {
		o := declared{Type: discordgo.ApplicationCommandOptionString, Name: p.Name, Description: brief(string(p.Help), mostHint), Required: p.Required}
		switch p.Kind {
		case command.Words:
		case command.Member:
			o.Type = discordgo.ApplicationCommandOptionUser
		case command.One:
			for _, c := range p.Choices {
				o.Choices = append(o.Choices, choice{c, c})
			}
		case command.Watch, command.Feed, command.Room, command.Story, command.Subject, command.Length, command.Moment:
			o.Suggests = true
		}
		all = append(all, o)
	}
	if s.Share {
		all = append(all, declared{Type: discordgo.ApplicationCommandOptionBoolean, Name: command.Share, Description: "Post the answer for all to see."})
	}
	return all
}

// register has Discord know the commands, if it knows others: it takes few
// registrations a day. It tries until it knows or ctx ends.
func (in *Inbox) register(ctx context.Context, app string) {
	path := "applications/" + app + "/commands"
	want, _ := encode(registered(), nil)
	for tries := 1; ; tries++ {
		raw, no := in.account.ask(ctx, http.MethodGet, path, nil, "")
		if no == nil {
			if agrees(raw, want) {
				return
			}
			if _, no = in.account.ask(ctx, http.MethodPut, path, want, jsonKind); no == nil {
				in.log.LogAttrs(ctx, slog.LevelInfo, "Discord has the commands")
				return
			}
		}
		f := no.failure()
		in.log.LogAttrs(ctx, slog.LevelWarn, "Discord does not have the commands", slog.String("why", f.Why))
		if f.Kind == bot.Unfit || f.Kind == bot.RoomShut || f.Kind == bot.Barred || !bot.Pause(ctx, max(f.Wait, bot.Again(tries))) {
			return
		}
	}
}

// agrees reports whether Discord has the commands that want has.
func agrees(raw, want []byte) bool {
	var have []registration
	if json.Unmarshal(raw, &have) != nil {
		return false
	}
	got, _ := encode(have, nil)
	return bytes.Equal(got, want)
}
