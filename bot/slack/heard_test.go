package slack

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"vedette/bot/command"
	"vedette/bot/words"
)

func TestWhatSlackMakesOfWordsIsUndone(t *testing.T) {
	for name, tt := range map[string]struct{ in, want string }{
		"Plain":        {"status idlib", "status idlib"},
		"Spaces":       {"  status   idlib ", "status   idlib"},
		"Quotes":       {`test idlib "observation post"`, `test idlib "observation post"`},
		"Escaped":      {"a &amp; b &lt;c&gt; &amp;lt;", "a & b <c> &lt;"},
		"OtherEntity":  {"&copy; &#39;", "&copy; &#39;"},
		"Link":         {"why <https://news.example/1>", "why https://news.example/1"},
		"NamedLink":    {"why <https://news.example/?a=1&amp;b=2|news.example/…>", "why https://news.example/?a=1&b=2"},
		"Person":       {"assign 7 <@U0BOB>", "assign 7 <@U0BOB>"},
		"NamedPerson":  {"assign 7 <@U0BOB|bob>", "assign 7 <@U0BOB|bob>"},
		"Channel":      {"<#C1|desk> <#C2>", "desk #C2"},
		"Group":        {"<!subteam^S1|@oncall> <!here>", "@oncall !here"},
		"Mail":         {"<mailto:a@b.example|a@b.example>", "a@b.example"},
		"Phone":        {"<tel:123|123>", "123"},
		"LessAndMore":  {"1 < 2 > 0", "1 < 2 > 0"},
		"Unfinished":   {"<https://news.example", "<https://news.example"},
		"Arabic":       {"test إدلب", "test إدلب"},
		"MoreThanOnce": {"&amp;amp;lt;", "&amp;lt;"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := typed(tt.in); got != tt.want {
				t.Errorf("typed(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
	for in, want := range map[string]string{
		"<@U1> status": "status", "hey <@U1>, status": "hey status", "<@U1|vedette>: status": "status", "status <@U1>": "status",
		"<@U2> <@U1> x": "<@U2> x", "<@U1> assign 7 <@U1>": "assign 7 <@U1>", "status": "status",
	} {
		if got := addressed(in, "U1"); got != want {
			t.Errorf("addressed(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestWhoIsMentionedHasAName(t *testing.T) {
	name := func(user string) string {
		return map[string]string{"U1": "Ada", "U2": " Bob  <B|>\u00a0Smith "}[user]
	}
	for in, want := range map[string]string{
		"assign 7 <@U1>": "assign 7 <@U1|Ada>", "<@U2>": "<@U2|Bob_B_Smith>", "<@U1|x> <@u1> <@U1": "<@U1|x> <@u1> <@U1",
		"<@U1><@U1><@U1><@U1>": "<@U1|Ada><@U1|Ada><@U1|Ada><@U1>",
	} {
		if got := named(in, name); got != want {
			t.Errorf("named(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	metadata := metadata{Name: "watch add", Args: map[string]string{"a": "b"}, Channel: "C1"}.pack()
	view := map[string]any{
		"id": "V1", "private_metadata": metadata,
		"state": map[string]any{"values": map[string]any{"rule": map[string]any{"value": map[string]any{"type": "plain_text_input", "value": "x"}}}},
	}
	person := map[string]any{"id": "U0ADA", "name": "Ada", "team_id": "T1"}
	for k, payload := range map[kind]map[string]any{
		slash:  {"team_id": "T1", "user_id": "U0ADA", "user_name": "Ada", "channel_id": "C1", "text": "status &lt; <@U1|x>", "trigger_id": "1.2", "response_url": "https://hooks.slack.com/x"},
		events: {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event": map[string]any{"type": "app_mention", "user": "U0ADA", "text": "<@U0BOT> x", "channel": "C1", "ts": "1.1", "thread_ts": "1.0"}},
		interact: {
			"type": "block_actions", "trigger_id": "3", "team": map[string]any{"id": "T1"}, "user": person, "channel": map[string]any{"id": "C1"},
			"container": map[string]any{"message_ts": "1.1", "thread_ts": "1.0"}, "actions": []any{map[string]any{"action_id": "do:0", "value": "ack-7:key"}},
		},
		"interactive ": {"type": "view_submission", "team": map[string]any{"id": "T1"}, "user": person, "view": view},
	} {
		raw, err := json.Marshal(payload)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(strings.TrimSpace(string(k)), string(raw))
		f.Add(string(slash), url.Values{"payload": {string(raw)}}.Encode())
	}
	f.Add("interactive", `{"type":"view_submission","view":{"private_metadata":"null"},"user":{"id":"U1"},"team":{"id":"T1"}}`)
	f.Add("interactive", `{"type":"block_actions","actions":[null],"user":null}`)
	f.Fuzz(func(t *testing.T, k, raw string) {
		for _, payload := range [][]byte{[]byte(raw), formOrNil(kind(k), raw)} {
			h, err := decode(kind(k), payload)
			if err != nil {
				continue
			}
			if !userID(h.From.ID) || h.Key == "" || len(h.Where.Channel) > mostChannel || h.Where.Platform != command.Slack || len(h.teams) == 0 {
				t.Errorf("heard %+v", h)
			}
			if len(h.From.Name) > mostName || !utf8.ValidString(h.From.Name) || strings.ContainsAny(h.From.Name, "\n\x00\u202e") {
				t.Errorf("the name is %q", h.From.Name)
			}
			if h.sent && (h.Args == nil || h.do != "") || strings.Contains(h.do, ":") {
				t.Errorf("heard %+v", h)
			}
			again, err := decode(kind(k), payload)
			if err != nil || !reflect.DeepEqual(h, again) {
				t.Errorf("the second time, heard %+v, %v", again, err)
			}
			addressed(h.Words, "U0BOT")
		}
	})
}

// formOrNil returns the JSON in a form, or nothing.
func formOrNil(k kind, raw string) []byte {
	payload, err := formJSON(k, []byte(raw))
	if err != nil {
		return nil
	}
	return payload
}

// silent answers nothing.
type silent struct{ command.Answerer }

func (silent) Words(command.Place) words.Words { return words.Words{} }

func TestADeliveryIsKnownByItsEnvelopeAndByWhatIsInIt(t *testing.T) {
	in := &Inbox{answerer: silent{}, queue: command.NewQueue(), who: identity{team: "T1"}}
	in.queue.Open()
	typed := func(trigger string) []byte {
		return []byte(`{"team_id":"T1","user_id":"U1","channel_id":"C1","trigger_id":"` + trigger + `"}`)
	}
	for i, tt := range []struct {
		envelope, trigger string
		acts              bool
	}{
		{"e1", "1", true}, {"e2", "1", false}, {"e1", "2", false}, {"e3", "3", true}, {"", "3", false}, {"", "4", true},
	} {
		got, err := in.receive(delivery{kind: slash, envelope: tt.envelope, payload: typed(tt.trigger)})
		if err != nil || (got.begin != nil) != tt.acts {
			t.Errorf("%d: acts %v (%v), want %v", i, got.begin != nil, err, tt.acts)
		}
	}
}
