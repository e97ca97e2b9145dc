package counterparty

import (
	"encoding/json"
	"slices"
	"strings"
)

// words returns whatever a reader sees of a message, a line for each part.
// raw is JSON that was decoded before.
func words(raw json.RawMessage) string {
	var message any
	if json.Unmarshal(raw, &message) != nil {
		return ""
	}
	return strings.Join(lines(message), "\n")
}

// lines collects the strings under the keys that hold a reader's words, in the
// order in which the platforms show them. The two platforms use no key in two
// senses but value: a reader sees an embed field's, which has a name, and never
// a button's.
func lines(node any) []string {
	var all []string
	switch node := node.(type) {
	case string:
		if node != "" {
			all = append(all, node)
		}
	case []any:
		for _, part := range node {
			all = append(all, lines(part)...)
		}
	case map[string]any:
		for _, key := range []string{
			"content", "text", "author", "title", "description", "name", "label", "fields", "elements",
			"rows", "accessory", "footer", "embeds", "blocks", "components",
		} {
			all = append(all, lines(node[key])...)
		}
		if _, named := node["name"]; named {
			all = append(all, lines(node["value"])...)
		}
		// A rich text's runs make one line.
		if slices.Contains([]any{"rich_text_section", "rich_text_quote", "rich_text_preformatted"}, node["type"]) {
			return []string{strings.Join(all, "")}
		}
	}
	return all
}
