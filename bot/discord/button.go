package discord

import (
	"regexp"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
)

// mostID is the length of what Discord gives back of a button or a form.
const mostID = 100

// pressable returns b in Discord's limits, and whether there is anything to
// press.
func pressable(b bot.Button) (bot.Button, bool) {
	fits := bot.Button{Label: brief(b.Label, mostLabel), Link: bot.Link(b.Link, mostTarget)}
	if b.Link == "" && regexp.MustCompile(`^[A-Za-z0-9_-]{1,80}$`).MatchString(b.Do) {
		fits.Do = b.Do
	}
	return fits, fits.Link+fits.Do != "" && !bot.Blank(fits.Label)
}

// buttons returns a row of buttons, or nothing. Of two that stand for one
// thing Discord takes none: the first stands.
func buttons(all []bot.Button) []discordgo.MessageComponent {
	row := discordgo.ActionsRow{}
	seen := make(map[string]bool)
	for _, b := range all {
		switch {
		case len(row.Components) == mostButtons || seen[b.Do]:
		case b.Link != "":
			row.Components = append(row.Components, discordgo.Button{Label: b.Label, Style: discordgo.LinkButton, URL: b.Link})
		default:
			seen[b.Do] = true
			row.Components = append(row.Components, discordgo.Button{Label: b.Label, Style: discordgo.SecondaryButton, CustomID: b.Do})
		}
	}
	if len(row.Components) == 0 {
		return nil
	}
	return []discordgo.MessageComponent{row}
}

// pressables returns those of all that ask for something.
func pressables(all []bot.Button) []bot.Button {
	return slices.DeleteFunc(slices.Clone(all), func(b bot.Button) bool { return b.Do == "" })
}

// keyed returns rows whose buttons carry the key of their delivery, after a
// colon and where it has room.
func keyed(rows []discordgo.MessageComponent, key string) []discordgo.MessageComponent {
	all := []discordgo.MessageComponent{}
	for _, r := range rows {
		row, ok := r.(discordgo.ActionsRow)
		if !ok {
			all = append(all, r)
			continue
		}
		row.Components = bot.Keep(row.Components, mostButtons, func(c discordgo.MessageComponent) (discordgo.MessageComponent, bool) {
			if b, ok := c.(discordgo.Button); ok && b.CustomID != "" && len(b.CustomID)+1+len(key) <= mostID {
				b.CustomID += ":" + key
				return b, true
			}
			return c, true
		})
		all = append(all, row)
	}
	return all
}

// standsFor returns what the button with the ID stands for.
func standsFor(id string) string {
	do, _, _ := strings.Cut(id, ":")
	return do
}
