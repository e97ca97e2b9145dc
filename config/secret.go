package config

import (
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Secret is a value that is used and never shown: whatever prints, logs or
// encodes it gets "[secret]", or nothing if it is empty.
type Secret string

// Reveal returns the secret itself, for the request that needs it.
func (s Secret) Reveal() string { return string(s) }

// String returns a stand-in for the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[secret]"
}

// Format writes the stand-in, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// MarshalJSON encodes the stand-in.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// MarshalText encodes the stand-in.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue returns the stand-in for a log line.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// leastSecret is the length below which a value is not taken for a secret:
// masking every "1" in a message would hide the message.
const leastSecret = 4

// Secrets returns the values in vars that must never be shown: those of every
// variable whose name speaks of a secret, misspelt ones included. It works on
// variables that [ReadSettings] refuses, too.
func Secrets(vars map[string]string) []string {
	var all []string
	for name, value := range vars {
		if strings.HasPrefix(name, prefix) && secretName.MatchString(name) && len(value) >= leastSecret {
			all = append(all, value)
		}
	}
	slices.Sort(all)
	return all
}

// People paste tokens where they do not belong. These are the shapes and the
// names under which a secret is known without having been told of it.
var (
	secretName   = regexp.MustCompile(`(?i)tok|secret|passw|pwd|credential|auth|api_?-?key|private|webhook`)
	secretShape  = regexp.MustCompile(`xox[a-z]-[\w.%-]+|xapp-[\w.%-]+|xoxe\.[\w.-]+|[\w-]{18,}\.[\w-]{5,}\.[\w-]{18,}`)
	secretHook   = regexp.MustCompile(`(?i)((?:hooks\.slack\.com|/api/webhooks)/)([^\s"'<>]+)`)
	secretUser   = regexp.MustCompile(`(://)([^\s"'<>]+)@`)
	secretQuery  = regexp.MustCompile(`(?i)([?&][^=&\s]*(?:tok|secret|passw|pwd|key|auth|sig)[^=&\s]*=)([^&\s#"']+)`)
	secretInYAML = regexp.MustCompile(`(?i)([\w-]*(?:tokn|token|secret|passw|pwd|credential|oauth|bearer|api[_-]?key|private[_-]?key)[\w-]*["']?\s*[:=]\s*)(\S.*)$`)
	secretHookIn = regexp.MustCompile(`(?i)([\w-]*webhook[\w-]*["']?\s*[:=]\s*)([^\s{].*)$`)
	hookKey      = regexp.MustCompile(`^[\s"']*webhook["']?:\s*$`) // what stands below has keys of its own
)

// A redactor masks secrets, character for character, so that columns stay
// where they are.
type redactor struct {
	secrets []string // longest first
}

func newRedactor(secrets []string) redactor {
	var known []string
	for _, s := range secrets {
		for line := range strings.SplitSeq(s, "\n") {
			if line = strings.TrimSpace(line); line != "" {
				known = append(known, line)
			}
		}
	}
	slices.SortFunc(known, func(a, b string) int { return len(b) - len(a) })
	return redactor{known}
}

// text masks the secrets in s, whatever s is.
func (r redactor) text(s string) string {
	for _, secret := range r.secrets {
		s = strings.ReplaceAll(s, secret, mask(secret))
	}
	s = secretShape.ReplaceAllStringFunc(s, mask)
	s = maskGroup(secretHook, s)
	s = maskGroup(secretUser, s)
	return maskGroup(secretQuery, s)
}

// lines masks the secrets in a YAML document: beside what text finds, the
// whole of what stands under a key that speaks of a secret, over as many
// lines as are indented deeper than the key.
func (r redactor) lines(doc []string) []string {
	masked := make([]string, len(doc))
	under := -1 // the indent of the secret key that the line may belong to
	for i, line := range doc {
		indent := len(line) - len(strings.TrimLeft(line, " \t-"))
		switch {
		case under >= 0 && (strings.TrimSpace(line) == "" || indent > under):
			masked[i] = mask(line)
			continue
		case hookKey.MatchString(line):
			under = -1
		case secretInYAML.MatchString(line) || secretHookIn.MatchString(line) || strings.HasSuffix(strings.TrimRight(line, " "), ":") && secretName.MatchString(line):
			under = indent
		default:
			under = -1
		}
		masked[i] = r.text(maskGroup(secretHookIn, maskGroup(secretInYAML, line)))
	}
	return masked
}

// maskGroup masks the second group of each match of re in s.
func maskGroup(re *regexp.Regexp, s string) string {
	var b strings.Builder
	last := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(s[last:m[4]])
		b.WriteString(mask(s[m[4]:m[5]]))
		last = m[5]
	}
	return b.String() + s[last:]
}

// mask returns as many asterisks as s has characters; spaces stay.
func mask(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == utf8.RuneError {
			return ' '
		}
		return '*'
	}, s)
}
