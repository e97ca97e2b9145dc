package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/config"
)

// hooks are webhook rooms, to stand at the end of good.
const hooks = `  own:
    webhook:
      url: https://example.org/hooks/vedette?team=desk
      secret: VEDETTE_SECRET_OWN
  duty:
    webhook: { url: http://127.0.0.1:8000/v2/enqueue, secret: VEDETTE_SECRET_DUTY, format: pagerduty }
`

func TestWebhookRoomsNameTheirSecrets(t *testing.T) {
	desk, _, faults := config.Load("desk.yaml", []byte(good+hooks), config.Options{})
	if faults != nil {
		t.Fatal(faults)
	}
	want := []config.Room{
		{Name: "own", Zone: time.UTC, Webhook: config.Webhook{URL: "https://example.org/hooks/vedette?team=desk", Secret: "VEDETTE_SECRET_OWN", Format: "vedette"}},
		{Name: "duty", Zone: time.UTC, Webhook: config.Webhook{URL: "http://127.0.0.1:8000/v2/enqueue", Secret: "VEDETTE_SECRET_DUTY", Format: "pagerduty"}},
	}
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, desk.Rooms[3:], zones); diff != "" {
		t.Errorf("rooms (-want +got):\n%s", diff)
	}
	if err := validate(t, compiled(t), good+hooks); err != nil {
		t.Errorf("the schema refuses it: %v", err)
	}
}

func TestWebhookRoomsFaultsAreNamed(t *testing.T) {
	for name, tt := range map[string]struct {
		old, new, want string
		schema         bool // says so too
	}{
		"NoURL":         {"url: http://127.0.0.1:8000/v2/enqueue, ", "", "31:14: the webhook has no url", true},
		"NoSecret":      {"secret: VEDETTE_SECRET_DUTY, ", "", "31:14: the webhook has no secret", true},
		"Plain":         {"http://127.0.0.1:8000", "http://example.org", "31:21: this cannot be the url of a webhook", false},
		"Scheme":        {"http://127.0.0.1:8000", "ftp://127.0.0.1:8000", "31:21: this cannot be the url of a webhook", true},
		"User":          {"http://127.0.0.1:8000", "https://me:kanarienvogel@example.org", "31:21: this cannot be the url", false},
		"SecretInURL":   {"/v2/enqueue", "/v2/enqueue?token=kanarienvogel", "31:21: this cannot be the url", false},
		"SecretItself":  {"VEDETTE_SECRET_DUTY", "kanarienvogel", "31:63: the secret is not the name of a variable that holds one", true},
		"AnyVariable":   {"VEDETTE_SECRET_DUTY", "AWS_SECRET_ACCESS_KEY", "31:63: the secret is not the name", true},
		"OurOwnToken":   {"VEDETTE_SECRET_DUTY", "VEDETTE_SLACK_TOKEN", "31:63: the secret is not the name", true},
		"Format":        {"pagerduty", "pagerdutty", `31:92: there is no format "pagerdutty"; did you mean "pagerduty"?`, true},
		"InTwo":         {"    webhook: { url", "    terminal: {}\n    webhook: { url", `30:3: the room "duty" is in webhook and in terminal`, true},
		"MisspeltInner": {"format: pagerduty", "fromat: pagerduty", `31:84: rooms.duty.webhook has no key "fromat"; did you mean "format"?`, true},
	} {
		t.Run(name, func(t *testing.T) {
			doc := strings.Replace(good+hooks, tt.old, tt.new, 1)
			_, _, faults := config.Load("desk.yaml", []byte(doc), config.Options{})
			if len(faults) != 1 || !strings.HasPrefix(faults[0].String(), "desk.yaml:"+tt.want) {
				t.Errorf("faults are\n%v\nwant %s", faults, tt.want)
			}
			if strings.Contains(faults.Error(), canary) {
				t.Errorf("the secret shows in\n%v", faults)
			}
			if err := validate(t, compiled(t), doc); (err != nil) != tt.schema {
				t.Errorf("the schema says %v", err)
			}
		})
	}
}
