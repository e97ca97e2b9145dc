package parse

import (
	"net/url"
	"slices"
	"strings"
)

// Bounds on what a server may say of its hubs.
const (
	maxHubs  = 4
	maxLinks = 16 << 10 // bytes of Link headers
)

// hubs returns the hubs that push a document, and the URL under which they know
// it. What the server says in its Link headers comes before what the document
// says, as WebSub has it. A hub without TLS is none for a feed that has it: it
// would be told the secret in the clear.
func hubs(headers []string, links map[string][]string, base *url.URL) (topic string, all []string) {
	said := make(map[string][]string)
	for _, l := range linkHeaders(headers) {
		for rel := range strings.FieldsSeq(strings.ToLower(l.rel)) {
			said[rel] = append(said[rel], l.target)
		}
	}
	for _, raw := range slices.Concat(said["hub"], links["hub"]) {
		hub := link(raw, base)
		plain := base.Scheme == "https" && !strings.HasPrefix(hub, "https:")
		if hub != "" && !plain && !slices.Contains(all, hub) && len(all) < maxHubs {
			all = append(all, hub)
		}
	}
	for _, raw := range append(slices.Concat(said["self"], links["self"]), base.String()) {
		if topic = link(raw, base); topic != "" {
			return topic, all
		}
	}
	return "", nil
}

// A webLink is one of a Link header (RFC 8288).
type webLink struct{ target, rel string }

// linkHeaders reads Link headers as far as they are well formed. Commas and
// semicolons stand in targets and in quotes too, which is why they are read
// one after the other.
func linkHeaders(headers []string) (all []webLink) {
	rest := strings.Join(headers, ",")
	if len(rest) > maxLinks {
		return nil
	}
	for {
		_, after, ok := strings.Cut(rest, "<")
		if !ok {
			return all
		}
		var l webLink
		if l.target, rest, ok = strings.Cut(after, ">"); !ok {
			return all
		}
		for ok {
			var name, value string
			if name, value, rest, ok = linkParameter(rest); ok && l.rel == "" && strings.EqualFold(name, "rel") {
				l.rel = value
			}
		}
		all = append(all, l)
	}
}

// linkParameter cuts one parameter of a link, `; name="value"`, off text; ok is
// false if none begins there.
func linkParameter(text string) (name, value, rest string, ok bool) {
	after, ok := strings.CutPrefix(strings.TrimLeft(text, " \t"), ";")
	if !ok {
		return "", "", text, false
	}
	end := strings.IndexAny(after, "=;,")
	if end < 0 {
		return strings.TrimSpace(after), "", "", true
	}
	name = strings.TrimSpace(after[:end])
	if after[end] != '=' {
		return name, "", after[end:], true
	}
	after = strings.TrimLeft(after[end+1:], " \t")
	if quoted, is := strings.CutPrefix(after, `"`); is {
		value, rest, _ = strings.Cut(quoted, `"`)
		return name, value, rest, true
	}
	if end = strings.IndexAny(after, ";,"); end < 0 {
		end = len(after)
	}
	return name, strings.TrimSpace(after[:end]), after[end:], true
}
