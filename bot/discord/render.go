package discord

import (
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/internal/fault"
	"vedette/story"
)

// A form is the body of a call that posts or edits. What an edit leaves out
// stays as it was, and mentions that are not spoken of are all allowed: it
// leaves out nothing.
type form struct {
	Content    string                            `json:"content"`
	Embeds     []*discordgo.MessageEmbed         `json:"embeds"`
	Components []discordgo.MessageComponent      `json:"components"`
	Mentions   *discordgo.MessageAllowedMentions `json:"allowed_mentions"`
	Flags      discordgo.MessageFlags            `json:"flags"`
	Nonce      string                            `json:"nonce,omitempty"`
	Enforce    bool                              `json:"enforce_nonce,omitempty"`
	Reference  *discordgo.MessageReference       `json:"message_reference,omitempty"`

	Attachments []attachment `json:"attachments,omitempty"`
}

// A face is a message in Discord's terms, and what stands in for it if these
// are refused.
type face struct {
	rich, plain form
}

// once returns f as a message that stands once, however often it is posted
// with the key. Its buttons carry the key, by which it can be found.
func (f face) once(key string) face {
	f = f.bearing(key)
	f.rich.Nonce, f.rich.Enforce = nonce(key), true
	f.plain.Nonce, f.plain.Enforce = nonce(key), true
	return f
}

// simpler returns the forms that stand in for f's rich one, in the order in
// which they are tried.
func (f face) simpler() []form {
	if len(f.plain.Components) == 0 {
		return []form{f.plain}
	}
	bare := f.plain
	bare.Components = []discordgo.MessageComponent{}
	return []form{f.plain, bare}
}

// bearing returns f with buttons that carry the key.
func (f face) bearing(key string) face {
	if key != "" {
		f.rich.Components, f.plain.Components = keyed(f.rich.Components, key), keyed(f.plain.Components, key)
	}
	return f
}

// nonce returns the nonce of the message with the key: the key.
func nonce(key string) string {
	if fault.Sabotaged == fault.NonceOfTime {
		return strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	if fault.Sabotaged == fault.OneNonce {
		return "vedette"
	}
	return key
}

// answering returns f as an answer to root, or by itself if root is gone.
func (f face) answering(root string) face {
	to := &discordgo.MessageReference{MessageID: root, FailIfNotExists: new(false)}
	f.rich.Reference, f.plain.Reference = to, to
	return f
}

// edited returns the face of a root message that is shown anew, which pings
// nobody.
func edited(m *bot.Message) face {
	quiet := *m
	quiet.Calls = story.Mention{}
	return root(&quiet)
}

// root returns the face of a root message. What is notified is the head,
// which a phone shows without the embed.
func root(m *bot.Message) face {
	d := trim(m)
	head := d.head()
	if !bot.Blank(d.State) {
		head += "\n" + escape(short(d.State, mostHead))
	}
	return d.face(head, (*draft).root)
}

// reply returns the face of a message in a thread.
func reply(m *bot.Message) face {
	return trim(m).face(m.Words.Say("Further report")+" · "+m.Time(), (*draft).reply)
}

// face lays d out, leaving out what Discord has no room for: the sources
// that came last first, the title never.
func (d *draft) face(content string, lay func(*draft) *discordgo.MessageEmbed) face {
	plain := newForm(plain(d), nil).calling(d.Calls)
	plain.Flags = discordgo.MessageFlagsSuppressEmbeds
	e := lay(d)
	for extent(e) > mostEmbed && d.shed() {
		e = lay(d)
	}
	rich := newForm(content, buttons(d.Buttons)).calling(d.Calls)
	plain.Components = append(plain.Components, buttons(pressables(d.Buttons))...)
	rich.Embeds = append(rich.Embeds, e)
	return face{rich: rich, plain: plain}
}

// newForm returns a form that mentions nobody.
func newForm(content string, components []discordgo.MessageComponent) form {
	f := form{Content: content, Embeds: []*discordgo.MessageEmbed{}, Components: []discordgo.MessageComponent{}}
	f.Components = append(f.Components, components...)
	f.Mentions = &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
	if fault.Sabotaged == fault.AnyMention {
		f.Mentions = nil
	}
	return f
}

// calling returns f with a mention of m before its content. It allows this one
// and no other: nobody else is pinged, whatever the content says.
func (f form) calling(m story.Mention) form {
	allowed := &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}
	before := ""
	switch m.Kind {
	case story.Nobody:
		return f
	case story.Here, story.Everyone:
		// Discord has one right for both, wherever they stand in the content.
		f.Content = still(f.Content)
		before, allowed.Parse = "@"+m.String(), append(allowed.Parse, discordgo.AllowedMentionTypeEveryone)
	case story.Group:
		before, allowed.Roles = "<@&"+m.ID+">", []string{m.ID}
	case story.User:
		before, allowed.Users = "<@"+m.ID+">", []string{m.ID}
	}
	f.Content, f.Mentions = before+" "+f.Content, allowed
	return f
}

// still returns content in which nobody is called who is there.
func still(content string) string {
	return strings.NewReplacer("@everyone", "@\u2060everyone", "@here", "@\u2060here").Replace(content)
}

// mostCalls is more than the longest mention.
const mostCalls = 32

// plain returns d as plain text. Its own link can be followed, and no other.
func plain(d *draft) string {
	return bot.Plain(&d.Message, mostContent-mostCalls, func(s string) string {
		if s == d.Link && s != "" {
			return "<" + target(s) + ">"
		}
		if d.Calls.Kind == story.Here || d.Calls.Kind == story.Everyone {
			return still(escape(s))
		}
		return escape(s)
	}, size)
}

// root lays a root message out: what happened, what changed last, why it was
// found and where it is known from.
func (d *draft) root() *discordgo.MessageEmbed {
	e := d.report()
	few := len(d.Sources)+d.hidden <= fewSources
	if words := d.matched(); words != "" {
		e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: d.heading("Matched"), Value: words, Inline: few})
	}
	if names := d.sources(); names != "" {
		e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: d.heading("Sources"), Value: names, Inline: few})
	}
	return e
}

// heading returns t as the name of a field.
func (d *draft) heading(t words.Text) string { return short(d.Words.Say(t), mostName) }

// reply lays a message out that answers a root message: who tells it, what
// happened, and why the room hears it.
func (d *draft) reply() *discordgo.MessageEmbed {
	e := d.report()
	if !bot.Blank(d.Outlet) {
		e.Author = &discordgo.MessageEmbedAuthor{Name: d.Outlet}
	}
	if !bot.Blank(d.Reason) {
		e.Footer = &discordgo.MessageEmbedFooter{Text: d.Reason}
	}
	return e
}

// report lays out what messages of both kinds have.
func (d *draft) report() *discordgo.MessageEmbed {
	e := &discordgo.MessageEmbed{
		Title: escape(d.Title.Text), URL: d.Link,
		Description: d.prose(), Color: colour(d.Level),
	}
	for _, f := range d.Facts {
		e.Fields = append(e.Fields, &discordgo.MessageEmbedField{Name: escape(f.Name), Value: escape(f.Text)})
	}
	return e
}

// sources returns the outlets that tell the story.
func (d *draft) sources() string {
	parts := bot.Keep(d.Sources, mostList, func(s bot.Source) (string, bool) { return masked(s.Name(d.Words), s.Link), true })
	if d.hidden > 0 {
		parts = append(parts, d.Words.Say("+%d more", d.hidden))
	}
	return strings.Join(parts, " · ")
}

// extent returns what Discord counts of e.
func extent(e *discordgo.MessageEmbed) int {
	n := size(e.Title) + size(e.Description)
	for _, f := range e.Fields {
		n += size(f.Name) + size(f.Value)
	}
	if e.Author != nil {
		n += size(e.Author.Name)
	}
	if e.Footer != nil {
		n += size(e.Footer.Text)
	}
	return n
}

// colour returns the embed's edge: what wants attention is warm.
func colour(l story.Level) int {
	switch l {
	case story.Calm:
		return 0x3BA55D
	case story.Guarded:
		return 0x3498DB
	case story.Elevated:
		return 0xE6A700
	case story.High:
		return 0xE8590C
	case story.Critical:
		return 0xD6202A
	case story.Unjudged:
	}
	return 0x80848E
}
