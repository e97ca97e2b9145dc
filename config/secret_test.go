package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"vedette/config"
)

const canary = "kanarienvogel"

func TestSecretIsNeverShown(t *testing.T) {
	s := struct{ Token config.Secret }{canary}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+" ", s)
		fmt.Fprintf(&out, verb+" ", s.Token)
		fmt.Fprintf(&out, verb+" ", &s)
	}
	fmt.Fprint(&out, s.Token.String(), fmt.Errorf("%w: %s", fmt.Errorf("x"), s.Token))
	if err := json.NewEncoder(&out).Encode(map[string]any{"struct": s, "alone": s.Token, "list": []config.Secret{s.Token}}); err != nil {
		t.Fatal(err)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).LogAttrs(t.Context(), slog.LevelInfo, "x", slog.Any("token", s.Token), slog.Any("all", s))
	}
	for _, form := range []string{canary, fmt.Sprintf("%x", canary)} {
		if strings.Contains(out.String(), form) {
			t.Errorf("the secret shows as %q in\n%s", form, out.String())
		}
	}
	if s.Token.Reveal() != canary {
		t.Errorf("Reveal gives %q", s.Token.Reveal())
	}
}

func TestSecretsAreKnownEvenFromRefusedSettings(t *testing.T) {
	vars := map[string]string{"VEDETTE_SLAK_TOKEN": canary, "VEDETTE_POLL_EVERY": "often", "VEDETTE_X_SECRET": "1"}
	if got := config.Secrets(vars); len(got) != 1 || got[0] != canary {
		t.Errorf("secrets are %q, want the misspelt token's alone", got)
	}
}

// What people paste into a desk file by mistake, each with canary in it. An
// address with a password is K05: no feed has one.
func TestNoFaultShowsASecret(t *testing.T) {
	const discord = "MTE" + "xMjM0NTY3ODkwMTIzNDU2Nzg.Gkanar." + canary + "-0123456789abcdef"
	for name, tt := range map[string]struct {
		doc     string
		secrets []string
	}{
		"KnownSecretAsChannel":    {"rooms:\n  desk: { slack: { channel: " + canary + " } }\n", []string{canary}},
		"KnownSecretInAnother":    {"feeds:\n  - name: my " + canary + "\n", []string{canary[:4], canary}},
		"KnownSecretOfTwoLines":   {"feeds:\n  - name: my " + canary + "\n", []string{"first\n" + canary}},
		"KnownSecretAsKey":        {"rooms:\n  desk: { " + canary + ": 1 }\n", []string{canary}},
		"KnownSecretAsName":       {"feeds:\n  - name: my " + canary + "\n", []string{canary}},
		"KnownSecretAsRoom":       {"watches:\n  w: { rooms: [" + canary + "] }\n", []string{canary}},
		"KnownSecretAsWatch":      {"watches:\n  " + canary + ": { rule: 1, tell: 2 }\n", []string{canary}},
		"KnownSecretTwice":        {"rooms:\n  desk: { " + canary + ": 1, " + canary + ": 2 }\n", []string{canary}},
		"KnownSecretInRule":       {"watches:\n  w: { rule: broken " + canary + " }\n", []string{canary}},
		"KnownSecretLongName":     {"feeds:\n  - name: " + strings.Repeat("x", 55) + canary + "\n", []string{canary}},
		"KnownSecretInComment":    {"feeds: 3 # " + canary + "\n", []string{canary}},
		"KnownSecretInLevel":      {"rooms:\n  d: { tell: { from: " + canary + " } }\n", []string{canary}},
		"KnownSecretInZone":       {"rooms:\n  d: { zone: " + canary + " }\n", []string{canary}},
		"KnownSecretInSyntax":     {"rooms: [" + canary + "\nfeeds: {\n", []string{canary}},
		"SlackBotToken":           {"rooms:\n  desk: { slack: { channel: xoxb-12-34-" + canary + " } }\n", nil},
		"SlackAppToken":           {"rooms:\n  desk: { slack: { channel: xapp-1-A-" + canary + " } }\n", nil},
		"SlackTokenInName":        {"feeds:\n  - name: is xoxp-12-34-" + canary + "\n", nil},
		"SlackTokenAsKey":         {"rooms:\n  desk: { xoxb-12-" + canary + ": 1 }\n", nil},
		"DiscordToken":            {"rooms:\n  desk: { discord: { channel: " + discord + " } }\n", nil},
		"UnknownTokenKey":         {"rooms:\n  desk:\n    token: " + canary + "\n", nil},
		"UnknownTokenKeyFlow":     {"rooms:\n  desk: { token: " + canary + ", zone: 3 }\n", nil},
		"UnknownPasswordKey":      {"rooms:\n  desk:\n    \"smtp_password\": '" + canary + "'\n", nil},
		"TokenUnderSlack":         {"rooms:\n  desk:\n    slack: { bot_token: " + canary + " }\n", nil},
		"TokenInBlock":            {"token: |\n  " + canary + "\n  \"\nfeeds: [\n", nil},
		"TokenOnNextLine":         {"rooms:\n  desk:\n    secret:\n      " + canary + ": &a\n", nil},
		"TokenAfterBlankLine":     {"tokens:\n  - a\n\n  - @" + canary + "\n", nil},
		"TokenAndSyntaxFault":     {"token: \"" + canary + "\nfeeds: 1\n", nil},
		"TokenLineIsTheFault":     {"token: @" + canary + "\n", nil},
		"TokenListSyntaxFault":    {"tokens:\n  - @" + canary + "\n", nil},
		"URLUser":                 {"feeds:\n  - { name: a, url: 'https://me:" + canary + "@example.org/' }\n", nil},
		"URLUserOddCharacters":    {"feeds:\n  - { name: a, url: 'https://me:/?#" + canary + "@example.org/' }\n", nil},
		"URLUserWrongScheme":      {"feeds:\n  - { name: a, url: 'ftp://" + canary + "@example.org/' }\n", nil},
		"URLQueryToken":           {"feeds:\n  - { name: a b, url: 'https://example.org/?x=1&access_token=" + canary + "&y=1' }\n", nil},
		"URLQueryKey":             {"feeds:\n  - { name: a b, url: 'ftp://example.org/?api_key=" + canary + "' }\n", nil},
		"SlackWebhook":            {"rooms:\n  desk: { slack: { channel: https://hooks.slack.com/services/T0/B0/" + canary + " } }\n", nil},
		"DiscordWebhook":          {"rooms:\n  desk: { discord: { channel: https://discord.com/api/webhooks/123/" + canary + " } }\n", nil},
		"WebhookSecret":           {"rooms:\n  desk: { webhook: { url: https://example.org, secret: " + canary + " } }\n", nil},
		"WebhookSecretBelow":      {"rooms:\n  desk:\n    webhook:\n      url: https://example.org\n      secret: whsec_" + canary + "\n", nil},
		"WebhookURLUser":          {"rooms:\n  desk: { webhook: { url: 'https://me:" + canary + "@example.org', secret: VEDETTE_SECRET_A } }\n", nil},
		"WebhookURLQuery":         {"rooms:\n  desk: { webhook: { url: 'https://example.org/?sig=" + canary + "', secret: VEDETTE_SECRET_A } }\n", nil},
		"WebhookFormat":           {"rooms:\n  desk: { webhook: { url: https://example.org, secret: VEDETTE_SECRET_A, format: xoxb-1-" + canary + " } }\n", nil},
		"WebhookKeyBelow":         {"rooms:\n  desk:\n    webhook:\n      token: " + canary + "\n", nil},
		"WebhookKey":              {"rooms:\n  desk: { webhook: " + canary + " }\n", nil},
		"TokenInPolicyOfBadlyRed": {"rooms:\n  desk: { quiet: { hours: xoxb-1-" + canary + " }, digest: [xoxb-2-" + canary + "] }\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			opt := config.Options{Secrets: tt.secrets, Rule: func(rule string, _ map[string][]string) error {
				return caret{len(rule) - len(canary), len(rule)}
			}}
			_, notes, faults := config.Load("desk.yaml", []byte(tt.doc), opt)
			if faults == nil {
				t.Fatal("no fault: nothing was shown that could show a secret")
			}
			encoded, err := json.Marshal(faults)
			if err != nil {
				t.Fatal(err)
			}
			out := fmt.Sprintf("%v\n%+v\n%s\n%v\n%s", faults, []config.Fault(faults), faults.Error(), notes, encoded)
			for i := range len(canary) - 4 {
				if piece := canary[i : i+5]; strings.Contains(out, piece) {
					t.Fatalf("%q shows in\n%s", piece, out)
				}
			}
		})
	}
}

func TestNoSettingsFaultShowsASecret(t *testing.T) {
	for name, vars := range map[string]map[string]string{
		"InItsPlace":     {"VEDETTE_SLACK_TOKEN": "no " + canary},
		"Misspelt":       {"VEDETTE_SLACK_TOKN": canary},
		"ElsewhereToo":   {"VEDETTE_SLACK_TOKEN": canary, "VEDETTE_CONTACT": "to " + canary},
		"TokenElsewhere": {"VEDETTE_POLL_EVERY": "xoxb-1-" + canary},
		"UserInURL":      {"VEDETTE_SLACK_API": "https://me:" + canary + "@example.org"},
		"InAQuery":       {"VEDETTE_DISCORD_API": "https://example.org/?sig=" + canary},
		"InTheName":      {"VEDETTE_xoxb-1-" + canary: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := config.ReadSettings(vars)
			if faults == nil {
				t.Fatal("no fault: nothing was shown that could show a secret")
			}
			if out := faults.Error(); strings.Contains(out, canary) {
				t.Errorf("the secret shows in\n%s", out)
			}
		})
	}
}
