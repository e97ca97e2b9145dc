package config_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/config"
	"vedette/story"
)

func TestADraftIsReadAsItWasMeant(t *testing.T) {
	for name, rule := range map[string]string{
		"Plain": "idlib AND ceasefire", "Preset": "place:idlib AND #ceasefire", "Quotes": `"observation post" OR 'it'`, "Colon": "a: b", "Arabic": "إدلب OR هدنة",
		"Lines": "idlib\nAND #ceasefire", "Minus": "- football",
	} {
		t.Run(name, func(t *testing.T) {
			body, err := config.Draft{
				Feeds: []string{"https://www.wire.example/rss", "https://feeds.wire.example/other", "http://[::1]:8000/a"},
				Watch: "123", Rule: rule, Slack: "C0123456789", Discord: "123456789012345678", Zone: "Europe/Istanbul",
			}.YAML()
			if err != nil {
				t.Fatal(err)
			}
			d, notes, faults := config.Load("vedette.yaml", body, config.Options{})
			if faults != nil || notes != nil {
				t.Fatalf("%v\n%v\n%s", faults, notes, body)
			}
			var got []string
			for _, f := range d.Feeds {
				got = append(got, string(f.Name))
			}
			got = append(got, d.Watches[0].Rule, d.Rooms[0].Slack, d.Rooms[1].Discord, d.Rooms[1].Zone.String())
			want := []string{"wire.example", "wire.example-2", "feed", rule, "C0123456789", "123456789012345678", "Europe/Istanbul"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("desk (-want +got):\n%s\n%s", diff, body)
			}
			if diff := cmp.Diff([]story.RoomName{config.SlackRoom, config.DiscordRoom}, d.Watches[0].Rooms); diff != "" {
				t.Errorf("told rooms (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEnvFileIsReadAsItWasMeant(t *testing.T) {
	want := map[string]string{"VEDETTE_SLACK_TOKEN": "xoxb-1", "VEDETTE_SECRET_ODD": `a$b"c'd\e #f`}
	text, err := config.EnvFile(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := config.ReadEnvFile(".env", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variables (-want +got):\n%s\n%s", diff, text)
	}
}
