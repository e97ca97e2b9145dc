package fakeroom_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"vedette/internal/fakeroom"
)

// An app is a connection of Socket Mode that does as a test says.
type app struct {
	t    *testing.T
	conn *websocket.Conn
}

// connect opens one, up to the greeting.
func connect(t *testing.T, s *fakeroom.Slack) *app {
	t.Helper()
	h := http.Header{"Authorization": {"Bearer " + s.AppToken()}}
	address, _ := ask(t, http.MethodPost, s.API()+"/apps.connections.open", h, "").body["url"].(string)
	conn, res, err := websocket.DefaultDialer.DialContext(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	a := &app{t, conn}
	t.Cleanup(func() { conn.Close() })
	if hello := a.read(); hello["type"] != "hello" {
		t.Fatalf("the greeting is %v", hello)
	}
	return a
}

// read returns the next frame.
func (a *app) read() object {
	a.t.Helper()
	var o object
	if err := a.conn.ReadJSON(&o); err != nil {
		a.t.Fatal(err)
	}
	return o
}

// say sends a frame.
func (a *app) say(v any) {
	a.t.Helper()
	if err := a.conn.WriteJSON(v); err != nil {
		a.t.Fatal(err)
	}
}

func TestSlackOpensSocketsToAppsAlone(t *testing.T) {
	s := slackServer(t)
	for name, h := range map[string]http.Header{
		"NoToken": {}, "BotToken": {"Authorization": {"Bearer " + token}},
	} {
		if got := ask(t, http.MethodPost, s.API()+"/apps.connections.open", h, ""); got.body["ok"] != false {
			t.Errorf("%s: answer %s", name, got.text)
		}
	}
	h := http.Header{"Authorization": {"Bearer " + s.AppToken()}, "Content-Type": {"application/x-www-form-urlencoded"}}
	if got := ask(t, http.MethodPost, s.API()+"/apps.connections.open", h, "token="+s.AppToken()); got.body["ok"] != false {
		t.Errorf("token as a parameter: answer %s", got.text)
	}
	blamed(t, s, "parameter")
	if got := ask(t, http.MethodGet, strings.TrimSuffix(s.API(), "/api")+"/link/?ticket=guessed", http.Header{}, ""); got.status != http.StatusForbidden {
		t.Errorf("a ticket that is none: status %d", got.status)
	}
}

func TestSlackDeliversUntilItIsAcknowledged(t *testing.T) {
	s := slackServer(t)
	s.Join("U1", "Ada")
	s.Command("U1", "C1", "a & <b>") // before anybody listens
	one := connect(t, s)
	first := one.read()
	payload, _ := first["payload"].(object)
	if first["type"] != "slash_commands" || payload["text"] != "a &amp; &lt;b&gt;" || payload["user_name"] != "Ada" {
		t.Errorf("delivered %v", first)
	}
	two := connect(t, s)
	one.conn.Close()
	again := two.read()
	if again["envelope_id"] != first["envelope_id"] {
		t.Errorf("delivered %v, want what was not acknowledged", again)
	}
	two.say(object{"envelope_id": again["envelope_id"], "payload": object{"text": "busy", "response_type": "ephemeral", "unfurl_links": false}})
	s.Mention("U1", "C1", "", "x")
	if next := two.read(); next["type"] != "events_api" {
		t.Errorf("delivered %v", next)
	}
	two.say(object{"envelope_id": "e-guessed"})
	for len(s.Violations()) == 0 && t.Context().Err() == nil {
		pause()
	}
	blamed(t, s, "no envelope")
	if p := s.Private("U1"); len(p) != 1 || p[0].Text != "busy" {
		t.Errorf("Ada sees %v", p)
	}
	if acks := s.Acks(); len(acks) != 1 || acks[0].Kind != "slash_commands" || acks[0].After > time.Minute {
		t.Errorf("acknowledged: %v", acks)
	}
}

func TestSlackHoldsResponseURLsToTheirRules(t *testing.T) {
	s := slackServer(t)
	s.Join("U1", "Ada")
	a := connect(t, s)
	s.Command("U1", "C1", "x")
	payload, _ := a.read()["payload"].(object)
	hook, _ := payload["response_url"].(string)
	quiet := func(more object) string {
		o := object{"text": "x", "unfurl_links": false, "unfurl_media": false}
		maps.Copy(o, more)
		raw, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	post := func(body string, h http.Header) said { return ask(t, http.MethodPost, hook, h, body) }
	post(quiet(nil), http.Header{})
	post(quiet(object{"response_type": "in_channel"}), http.Header{})
	spotless(t, s)
	if len(s.Private("U1")) != 1 || len(s.Posts("C1")) != 1 {
		t.Errorf("Ada sees %v, the channel %v", s.Private("U1"), s.Posts("C1"))
	}
	for _, tt := range []struct {
		body string
		h    http.Header
		want string
	}{
		{quiet(object{"blocks": of(51, object{"type": "divider"})}), http.Header{}, "invalid_blocks"},
		{"x", http.Header{}, "invalid_payload"},
		{quiet(object{"response_type": "loud"}), http.Header{}, "response_type"},
		{quiet(nil), http.Header{"Authorization": {"Bearer x"}}, "a token is sent"},
		{`{"text":"x"}`, http.Header{}, "unfurl_links"},
	} {
		post(tt.body, tt.h)
		blamed(t, s, tt.want)
	}
	ask(t, http.MethodPost, hook+"x", http.Header{}, quiet(nil))
	blamed(t, s, "no_such_url")
	for range 3 {
		post(quiet(nil), http.Header{})
	}
	blamed(t, s, "used five times")
}

// input is a field of a form.
func input(more object) object {
	e := object{"type": "plain_text_input", "action_id": "value"}
	maps.Copy(e, more)
	return object{"type": "input", "block_id": "b", "label": plain("Rule"), "element": e}
}

func TestSlackRefusesViewsAsSlackDoes(t *testing.T) {
	long := strings.Repeat
	view := func(more object) object {
		v := object{"type": "modal", "title": plain("A form"), "submit": plain("Send"), "blocks": of(1, input(nil))}
		for k, value := range more {
			if v[k] = value; value == nil {
				delete(v, k)
			}
		}
		return v
	}
	for name, tt := range map[string]struct {
		view object
		want string // "" is taken
	}{
		"Plain":           {view(nil), ""},
		"Limits":          {view(object{"title": plain(long("x", 24)), "private_metadata": long("x", 3000), "callback_id": long("x", 255), "blocks": append(of(99, object{"type": "divider"}), input(object{"initial_value": long("x", 3000), "max_length": 3000, "placeholder": plain(long("x", 150))}))}), ""},
		"NoTitle":         {view(object{"title": nil}), "plain_text"},
		"LongTitle":       {view(object{"title": plain(long("x", 25))}), "25 characters"},
		"LongSubmit":      {view(object{"submit": plain(long("x", 25))}), "25 characters"},
		"LongClose":       {view(object{"close": plain(long("x", 25))}), "25 characters"},
		"NoSubmit":        {view(object{"submit": nil}), "cannot be sent"},
		"NoBlocks":        {view(object{"blocks": []object{}}), "0 blocks"},
		"ManyBlocks":      {view(object{"blocks": of(101, object{"type": "divider"})}), "101 blocks"},
		"LongMetadata":    {view(object{"private_metadata": long("x", 3001)}), "3001 characters"},
		"LongCallback":    {view(object{"callback_id": long("x", 256)}), "256 characters"},
		"UnknownKey":      {view(object{"color": "red"}), "color"},
		"NoModal":         {view(object{"type": "poster"}), "poster"},
		"UnknownField":    {view(object{"blocks": of(1, object{"type": "input", "label": plain("x"), "element": object{"type": "lever"}})}), "lever"},
		"LongLabel":       {view(object{"blocks": of(1, object{"type": "input", "label": plain(long("x", 2001)), "element": input(nil)["element"]})}), "2001 characters"},
		"LongPlaceholder": {view(object{"blocks": of(1, input(object{"placeholder": plain(long("x", 151))}))}), "151 characters"},
		"LongValue":       {view(object{"blocks": of(1, input(object{"initial_value": long("x", 11), "max_length": 10}))}), "11 characters"},
		"LongMost":        {view(object{"blocks": of(1, input(object{"max_length": 3001}))}), "3001"},
		"NoMost":          {view(object{"blocks": of(1, input(object{"max_length": 0}))}), "want 1 to"},
		"NoView":          {nil, "no object"},
	} {
		t.Run(name, func(t *testing.T) {
			raw, err := json.Marshal(tt.view)
			if err != nil {
				t.Fatal(err)
			}
			why := strings.Join(fakeroom.SlackRefusesView(raw), " ")
			if (why == "") != (tt.want == "") || !strings.Contains(why, tt.want) {
				t.Errorf("refused for %q, want %q", why, tt.want)
			}
		})
	}
	if why := fakeroom.SlackRefuses([]byte(`[` + `{"type":"input","label":{"type":"plain_text","text":"x"},"element":{"type":"plain_text_input"}}]`)); len(why) == 0 {
		t.Error("a field stands in a message")
	}
}

func TestSlackShowsAFormToWhoAskedForIt(t *testing.T) {
	s := slackServer(t)
	s.Join("U1", "Ada")
	api := slack.New(token, slack.OptionAPIURL(s.API()+"/"))
	a := connect(t, s)
	trigger := func() string {
		s.Command("U1", "C1", "form")
		e := a.read()
		a.say(object{"envelope_id": e["envelope_id"]})
		payload, _ := e["payload"].(object)
		id, _ := payload["trigger_id"].(string)
		return id
	}
	label := func(s string) *slack.TextBlockObject { return slack.NewTextBlockObject("plain_text", s, false, false) }
	view := slack.ModalViewRequest{Type: slack.VTModal, Title: label("A form"), Submit: label("Send"), PrivateMetadata: "m", Blocks: slack.Blocks{BlockSet: []slack.Block{
		slack.NewInputBlock("rule", label("Rule"), nil, slack.NewPlainTextInputBlockElement(nil, "value")),
	}}}
	id := trigger()
	if _, err := api.OpenViewContext(t.Context(), id, view); err != nil {
		t.Fatal(err)
	}
	if m := s.Modal("U1"); m == nil || m.Title != "A form" || m.Text != "Rule:" || !cmp.Equal(m.Fields, []string{"rule"}) {
		t.Errorf("Ada sees %+v", m)
	}
	spotless(t, s)
	if _, err := api.OpenViewContext(t.Context(), id, view); err == nil {
		t.Error("a trigger opens two forms")
	}
	blamed(t, s, "exchanged_trigger_id")
	if !s.Submit("U1", map[string]string{"rule": "idlib"}) {
		t.Error("the form cannot be sent")
	}
	e := a.read()
	var sent slack.InteractionCallback
	raw, _ := json.Marshal(e["payload"])
	if err := json.Unmarshal(raw, &sent); err != nil || sent.Type != slack.InteractionTypeViewSubmission ||
		sent.View.State.Values["rule"]["value"].Value != "idlib" || sent.View.PrivateMetadata != "m" || sent.User.ID != "U1" {
		t.Errorf("sent %s, %v", raw, err)
	}
	if _, err := api.UpdateViewContext(t.Context(), view, "", "", "V0"); err == nil {
		t.Error("a form that nobody has open is changed")
	}
	if _, err := api.UpdateViewContext(t.Context(), view, "", "other", sent.View.ID); err == nil {
		t.Error("a form is changed by its old hash")
	}
	s.CloseModal("U1")
	if s.Modal("U1") != nil || s.Submit("U1", nil) || s.PressModal("U1", "Send") {
		t.Error("the form is still there")
	}
}

func TestSlackKnowsPeopleGroupsFilesAndPins(t *testing.T) {
	s := slackServer(t)
	s.Join("U1", "Ada")
	s.Group("S1", "U1")
	api := slack.New(token, slack.OptionAPIURL(s.API()+"/"))
	if u, err := api.GetUserInfoContext(t.Context(), "U1"); err != nil || u.Profile.DisplayName != "Ada" {
		t.Errorf("user %v, %v", u, err)
	}
	if _, err := api.GetUserInfoContext(t.Context(), "U2"); err == nil {
		t.Error("nobody has a name")
	}
	if m, err := api.GetUserGroupMembersContext(t.Context(), "S1"); err != nil || !cmp.Equal(m, []string{"U1"}) {
		t.Errorf("members %v, %v", m, err)
	}
	if _, err := api.GetUserGroupMembersContext(t.Context(), "S2"); err == nil {
		t.Error("no group has members")
	}
	dm, _, _, err := api.OpenConversationContext(t.Context(), &slack.OpenConversationParameters{Users: []string{"U1"}})
	if err != nil || dm.ID != fakeroom.SlackDirect("U1") {
		t.Fatalf("messages %v, %v", dm, err)
	}
	_, err = api.UploadFileContext(t.Context(), slack.UploadFileParameters{
		Reader: strings.NewReader("data"), FileSize: 4, Filename: "a.csv", AltTxt: "a <table>", Channel: dm.ID,
	})
	if err != nil || string(s.File("a.csv")) != "data" {
		t.Errorf("the file is %q, %v", s.File("a.csv"), err)
	}
	p := s.Posts(dm.ID)
	if len(p) != 1 || p[0].Text != "file a.csv a <table>" {
		t.Fatalf("the channel has %v", p)
	}
	item := slack.NewRefToMessage(dm.ID, p[0].ID)
	if err := api.AddPinContext(t.Context(), dm.ID, item); err != nil || !s.Posts(dm.ID)[0].Pinned {
		t.Errorf("pinned %v, %v", s.Posts(dm.ID), err)
	}
	if _, err := api.PostEphemeralContext(t.Context(), "C1", "U1", slack.MsgOptionText("psst", false)); err != nil || len(s.Private("U1")) != 1 {
		t.Errorf("Ada sees %v, %v", s.Private("U1"), err)
	}
	spotless(t, s)
	if _, err := api.PostEphemeralContext(t.Context(), "C1", "U2", slack.MsgOptionText("psst", false)); err == nil {
		t.Error("nobody sees it")
	}
	blamed(t, s, "is nobody")
	_, err = api.UploadFileContext(t.Context(), slack.UploadFileParameters{Reader: strings.NewReader("data"), FileSize: 5, Filename: "b.csv"})
	blamed(t, s, "5 were announced")
	if err != nil {
		t.Error(err)
	}
}
