package config_test

import (
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/config"
)

func TestReadSettingsWithoutAnyGivesTheStandards(t *testing.T) {
	got, faults := config.ReadSettings(nil)
	if faults != nil {
		t.Fatal(faults)
	}
	want := &config.Settings{Desk: "vedette.yaml", Data: "data", PollEvery: 5 * time.Minute, PollMost: 15 * time.Minute, PollHints: time.Hour, LogLevel: slog.LevelInfo, LogFormat: "text"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestReadSettingsTakesWhatIsSet(t *testing.T) {
	key := strings.Repeat("0aF", 21) + "1"
	got, faults := config.ReadSettings(map[string]string{
		"VEDETTE_DESK": "d.yaml", "VEDETTE_DATA": "/data", "VEDETTE_SLACK_TOKEN": "xoxb-1", "VEDETTE_DISCORD_TOKEN": "abc.def",
		"VEDETTE_SLACK_API": "http://127.0.0.1:4003/api", "VEDETTE_DISCORD_API": "https://discord.example/api",
		"VEDETTE_ALLOW_ADDRESSES": " 127.1.2.3/8, ::1/128,", "VEDETTE_POLL_EVERY": "1s", "VEDETTE_POLL_MOST": "10m", "VEDETTE_POLL_HINTS": "2m", "VEDETTE_CONTACT": "desk@example.org",
		"VEDETTE_LOG_LEVEL": "debug", "VEDETTE_LOG_FORMAT": "json", "VEDETTE_HEALTH_LISTEN": "[::1]:80", "VEDETTE_HEARTBEAT_URL": "https://hc.example/1",
		"VEDETTE_SLACK_APP_TOKEN": "xapp-1", "VEDETTE_SLACK_SIGNING_SECRET": "abc", "VEDETTE_DISCORD_PUBLIC_KEY": key,
		"VEDETTE_DATABASE_URL": "postgres://v:secret@one.example:5432,two.example:5433/vedette?target_session_attrs=read-write",
		"VEDETTE_PUBLIC_URL":   "https://vedette.example/hook", "VEDETTE_LISTEN": ":8480", "VEDETTE_SECRET_DUTY": "whsec_1", "VEDETTE_SECRET_OFF": "",
		"HOME": "/root", "VEDETTE_SHARED": "../shared",
	})
	if faults != nil {
		t.Fatal(faults)
	}
	want := &config.Settings{
		Desk: "d.yaml", Data: "/data", DatabaseURL: "postgres://v:secret@one.example:5432,two.example:5433/vedette?target_session_attrs=read-write", SlackToken: "xoxb-1", DiscordToken: "abc.def",
		SlackAPI: "http://127.0.0.1:4003/api", DiscordAPI: "https://discord.example/api",
		AllowAddresses: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		PollEvery:      time.Second, PollMost: 10 * time.Minute, PollHints: 2 * time.Minute, Contact: "desk@example.org", LogLevel: slog.LevelDebug, LogFormat: "json", HealthListen: "[::1]:80", HeartbeatURL: "https://hc.example/1",
		SlackAppToken: "xapp-1", SlackSigningSecret: "abc", DiscordPublicKey: key, PublicURL: "https://vedette.example/hook", Listen: ":8480",
		RoomSecrets: map[string]config.Secret{"VEDETTE_SECRET_DUTY": "whsec_1"},
	}
	prefixes := cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
	if diff := cmp.Diff(want, got, prefixes); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
}

func TestReadSettingsNamesEachFault(t *testing.T) {
	for name, tt := range map[string]struct {
		variable, value string
		want            string // the message, then what is wanted
	}{
		"EveryShort":         {"VEDETTE_POLL_EVERY", "999ms", "VEDETTE_POLL_EVERY=\"999ms\": this value cannot be right\n      want a duration of 1s or more, such as 2m"},
		"EveryNoUnit":        {"VEDETTE_POLL_EVERY", "5", `VEDETTE_POLL_EVERY="5"`},
		"AddressNoRange":     {"VEDETTE_ALLOW_ADDRESSES", "127.0.0.1", `VEDETTE_ALLOW_ADDRESSES="127.0.0.1"`},
		"SlackAPIPlain":      {"VEDETTE_SLACK_API", "http://example.org/api", `VEDETTE_SLACK_API="http://example.org/api"`},
		"SlackAPILookalike":  {"VEDETTE_SLACK_API", "http://127.0.0.1.example.org/api", `VEDETTE_SLACK_API=`},
		"DiscordAPIWord":     {"VEDETTE_DISCORD_API", "discord", `VEDETTE_DISCORD_API="discord"`},
		"DiscordAPIQuery":    {"VEDETTE_DISCORD_API", "https://discord.example/api?v=10", `VEDETTE_DISCORD_API=`},
		"SlackTokenSpace":    {"VEDETTE_SLACK_TOKEN", "Bearer kanarienvogel", "VEDETTE_SLACK_TOKEN: this value, which is a secret, cannot be right\n      want the token alone"},
		"DiscordTokenBot":    {"VEDETTE_DISCORD_TOKEN", "Bot kanarienvogel", "VEDETTE_DISCORD_TOKEN: this value, which is a secret"},
		"Contact":            {"VEDETTE_CONTACT", "call us", `VEDETTE_CONTACT="call us"`},
		"ContactUser":        {"VEDETTE_CONTACT", "https://me:kanarienvogel@example.org", `VEDETTE_CONTACT=`},
		"ContactNoHost":      {"VEDETTE_CONTACT", "https://", `VEDETTE_CONTACT="https://"`},
		"ContactHeader":      {"VEDETTE_CONTACT", "https://example.org\r\nCookie:x", `VEDETTE_CONTACT=`},
		"LogLevel":           {"VEDETTE_LOG_LEVEL", "loud", "VEDETTE_LOG_LEVEL=\"loud\": this value cannot be right\n      want debug, info, warn or error, such as debug"},
		"LogLevelBetween":    {"VEDETTE_LOG_LEVEL", "info+1", `VEDETTE_LOG_LEVEL="info+1"`},
		"LogFormat":          {"VEDETTE_LOG_FORMAT", "xml", "VEDETTE_LOG_FORMAT=\"xml\": this value cannot be right\n      want text or json, such as json"},
		"HeartbeatPlain":     {"VEDETTE_HEARTBEAT_URL", "http://hc.example/kanarienvogel", "VEDETTE_HEARTBEAT_URL: this value, which is a secret"},
		"HealthEverywhere":   {"VEDETTE_HEALTH_LISTEN", ":8484", `VEDETTE_HEALTH_LISTEN=":8484"`},
		"HealthPublic":       {"VEDETTE_HEALTH_LISTEN", "0.0.0.0:8484", `VEDETTE_HEALTH_LISTEN="0.0.0.0:8484"`},
		"HealthPort":         {"VEDETTE_HEALTH_LISTEN", "127.0.0.1:http", `VEDETTE_HEALTH_LISTEN="127.0.0.1:http"`},
		"SlackAppTokenIsBot": {"VEDETTE_SLACK_APP_TOKEN", "xoxb-kanarienvogel", "VEDETTE_SLACK_APP_TOKEN: this value, which is a secret, cannot be right\n      want the app-level token alone, which begins with xapp-"},
		"SigningSecretSpace": {"VEDETTE_SLACK_SIGNING_SECRET", "is kanarienvogel", "VEDETTE_SLACK_SIGNING_SECRET: this value, which is a secret"},
		"RoomSecretSpace":    {"VEDETTE_SECRET_DUTY", "is kanarienvogel", "VEDETTE_SECRET_DUTY: this value, which is a secret, cannot be right\n      want the secret alone"},
		"PublicKeyShort":     {"VEDETTE_DISCORD_PUBLIC_KEY", "0a0b", `VEDETTE_DISCORD_PUBLIC_KEY="0a0b"`},
		"PublicKeyNoHex":     {"VEDETTE_DISCORD_PUBLIC_KEY", strings.Repeat("x", 64), `VEDETTE_DISCORD_PUBLIC_KEY=`},
		"PublicURLPlain":     {"VEDETTE_PUBLIC_URL", "http://vedette.example", `VEDETTE_PUBLIC_URL="http://vedette.example"`},
		"ListenNoPort":       {"VEDETTE_LISTEN", "127.0.0.1", `VEDETTE_LISTEN="127.0.0.1"`},

		"Unknown": {"VEDETTE_SLAK_TOKEN", "kanarienvogel", "VEDETTE_SLAK_TOKEN: there is no such setting; did you mean \"VEDETTE_SLACK_TOKEN\"?\n      want one of"},
	} {
		t.Run(name, func(t *testing.T) {
			s, faults := config.ReadSettings(map[string]string{tt.variable: tt.value})
			if s != nil || len(faults) != 1 {
				t.Fatalf("got settings %v with faults %v, want one fault", s, faults)
			}
			if got := faults[0].String(); !strings.HasPrefix(got, tt.want) || strings.Contains(got, "kanarienvogel") {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestReadSettingsNamesAllFaultsAtOnce(t *testing.T) {
	_, faults := config.ReadSettings(map[string]string{
		"VEDETTE_POLL_EVERY": "x", "VEDETTE_LOG_LEVEL": "x", "VEDETTE_ALLOW_ADDRESSES": "x", "VEDETTE_SLACK_API": "x", "VEDETTE_X": "x",
	})
	var got []string
	for _, f := range faults {
		name, _, _ := strings.Cut(f.Msg, "=")
		got = append(got, name)
	}
	want := []string{"VEDETTE_SLACK_API", "VEDETTE_ALLOW_ADDRESSES", "VEDETTE_POLL_EVERY", "VEDETTE_LOG_LEVEL", "VEDETTE_X: there is no such setting"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestTheProcessWinsOverTheEnvFile(t *testing.T) {
	file, err := config.ReadEnvFile(".env", []byte("\ufeff# ours\nexport VEDETTE_DESK=file.yaml\nVEDETTE_DATA='a$b'\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := config.Environ([]string{"VEDETTE_DESK=process.yaml", "odd"}, file)
	if diff := cmp.Diff(map[string]string{"VEDETTE_DESK": "process.yaml", "VEDETTE_DATA": "a$b"}, got); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
}

func TestReadEnvFileNamesTheLineAndNotWhatStandsThere(t *testing.T) {
	for name, tt := range map[string]struct{ data, want string }{
		"NoName":    {"A=1\n\n# c\nkanarienvogel\nB=2\n", ".env:4: this line is not NAME=value"},
		"BadName":   {"VEDETTE-TOKEN=kanarienvogel\n", ".env:1: this line is not NAME=value"},
		"OpenQuote": {"VEDETTE_SLACK_TOKEN=\"kanarienvogel\n", ".env: a quotation mark is opened and never closed"},
	} {
		t.Run(name, func(t *testing.T) {
			vars, err := config.ReadEnvFile(".env", []byte(tt.data))
			if err == nil {
				t.Fatalf("read %d variables, want an error", len(vars))
			}
			if got := err.Error(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
