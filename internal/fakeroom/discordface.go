package fakeroom

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// What Discord makes of text.
var (
	discordPing   = regexp.MustCompile(`@everyone|@here|<@!?[0-9]+>|<@&[0-9]+>`)
	discordMasked = regexp.MustCompile(`\[([^\]\n]*)\]\(\s*<?([a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>)]+)>?[^)\n]*\)`)
	discordEscape = regexp.MustCompile("(?s)\\\\[!-/:-@\\[-`{-~]|```\n?(.*?)```|`[^`\n]+`")
	discordFence  = regexp.MustCompile(`\*\*|~~|\|\||__`)
)

// discordFace returns what a person sees of a message.
func discordFace(n *note) *face {
	f := new(face)
	f.markdown(n.Content)
	f.mentions = n.pings()
	for _, e := range n.Embeds {
		if n.Flags&noEmbeds != 0 {
			break
		}
		f.lines = append(f.lines, e.Author.Name)
		for _, u := range []string{e.Author.URL, e.URL} {
			if u != "" {
				f.links = append(f.links, u)
			}
		}
		f.markdown(e.Title)
		f.markdown(e.Description)
		for _, field := range e.Fields {
			start := len(f.lines)
			f.markdown(field.Name)
			f.markdown(field.Value)
			f.lines = append(f.lines[:start], strings.Join(f.lines[start:], " "))
		}
		f.lines = append(f.lines, e.Footer.Text)
	}
	for _, a := range n.files() {
		f.lines = append(f.lines, "(file "+text(a, "filename")+": "+text(a, "description")+")")
	}
	for _, r := range n.Components {
		var labels []string
		for _, b := range r.Components {
			labels = append(labels, "["+b.Label+"]")
			if b.URL != nil {
				f.links = append(f.links, *b.URL)
			}
		}
		f.lines = append(f.lines, strings.Join(labels, " "))
	}
	return f
}

// pings returns whom n's text pings: only content does, and only whom
// allowed_mentions let it. Marks of code and escapes are no shelter here.
func (n *note) pings() []string {
	all := n.Mentions == nil || n.Mentions.Parse == nil && n.Mentions.Users == nil && n.Mentions.Roles == nil
	var pinged []string
	for _, m := range discordPing.FindAllString(n.Content, -1) {
		kind, id, named := "users", strings.Trim(m, "<@!&>"), []string(nil)
		switch {
		case m[0] == '@':
			kind = "everyone"
		case strings.HasPrefix(m, "<@&"):
			kind = "roles"
		}
		if !all {
			named = map[string][]string{"users": n.Mentions.Users, "roles": n.Mentions.Roles}[kind]
		}
		if all || slices.Contains(n.Mentions.Parse, kind) || slices.Contains(named, id) {
			pinged = append(pinged, m)
		}
	}
	return pinged
}

// shield lifts escaped characters out of the way: into the last plane of
// private use, whose characters mark nothing.
const shield = 0x100000

// markdown reads s as Discord's markup.
func (f *face) markdown(s string) {
	s = discordEscape.ReplaceAllStringFunc(s, literal)
	for _, m := range discordMasked.FindAllStringSubmatch(s, -1) {
		f.links = append(f.links, unshielded(m[2]))
	}
	for _, u := range bareURL.FindAllString(discordMasked.ReplaceAllString(s, " "), -1) {
		f.links = append(f.links, unshielded(strings.TrimRight(u, ".,;:!?)*_~|")))
	}
	s = discordFence.ReplaceAllString(discordMasked.ReplaceAllString(s, "$1"), "")
	f.lines = append(f.lines, unshielded(s))
}

// literal returns what stands for an escape, or for letters of one width: that
// nothing else is seen in it.
func literal(e string) string {
	if fenced, ok := strings.CutPrefix(e, "```"); ok {
		e = strings.TrimSuffix(strings.TrimPrefix(fenced, "\n"), "```")
	} else if e[0] == '\\' {
		e = e[1:]
	}
	return strings.Map(func(r rune) rune {
		if r < 0x80 && r != '\n' {
			return shield + r
		}
		return r
	}, e)
}

// unshielded returns s with the escaped characters as they are read.
func unshielded(s string) string {
	return strings.Map(func(r rune) rune {
		if r > shield && r < shield+0x80 {
			return r - shield
		}
		return r
	}, s)
}

// DiscordText returns what a person reads in a message, given the body of the
// request that posts it.
func DiscordText(body []byte) (string, error) {
	var fields object
	if err := json.Unmarshal(body, &fields); err != nil {
		return "", err
	}
	n, faults := readNote(fields)
	if len(faults) > 0 {
		return "", fmt.Errorf("%s: %s", faults[0].at, faults[0].why)
	}
	return joined(discordFace(n).lines), nil
}
