package config

import (
	"fmt"
	"strings"
)

// EnvExample returns the content of .env.example: every setting with its
// explanation, commented out.
func EnvExample() string {
	var b strings.Builder
	b.WriteString(`# Settings of the process. Copy this file to .env, and keep that one to yourself:
# it holds secrets. What the environment sets wins over what stands here.
# A value with a $ in it belongs in 'single quotes'.
`)
	for _, s := range settings() {
		value := s.standard
		if value == "" {
			value = s.example
		}
		if s.secret {
			value = ""
		}
		fmt.Fprintf(&b, "\n# %s\n#%s=%s\n", s.doc, s.name, value)
	}
	return b.String()
}

// SettingsTable returns the settings as a Markdown table.
func SettingsTable() string {
	var b strings.Builder
	b.WriteString("| Variable | If not set | What it is | Example |\n|---|---|---|---|\n")
	for _, s := range settings() {
		standard, example := "–", "`"+s.example+"`"
		if s.standard != "" {
			standard = "`" + s.standard + "`"
		}
		if s.secret {
			example = "a secret"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", s.name, standard, s.doc, example)
	}
	return b.String()
}
