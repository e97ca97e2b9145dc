package config

import (
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// prefix begins the name of every variable that is ours, and roomSecret that
// of every secret that the desk file may name. It may name no others: what it
// names is sent away.
const (
	prefix     = "VEDETTE_"
	roomSecret = prefix + "SECRET_"
)

// testData names the folder that this project's own tests read; it is often
// set beside the settings, and is none.
const testData = prefix + "SHARED"

// leastEvery is how often a feed may be polled at the most.
const leastEvery = time.Second

// Settings is what the process is told by its environment.
//
// The doc, want and example tags are the only source of .env.example and of
// the table in docs/operating.md.
type Settings struct {
	Desk           string         `env:"VEDETTE_DESK" envDefault:"vedette.yaml" doc:"The desk file: feeds, aliases, watches and rooms." want:"the path of a file" example:"/etc/vedette/desk.yaml"`
	Data           string         `env:"VEDETTE_DATA" envDefault:"data" doc:"The folder that holds the database. Keep it on a volume of its own." want:"the path of a folder" example:"/var/lib/vedette"`
	DatabaseURL    Secret         `env:"VEDETTE_DATABASE_URL" doc:"Address of a PostgreSQL database, for several replicas. Empty: a SQLite file in VEDETTE_DATA, for one process." want:"an address that begins with postgres://" example:"postgres://vedette:…@db.example.org/vedette"`
	SlackToken     Secret         `env:"VEDETTE_SLACK_TOKEN" doc:"Bot token of the Slack app. Needed if a room stands in Slack." want:"the token alone, without spaces" example:"xoxb-…"`
	DiscordToken   Secret         `env:"VEDETTE_DISCORD_TOKEN" doc:"Token of the Discord bot, without the word Bot. Needed if a room stands in Discord." want:"the token alone, without spaces and without the word Bot" example:"…"`
	SlackAPI       string         `env:"VEDETTE_SLACK_API" doc:"Base URL of Slack's API, if it is not Slack's own." want:"an https URL, or an http one on loopback, without user, query and fragment" example:"http://127.0.0.1:4003/api"`
	DiscordAPI     string         `env:"VEDETTE_DISCORD_API" doc:"Base URL of Discord's API, if it is not Discord's own." want:"an https URL, or an http one on loopback, without user, query and fragment" example:"http://127.0.0.1:4004/api/v10"`
	AllowAddresses []netip.Prefix `env:"VEDETTE_ALLOW_ADDRESSES" doc:"Address ranges that feeds may be read from although they are not public, with commas between them." want:"address ranges with commas between them" example:"127.0.0.0/8,10.1.0.0/16"`
	PollEvery      time.Duration  `env:"VEDETTE_POLL_EVERY" envDefault:"5m" doc:"How often a feed is polled that does not say it itself: more often if it publishes fast and that is cheap, less often if it does not. At least 1s." want:"a duration of 1s or more" example:"2m"`
	PollMost       time.Duration  `env:"VEDETTE_POLL_MOST" envDefault:"15m" doc:"How long at the most a feed that publishes seldom waits between two polls, unless it has been idle for a week." want:"a duration of 1s or more" example:"10m"`
	PollHints      time.Duration  `env:"VEDETTE_POLL_HINTS" envDefault:"1h" doc:"How long at the most what a feed says of itself (max-age, Expires, ttl) puts off its next poll." want:"a duration of 1s or more" example:"5m"`
	Contact        string         `env:"VEDETTE_CONTACT" doc:"Where publishers can reach the people who run this: a URL or a mail address, sent with every poll." want:"an http or https URL or a mail address" example:"https://example.org/about-our-bot"`
	LogLevel       slog.Level     `env:"VEDETTE_LOG_LEVEL" envDefault:"info" doc:"The least level that is logged: debug, info, warn or error." want:"debug, info, warn or error" example:"debug"`
	LogFormat      string         `env:"VEDETTE_LOG_FORMAT" envDefault:"text" doc:"The form of log lines: text for people, json for machines." want:"text or json" example:"json"`
	LLMURL         string         `env:"VEDETTE_LLM_URL" doc:"Base URL of an OpenAI-compatible API whose model may rephrase briefs. What it says is checked; empty: no model is asked." want:"an https URL, or an http one on loopback, without user, query and fragment" example:"http://127.0.0.1:11434/v1"`
	LLMModel       string         `env:"VEDETTE_LLM_MODEL" doc:"The model that is asked. Needed with VEDETTE_LLM_URL." want:"the name of a model" example:"llama3.2"`
	LLMToken       Secret         `env:"VEDETTE_LLM_TOKEN" doc:"Key of that API, if it asks for one." want:"the key alone, without spaces" example:"…"`
	HealthListen   string         `env:"VEDETTE_HEALTH_LISTEN" doc:"Loopback address that answers whether the process is healthy. Empty: nothing listens." want:"a loopback address with its port" example:"127.0.0.1:8484"`
	HeartbeatURL   Secret         `env:"VEDETTE_HEARTBEAT_URL" doc:"Address that is asked for every five minutes, as long as an audit finds every delivery accounted for: of a service that calls you if nobody asks any more. Empty: none." want:"an https URL, or an http one on loopback, without user, query and fragment" example:"https://hc.example.org/ping/…"`

	SlackAppToken      Secret            `env:"VEDETTE_SLACK_APP_TOKEN" doc:"App-level token of the Slack app, with the scope connections:write. Needed for commands and buttons in Slack, unless VEDETTE_SLACK_SIGNING_SECRET and VEDETTE_PUBLIC_URL are set." want:"the app-level token alone, which begins with xapp-" example:"xapp-…"`
	SlackSigningSecret Secret            `env:"VEDETTE_SLACK_SIGNING_SECRET" doc:"Signing secret of the Slack app. Set: Slack sends commands and buttons to VEDETTE_PUBLIC_URL, if there is one." want:"the secret alone, without spaces" example:"…"`
	DiscordPublicKey   string            `env:"VEDETTE_DISCORD_PUBLIC_KEY" doc:"Public key of the Discord application. Set: Discord sends commands and buttons to VEDETTE_PUBLIC_URL, if there is one. Empty: this process connects to Discord for them." want:"64 hexadecimal digits" example:"3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"`
	PublicURL          string            `env:"VEDETTE_PUBLIC_URL" doc:"Address at which Slack, Discord and the hubs of feeds (WebSub) reach this process, if they are to call it. Empty: it calls them, and nothing need be reachable." want:"an https URL, or an http one on loopback, without user, query and fragment" example:"https://vedette.example.org"`
	Listen             string            `env:"VEDETTE_LISTEN" doc:"Address that takes the calls of Slack, Discord and hubs. Needed with VEDETTE_PUBLIC_URL." want:"an address with its port" example:"127.0.0.1:8480"`
	RoomSecrets        map[string]Secret `family:"VEDETTE_SECRET_" doc:"A secret that a room names in the desk file, such as webhook: {secret: VEDETTE_SECRET_DUTY}. There may be several: every name that begins with VEDETTE_SECRET_ is one." want:"the secret alone, without spaces" example:"DUTY"`
}

// A setting is one field of Settings as its tags describe it.
type setting struct {
	field, name, standard, doc, want, example string
	secret                                    bool
}

func settings() []setting {
	t := reflect.TypeFor[Settings]()
	all := make([]setting, t.NumField())
	for i := range all {
		f := t.Field(i)
		all[i] = setting{
			field: f.Name, name: f.Tag.Get("env"), standard: f.Tag.Get("envDefault"), doc: f.Tag.Get("doc"),
			want: f.Tag.Get("want"), example: f.Tag.Get("example"), secret: f.Type == reflect.TypeFor[Secret](),
		}
		if family, ok := f.Tag.Lookup("family"); ok {
			all[i].name, all[i].secret = family+all[i].example, true
		}
	}
	return all
}

// ReadSettings reads the settings from vars, and names all that is wrong with
// them at once. A variable that is empty counts as not set. Variables that do
// not begin with VEDETTE_ are none of its business; one that does and is not
// known is a fault. Faults is nil if and only if all is well.
func ReadSettings(vars map[string]string) (*Settings, Faults) {
	own := make(map[string]string)
	for name, value := range vars {
		if strings.HasPrefix(name, prefix) {
			own[name] = strings.TrimSpace(value)
		}
	}
	var s Settings
	wrong := make(map[string]bool)
	if err := env.ParseWithOptions(&s, env.Options{Environment: own, FuncMap: parsers()}); err != nil {
		for _, f := range wrongFields(err) {
			wrong[f] = true
		}
	}
	for field, ok := range s.plausible() {
		wrong[field] = wrong[field] || !ok
	}
	red := newRedactor(Secrets(own))
	var faults Faults
	known := make([]string, 0, len(own))
	for _, set := range settings() {
		known = append(known, set.name)
		if wrong[set.field] {
			faults = append(faults, set.fault(own[set.name], red))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if strings.HasPrefix(name, roomSecret) {
			if !s.keep(name, Secret(own[name])) {
				faults = append(faults, Fault{Msg: name + ": this value, which is a secret, cannot be right", Want: "the secret alone, without spaces"})
			}
			continue
		}
		if !slices.Contains(known, name) && name != testData {
			faults = append(faults, Fault{
				Msg:  red.text(printable(name)) + ": there is no such setting" + didYouMean(name, known),
				Want: "one of the settings in .env.example",
			})
		}
	}
	if faults != nil {
		return nil, faults
	}
	return &s, nil
}

// keep takes a secret that the desk file may name, and reports whether it can
// be one.
func (s *Settings) keep(name string, secret Secret) bool {
	if secret != "" {
		if s.RoomSecrets == nil {
			s.RoomSecrets = make(map[string]Secret)
		}
		s.RoomSecrets[name] = secret
	}
	return isToken(secret)
}

// fault says that value is wrong for the setting.
func (set setting) fault(value string, red redactor) Fault {
	msg := set.name + ": this value, which is a secret, cannot be right"
	if !set.secret {
		msg = set.name + "=" + quote(red.text(value)) + ": this value cannot be right"
	}
	return Fault{Msg: msg, Want: set.want + ", such as " + set.example}
}

// wrongFields returns the names of the fields that could not be parsed.
func wrongFields(err error) []string {
	var all []string
	var many env.AggregateError
	if !errors.As(err, &many) {
		return nil
	}
	for _, one := range many.Errors {
		if parse, ok := errors.AsType[env.ParseError](one); ok {
			all = append(all, parse.Name)
		}
	}
	return all
}

// parsers returns how the types are read whose standard reading accepts more
// or less than we want.
func parsers() map[reflect.Type]env.ParserFunc {
	return map[reflect.Type]env.ParserFunc{
		reflect.TypeFor[time.Duration](): func(v string) (any, error) { return every(v) },
		reflect.TypeFor[[]netip.Prefix](): func(v string) (any, error) {
			var all []netip.Prefix
			for text := range strings.SplitSeq(v, ",") {
				if text = strings.TrimSpace(text); text == "" {
					continue
				}
				p, err := netip.ParsePrefix(text)
				if err != nil {
					return nil, err
				}
				all = append(all, p.Masked())
			}
			return all, nil
		},
	}
}

// every reads how often a feed is polled.
func every(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err == nil && d < leastEvery {
		err = fmt.Errorf("%v is less than %v", d, leastEvery)
	}
	return d, err
}

// plausible reports for each field whose type says too little whether its
// value can be right.
func (s *Settings) plausible() map[string]bool {
	return map[string]bool{
		"DatabaseURL":  s.DatabaseURL == "" || isDatabase(s.DatabaseURL),
		"SlackToken":   isToken(s.SlackToken),
		"DiscordToken": isToken(s.DiscordToken),
		"SlackAPI":     s.SlackAPI == "" || isBase(s.SlackAPI),
		"DiscordAPI":   s.DiscordAPI == "" || isBase(s.DiscordAPI),
		"LLMURL":       s.LLMURL == "" || isBase(s.LLMURL),
		"LLMModel":     s.LLMURL == "" || s.LLMModel != "",
		"LLMToken":     isToken(s.LLMToken),
		"Contact":      s.Contact == "" || isContact(s.Contact),
		"LogLevel":     slices.Contains([]slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError}, s.LogLevel),
		"LogFormat":    s.LogFormat == "text" || s.LogFormat == "json",
		"HeartbeatURL": s.HeartbeatURL == "" || isBase(s.HeartbeatURL.Reveal()),
		"HealthListen": s.HealthListen == "" || isLoopback(s.HealthListen),

		"SlackAppToken":      isToken(s.SlackAppToken) && (s.SlackAppToken == "" || strings.HasPrefix(s.SlackAppToken.Reveal(), "xapp-")),
		"SlackSigningSecret": isToken(s.SlackSigningSecret),
		"DiscordPublicKey":   s.DiscordPublicKey == "" || isKey(s.DiscordPublicKey),
		"PublicURL":          s.PublicURL == "" || isBase(s.PublicURL),
		"Listen":             s.Listen == "" || isAddress(s.Listen),
	}
}

func isToken(s Secret) bool {
	return !strings.ContainsFunc(s.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' })
}

// isDatabase reports whether text can be the address of a Postgres database.
func isDatabase(s Secret) bool {
	u, err := url.Parse(s.Reveal())
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql") && len(u.Path) > 1
}

// isKey reports whether text can be the public key of an Ed25519 pair.
func isKey(text string) bool {
	key, err := hex.DecodeString(text)
	return err == nil && len(key) == ed25519.PublicKeySize
}

// isBase reports whether text can be the base URL of a platform's API. Plain
// http would show the token to the network, so it is for loopback alone.
func isBase(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && loopbackHost(u.Hostname())
}

// isContact reports whether text can stand in a User-Agent and reach people.
func isContact(text string) bool {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("()<>", r) }) {
		return false
	}
	if u, err := url.Parse(text); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		return u.Host != "" && u.User == nil
	}
	a, err := mail.ParseAddress(strings.TrimPrefix(text, "mailto:"))
	return err == nil && a.Name == ""
}

func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && isAddress(address) && loopbackHost(host)
}

// isAddress reports whether text is something to listen on.
func isAddress(text string) bool {
	_, port, err := net.SplitHostPort(text)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

func loopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
