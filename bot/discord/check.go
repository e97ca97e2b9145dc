package discord

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
	"vedette/story"
)

// Check looks at what the token may do, and whether messages can be told in
// the channels, without telling any. If the token is not accepted, that is
// all it finds.
func (a *Account) Check(ctx context.Context, channels []string) []bot.Finding {
	var me user
	if no := a.get(ctx, "users/@me", &me); no != nil {
		return []bot.Finding{unlike(no)}
	}
	if !me.Bot {
		return []bot.Finding{{
			Grade: bot.Broken, Says: "The token is not a bot's.",
			Cure: "set VEDETTE_DISCORD_TOKEN to the token that stands under Bot at discord.com/developers",
		}}
	}
	found := []bot.Finding{{Says: fmt.Sprintf("Discord takes the token: %s.", name(me.Username))}}
	found = append(found, a.checkApplication(ctx)...)
	guilds := make(map[string]*guild)
	for _, c := range channels {
		found = append(found, a.checkChannel(ctx, me.ID, c, guilds)...)
	}
	return found
}

// Application returns the id of the application that the token belongs to.
func (a *Account) Application(ctx context.Context) (string, error) {
	var app application
	if no := a.get(ctx, "applications/@me", &app); no != nil {
		return "", no.failure()
	}
	return app.ID, nil
}

// get reads the answer to a question into v.
func (a *Account) get(ctx context.Context, path string, v any) *refusal {
	return a.exchange(ctx, call{method: http.MethodGet, path: path, bucket: path}, func(body []byte) bool {
		return json.Unmarshal(body, v) == nil
	})
}

// What is read of Discord's objects.
type (
	user struct {
		ID       string `json:"id"`
		Username string `json:"username"`
		Global   string `json:"global_name"`
		Bot      bool   `json:"bot"`
	}
	application struct {
		ID        string `json:"id"`
		Flags     int64  `json:"flags"`
		VerifyKey string `json:"verify_key"`
		Endpoint  string `json:"interactions_endpoint_url"`
	}
	channelInfo struct {
		ID         string                           `json:"id"`
		Type       discordgo.ChannelType            `json:"type"`
		Guild      string                           `json:"guild_id"`
		Parent     string                           `json:"parent_id"`
		Name       string                           `json:"name"`
		Overwrites []*discordgo.PermissionOverwrite `json:"permission_overwrites"`
	}
	guild struct {
		ID      string            `json:"id"`
		OwnerID string            `json:"owner_id"`
		Roles   []*discordgo.Role `json:"roles"`

		member member
	}
	member struct {
		Roles     []string  `json:"roles"`
		SilentFor time.Time `json:"communication_disabled_until"`
	}
)

// intents are the privileged ones, by the flags that stand for them: given to
// an application of any size, or to one that is small.
func intents() map[string]int64 {
	return map[string]int64{"presence": 1<<12 | 1<<13, "server members": 1<<14 | 1<<15, "message content": 1<<18 | 1<<19}
}

// checkApplication looks at the application that the token belongs to.
func (a *Account) checkApplication(ctx context.Context) []bot.Finding {
	var app application
	if no := a.get(ctx, "applications/@me", &app); no != nil {
		f := unlike(no)
		f.Grade = bot.Lacking
		return []bot.Finding{f}
	}
	var found []bot.Finding
	for _, intent := range []string{"presence", "server members", "message content"} {
		if app.Flags&intents()[intent] != 0 {
			found = append(found, bot.Finding{Says: fmt.Sprintf("The %s intent is on; vedette does not need it.", intent)})
		}
	}
	if found == nil {
		found = []bot.Finding{{Says: "No privileged intent is on, and none is needed."}}
	}
	return append(found, a.checkCalls(&app)...)
}

// checkCalls looks at where commands and buttons go.
func (a *Account) checkCalls(app *application) []bot.Finding {
	var found []bot.Finding
	if a.publicKey != "" && !strings.EqualFold(a.publicKey, app.VerifyKey) {
		found = append(found, bot.Finding{
			Grade: bot.Lacking, Says: "The public key is another application's: commands and buttons are refused.",
			Cure: "set VEDETTE_DISCORD_PUBLIC_KEY to the one that stands under General Information at discord.com/developers",
		})
	}
	const where = "under General Information, Interactions Endpoint URL at discord.com/developers"
	switch public := a.publicURL; {
	case public == "" && app.Endpoint != "":
		found = append(found, bot.Finding{
			Grade: bot.Lacking, Says: "Discord sends commands and buttons to an address, and not to this process.",
			Cure: "take the address out " + where + ", or set VEDETTE_PUBLIC_URL and VEDETTE_DISCORD_PUBLIC_KEY",
		})
	case public != "" && !strings.HasPrefix(app.Endpoint, public):
		found = append(found, bot.Finding{
			Grade: bot.Lacking, Says: "Discord does not send commands and buttons to VEDETTE_PUBLIC_URL.",
			Cure: "enter an address that begins with it " + where,
		})
	}
	return found
}

// checkChannel looks at a channel, and at what the bot may do there.
func (a *Account) checkChannel(ctx context.Context, me, id string, guilds map[string]*guild) []bot.Finding {
	one := func(f bot.Finding) []bot.Finding {
		f.Channel = id
		return []bot.Finding{f}
	}
	var c channelInfo
	if no := a.get(ctx, "channels/"+id, &c); no != nil {
		return one(unlike(no))
	}
	if c.Type == discordgo.ChannelTypeDM {
		return one(bot.Finding{Says: "The channel is a conversation with the bot."})
	}
	if !tells(c.Type) {
		return one(bot.Finding{Grade: bot.Broken, Says: fmt.Sprintf("The channel #%s is of a type in which messages cannot be told.", name(c.Name)), Cure: "name a text channel in the desk file"})
	}
	if isThread(c.Type) { // a thread has its channel's overwrites
		var parent channelInfo
		if no := a.get(ctx, "channels/"+c.Parent, &parent); no != nil {
			return one(unlike(no))
		}
		c.Overwrites = parent.Overwrites
	}
	g, no := a.guild(ctx, c.Guild, me, guilds)
	if no != nil {
		return one(unlike(no))
	}
	if g.member.SilentFor.After(time.Now()) {
		return one(bot.Finding{Grade: bot.Broken, Says: "The bot is in time-out on the server: nothing can be told.", Cure: "ask the server's managers to end it"})
	}
	found := missing(&c, held(g, &c, me))
	if found == nil {
		return one(bot.Finding{Says: fmt.Sprintf("The bot may do in #%s what it is for.", name(c.Name))})
	}
	return found
}

// guild returns the server with the id, asking for each once.
func (a *Account) guild(ctx context.Context, id, me string, known map[string]*guild) (*guild, *refusal) {
	if g := known[id]; g != nil {
		return g, nil
	}
	var g guild
	if no := a.get(ctx, "guilds/"+id, &g); no != nil {
		return nil, no
	}
	if no := a.get(ctx, "guilds/"+id+"/members/"+me, &g.member); no != nil {
		return nil, no
	}
	known[id] = &g
	return &g, nil
}

// held returns the permissions that the bot has in c.
func held(g *guild, c *channelInfo, me string) int64 {
	state := discordgo.NewState()
	err := state.GuildAdd(&discordgo.Guild{
		ID: g.ID, OwnerID: g.OwnerID, Roles: g.Roles,
		Channels: []*discordgo.Channel{{ID: c.ID, GuildID: g.ID, PermissionOverwrites: c.Overwrites}},
		Members:  []*discordgo.Member{{GuildID: g.ID, User: &discordgo.User{ID: me}, Roles: g.member.Roles}},
	})
	if err != nil {
		return 0
	}
	bits, err := state.UserChannelPermissions(me, c.ID)
	if err != nil {
		return 0
	}
	if bits&discordgo.PermissionAdministrator != 0 { // which the library reads as what it knows
		return -1
	}
	return bits
}

// missing returns a finding for each permission that is not among bits.
func missing(c *channelInfo, bits int64) []bot.Finding {
	var found []bot.Finding
	for _, p := range permissions() {
		if bits&p.bit == 0 {
			found = append(found, bot.Finding{
				Grade: p.grade, Channel: c.ID, Says: fmt.Sprintf("The bot lacks %s in #%s: %s.", p.name, name(c.Name), p.without),
				Cure: "give it to the bot in the channel's settings under Permissions, or invite it anew: vedette manifest discord",
			})
		}
	}
	return found
}

// tells reports whether messages can be told in channels of the type.
func tells(t discordgo.ChannelType) bool {
	return t == discordgo.ChannelTypeGuildText || t == discordgo.ChannelTypeGuildNews || isThread(t)
}

// isThread reports whether channels of the type are threads.
func isThread(t discordgo.ChannelType) bool {
	return t == discordgo.ChannelTypeGuildNewsThread || t == discordgo.ChannelTypeGuildPublicThread || t == discordgo.ChannelTypeGuildPrivateThread
}

// unlike returns what is said of a question that was not answered.
func unlike(no *refusal) bot.Finding {
	failure := no.failure()
	why, cure, _ := strings.Cut(failure.Why, ": ")
	if failure.Kind == bot.Unfit {
		why = strings.Replace(why, "the message", "the call", 1)
	}
	if cure == "" {
		cure = "try again; if it stays so, check VEDETTE_DISCORD_API and the network"
	}
	return bot.Finding{Grade: bot.Broken, Says: bot.Sentence(why), Cure: cure}
}

// name returns what people called something, as it may stand in a sentence.
func name(s string) string {
	const most = 150
	s = story.Shorten(story.Sentence{Text: bot.Clean(s)}, most).Text
	if bot.Blank(s) {
		return "without a name"
	}
	return s
}
