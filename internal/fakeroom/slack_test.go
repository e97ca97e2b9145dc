package fakeroom_test

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vedette/internal/fakeroom"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/slack-go/slack"
)

// plain returns a text object.
func plain(s string) object { return object{"type": "plain_text", "text": s, "emoji": false} }

func mrkdwn(s string) object { return object{"type": "mrkdwn", "text": s, "verbatim": true} }

func section(text object) object { return object{"type": "section", "text": text} }

func pressable(more object) object {
	b := object{"type": "button", "text": plain("Go")}
	maps.Copy(b, more)
	return b
}

func actions(elements ...object) object { return object{"type": "actions", "elements": elements} }

func rich(spans ...object) object {
	return object{"type": "rich_text", "elements": []object{{"type": "rich_text_section", "elements": spans}}}
}

// of returns n values.
func of[T any](n int, v T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = v
	}
	return all
}

func TestSlackRefusesWhatSlackDoes(t *testing.T) {
	long := strings.Repeat
	for name, tt := range map[string]struct {
		args  object
		error string
		blame string
	}{
		"Nothing":           {object{}, "no_text", "neither"},
		"Blank":             {object{"text": " "}, "no_text", "neither"},
		"NoChannel":         {object{"text": "x", "channel": "#general"}, "channel_not_found", "#general"},
		"UnknownThread":     {object{"text": "x", "thread_ts": "1.000001"}, "thread_not_found", "1.000001"},
		"WrongToken":        {object{"text": "x", "token": "xoxb-other"}, "invalid_auth", "invalid_auth"},
		"NoArray":           {object{"blocks": "{"}, "invalid_blocks_format", "no JSON array"},
		"Attachments":       {object{"text": "x", "attachments": "[]"}, "invalid_arguments", "attachments"},
		"ManyBlocks":        {object{"blocks": of(51, object{"type": "divider"})}, "invalid_blocks", "51 blocks"},
		"UnknownBlock":      {object{"blocks": of(1, object{"type": "hologram"})}, "invalid_blocks", "hologram"},
		"BlockIsNoObject":   {object{"blocks": of(1, "x")}, "invalid_blocks", "no object"},
		"UnknownKey":        {object{"blocks": of(1, object{"type": "divider", "color": "red"})}, "invalid_blocks", "property: color"},
		"LongBlockID":       {object{"blocks": of(1, object{"type": "divider", "block_id": long("x", 256)})}, "invalid_blocks", "256 characters"},
		"BlockIDTwice":      {object{"blocks": of(2, object{"type": "divider", "block_id": "x"})}, "invalid_blocks", "twice"},
		"LongHeader":        {object{"blocks": of(1, object{"type": "header", "text": plain(long("x", 151))})}, "invalid_blocks", "151 characters"},
		"MarkupInHeader":    {object{"blocks": of(1, object{"type": "header", "text": mrkdwn("x")})}, "invalid_blocks", "plain_text"},
		"LongSection":       {object{"blocks": of(1, section(plain(long("x", 3001))))}, "invalid_blocks", "3001 characters"},
		"EmptySection":      {object{"blocks": of(1, section(plain("")))}, "invalid_blocks", "0 characters"},
		"SectionOfNothing":  {object{"blocks": of(1, object{"type": "section"})}, "invalid_blocks", "no text"},
		"EmojiInMarkup":     {object{"blocks": of(1, section(object{"type": "mrkdwn", "text": "x", "emoji": true}))}, "invalid_blocks", "emoji"},
		"ManyFields":        {object{"blocks": of(1, object{"type": "section", "fields": of(11, plain("x"))})}, "invalid_blocks", "11 elements"},
		"NoFields":          {object{"blocks": of(1, object{"type": "section", "fields": []object{}})}, "invalid_blocks", "no fields"},
		"LongField":         {object{"blocks": of(1, object{"type": "section", "fields": of(1, plain(long("x", 2001)))})}, "invalid_blocks", "2001 characters"},
		"ManyInContext":     {object{"blocks": of(1, object{"type": "context", "elements": of(11, plain("x"))})}, "invalid_blocks", "11 elements"},
		"EmptyContext":      {object{"blocks": of(1, object{"type": "context", "elements": []object{}})}, "invalid_blocks", "no elements"},
		"ButtonInContext":   {object{"blocks": of(1, object{"type": "context", "elements": of(1, pressable(nil))})}, "invalid_blocks", "no text"},
		"ManyActions":       {object{"blocks": of(1, actions(of(26, pressable(nil))...))}, "invalid_blocks", "26 elements"},
		"UnknownAction":     {object{"blocks": of(1, actions(object{"type": "lever"}))}, "invalid_blocks", "lever"},
		"LongLabel":         {object{"blocks": of(1, actions(pressable(object{"text": plain(long("x", 76))})))}, "invalid_blocks", "76 characters"},
		"LongURL":           {object{"blocks": of(1, actions(pressable(object{"url": "https://e.org/" + long("x", 2987)})))}, "invalid_blocks", "3001 characters"},
		"NoURL":             {object{"blocks": of(1, actions(pressable(object{"url": "javascript:x"})))}, "invalid_blocks", "no URL"},
		"LongValue":         {object{"blocks": of(1, actions(pressable(object{"value": long("x", 2001)})))}, "invalid_blocks", "2001 characters"},
		"LongActionID":      {object{"blocks": of(1, actions(pressable(object{"action_id": long("x", 256)})))}, "invalid_blocks", "256 characters"},
		"ActionIDTwice":     {object{"blocks": of(1, actions(of(2, pressable(object{"action_id": "x"}))...))}, "invalid_blocks", "twice"},
		"UnknownStyle":      {object{"blocks": of(1, actions(pressable(object{"style": "loud"})))}, "invalid_blocks", "loud"},
		"BadAccessory":      {object{"blocks": of(1, object{"type": "section", "text": plain("x"), "accessory": object{"type": "lever"}})}, "invalid_blocks", "lever"},
		"ImageWithoutAlt":   {object{"blocks": of(1, object{"type": "image", "image_url": "https://e.org/x.png"})}, "invalid_blocks", "alt_text"},
		"UnknownRichText":   {object{"blocks": of(1, object{"type": "rich_text", "elements": of(1, object{"type": "rich_text_poem"})})}, "invalid_blocks", "rich_text_poem"},
		"UnknownSpan":       {object{"blocks": of(1, rich(object{"type": "hologram"}))}, "invalid_blocks", "hologram"},
		"EmptySpan":         {object{"blocks": of(1, rich(object{"type": "text", "text": ""}))}, "invalid_blocks", "0 characters"},
		"SpanOfNoURL":       {object{"blocks": of(1, rich(object{"type": "link", "url": "mailto:x"}))}, "invalid_blocks", "no URL"},
		"EmptyLabelOfLink":  {object{"blocks": of(1, rich(object{"type": "link", "url": "https://e.org", "text": ""}))}, "invalid_blocks", "0 characters"},
		"EmptyRichText":     {object{"blocks": of(1, rich())}, "invalid_blocks", "no elements"},
		"TooMuchInAll":      {object{"blocks": of(5, section(plain(long("x", 2641))))}, "msg_blocks_too_long", "13205"},
		"MetadataIsText":    {object{"text": "x", "metadata": "{"}, "invalid_metadata_format", "event_type"},
		"MetadataHasNoType": {object{"text": "x", "metadata": object{"event_payload": object{}}}, "invalid_metadata_format", "event_type"},
		"PayloadIsText":     {object{"text": "x", "metadata": object{"event_type": "x", "event_payload": "x"}}, "invalid_metadata_format", "event_type"},
	} {
		t.Run(name, func(t *testing.T) {
			s := slackServer(t)
			got := slackJSON(t, s, "chat.postMessage", tt.args)
			if got.status != 200 || got.body["ok"] != false || got.body["error"] != tt.error {
				t.Errorf("answer %d %s; want the error %s", got.status, got.text, tt.error)
			}
			blamed(t, s, tt.blame)
			if n := len(s.Posts("C1")); n != 0 {
				t.Errorf("%d messages stand; want none", n)
			}
		})
	}
}

func TestSlackTakesWhatSlackDoesAndBlamesItAllTheSame(t *testing.T) {
	for name, tt := range map[string]struct {
		args  object
		blame string
	}{
		"LinkNames":      {object{"text": "x", "link_names": true}, "link_names"},
		"LinkNamesOne":   {object{"text": "x", "link_names": 1}, "link_names"},
		"ParseFull":      {object{"text": "x", "parse": "full"}, "parse"},
		"UnfurlLinks":    {object{"text": "x", "unfurl_links": true}, "unfurl_links"},
		"NoUnfurlLinks":  {object{"text": "x", "unfurl_links": nil}, "unfurl_links"},
		"NoUnfurlMedia":  {object{"text": "x", "unfurl_media": nil}, "unfurl_media"},
		"TextIsCut":      {object{"text": strings.Repeat("x", 40_001)}, "40001"},
		"LinkNamesAsStr": {object{"text": "x", "link_names": "1"}, "link_names"},
	} {
		t.Run(name, func(t *testing.T) {
			s := slackServer(t)
			if got := slackJSON(t, s, "chat.postMessage", tt.args); got.body["ok"] != true {
				t.Errorf("answer %s; want ok", got.text)
			}
			blamed(t, s, tt.blame)
			if p := s.Posts("C1"); len(p) != 1 || len(p[0].Text) > 40_000 {
				t.Errorf("%d messages stand; want one that is no longer than Slack has it", len(p))
			}
		})
	}
}

func TestSlackTakesWhatJustFits(t *testing.T) {
	s := slackServer(t)
	long := strings.Repeat
	for _, blocks := range [][]object{
		of(50, object{"type": "divider"}),
		{{"type": "header", "text": plain(long("x", 150)), "block_id": long("x", 255)}},
		of(4, section(plain(long("x", 3000)))),
		of(5, section(plain(long("x", 2640)))),
		{{"type": "section", "fields": append(of(5, plain(long("x", 2000))), of(5, mrkdwn("x"))...)}},
		{{"type": "context", "elements": of(10, plain("x"))}},
		{actions(of(25, pressable(object{"url": "https://e.org/" + long("x", 2986), "value": long("x", 2000)}))...)},
		{rich(object{"type": "text", "text": "x", "style": object{"bold": true}}, object{"type": "emoji", "name": "x"})},
	} {
		if got := slackJSON(t, s, "chat.postMessage", object{"text": "x", "blocks": blocks}); got.body["ok"] != true {
			t.Errorf("answer %s; want ok", got.text)
		}
	}
	spotless(t, s)
}

func TestSlackKnowsWhomAMessagePings(t *testing.T) {
	for name, tt := range map[string]struct {
		args object
		want []string
	}{
		"Channel":      {object{"text": "a <!channel> b"}, []string{"<!channel>"}},
		"Labelled":     {object{"text": "<!here|here>"}, []string{"<!here>"}},
		"Everyone":     {object{"text": "<!everyone>", "mrkdwn": false}, []string{"<!everyone>"}},
		"User":         {object{"text": "<@U012AB>"}, []string{"<@U012AB>"}},
		"Group":        {object{"text": "<!subteam^S01|@oncall>"}, []string{"<!subteam^S01>"}},
		"Escaped":      {object{"text": "&lt;!channel&gt; &amp;lt;!here&gt;"}, nil},
		"Bare":         {object{"text": "@channel @everyone"}, nil},
		"LinkNames":    {object{"text": "to @channel", "link_names": true}, []string{"@channel"}},
		"Markup":       {object{"blocks": of(1, section(mrkdwn("<!here>")))}, []string{"<!here>"}},
		"Plain":        {object{"blocks": of(1, section(plain("<!here>")))}, nil},
		"Field":        {object{"blocks": of(1, object{"type": "section", "fields": of(1, mrkdwn("<@W1>"))})}, []string{"<@W1>"}},
		"Context":      {object{"blocks": of(1, object{"type": "context", "elements": of(1, mrkdwn("<@U1>"))})}, []string{"<@U1>"}},
		"TextOfBlocks": {object{"text": "<!here>", "blocks": of(1, section(plain("x")))}, []string{"<!here>"}},
		"RichText": {
			object{"blocks": of(1, rich(object{"type": "user", "user_id": "U1"},
				object{"type": "usergroup", "usergroup_id": "S1"}, object{"type": "broadcast", "range": "here"}))},
			[]string{"<@U1>", "<!subteam^S1>", "<!here>"},
		},
		"RichTextIsText": {object{"blocks": of(1, rich(object{"type": "text", "text": "<!here>"}))}, nil},
		"List": {
			object{"blocks": of(1, object{"type": "rich_text", "elements": of(1, object{
				"type": "rich_text_list", "style": "bullet",
				"elements": of(1, object{"type": "rich_text_section", "elements": of(1, object{"type": "user", "user_id": "U1"})}),
			})})},
			[]string{"<@U1>"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := slackServer(t)
			if got := slackJSON(t, s, "chat.postMessage", tt.args); got.body["ok"] != true {
				t.Fatalf("answer %s; want ok", got.text)
			}
			if got := s.Posts("C1")[0].Mentions; !cmp.Equal(got, tt.want) {
				t.Errorf("pings %q; want %q", got, tt.want)
			}
		})
	}
}

func TestSlackReadsAMessageAsAPersonDoes(t *testing.T) {
	s := slackServer(t)
	slackJSON(t, s, "chat.postMessage", object{"text": "fallback https://hidden.org", "blocks": []object{
		{"type": "header", "text": plain("ELEVATED <x>")},
		{
			"type": "section", "text": mrkdwn("a &lt;b&gt; <https://e.org/?a&amp;b|label> <#C1|general> <https://e.org/2>"),
			"fields": []object{plain("one"), plain("two")}, "accessory": pressable(object{"url": "https://e.org/3"}),
		},
		{"type": "divider"},
		rich(object{"type": "text", "text": "says "}, object{"type": "link", "url": "https://e.org/4", "text": "AFP"},
			object{"type": "link", "url": "https://e.org/4"}, object{"type": "channel", "channel_id": "C1"}, object{"type": "emoji", "name": "fire"}),
		{"type": "context", "elements": []object{plain("7 outlets"), {"type": "image", "image_url": "https://e.org/i", "alt_text": "alt"}}},
		actions(pressable(nil), pressable(object{"action_id": "b"})),
		section(object{"type": "mrkdwn", "text": "see https://bare.org/x."}),
	}})
	spotless(t, s)
	p := s.Posts("C1")[0]
	want := strings.Join([]string{
		"ELEVATED <x>", "a <b> label general https://e.org/2", "one", "two", "[Go]",
		"says AFPhttps://e.org/4<#C1>:fire:", "7 outlets alt", "[Go] [Go]", "see https://bare.org/x.",
	}, "\n")
	if d := cmp.Diff(want, p.Text); d != "" {
		t.Errorf("text (-want +got):\n%s", d)
	}
	links := []string{"https://e.org/?a&b", "https://e.org/2", "https://e.org/3", "https://e.org/4", "https://bare.org/x"}
	if d := cmp.Diff(links, p.Links); d != "" {
		t.Errorf("links (-want +got):\n%s", d)
	}
}

func TestSlackFormsAndJSONMeanTheSame(t *testing.T) {
	s := slackServer(t)
	slackJSON(t, s, "chat.postMessage", object{
		"text": "x", "blocks": of(1, section(plain("x"))),
		"metadata": object{"event_type": "e", "event_payload": object{"delivery_id": "d1"}},
	})
	slackForm(t, s, "chat.postMessage", url.Values{
		"channel": {"C1"}, "text": {"x"}, "unfurl_links": {"false"}, "unfurl_media": {"0"},
		"blocks":   {`[{"type":"section","text":{"type":"plain_text","text":"x","emoji":false}}]`},
		"metadata": {`{"event_type":"e","event_payload":{"delivery_id":"d1"}}`},
	})
	spotless(t, s)
	p := s.Posts("C1")
	if d := cmp.Diff(p[0], p[1], cmpopts.IgnoreFields(fakeroom.Post{}, "ID", "At", "Raw")); d != "" {
		t.Errorf("JSON and form (-JSON +form):\n%s", d)
	}
	if p[1].Key != "d1" || strings.Contains(string(p[1].Raw), token) || !strings.Contains(string(p[1].Raw), `"blocks":[{`) {
		t.Errorf("key %q, raw %s; want d1, and blocks without a token", p[1].Key, p[1].Raw)
	}
}

func TestSlackServesItsClientLibrary(t *testing.T) {
	s := slackServer(t)
	api := slack.New(token, slack.OptionAPIURL(s.API()+"/"))
	if who, err := api.AuthTestContext(t.Context()); err != nil || who.UserID == "" {
		t.Errorf("auth.test: %v, %v", who, err)
	}
	meta := func(id string) slack.MsgOption {
		return slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "e", EventPayload: map[string]any{"delivery_id": id}})
	}
	post := func(text string, more ...slack.MsgOption) (string, error) {
		options := append(more, slack.MsgOptionText(text, true), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		_, ts, err := api.PostMessageContext(t.Context(), "C1", options...)
		return ts, err
	}
	button := slack.NewButtonBlockElement("open", "", slack.NewTextBlockObject("plain_text", "Open", false, false)).WithURL("https://e.org/")
	root, err := post("root & <", meta("d1"), slack.MsgOptionBlocks(
		slack.NewRichTextBlock("", slack.NewRichTextSection(slack.NewRichTextSectionTextElement("root", &slack.RichTextSectionTextStyle{Bold: true}))),
		slack.NewActionBlock("", button),
	))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := post("reply", meta("d2"), slack.MsgOptionTS(root))
	if err != nil {
		t.Fatal(err)
	}
	if reply <= root {
		t.Errorf("the reply's ts is %s, the root's %s; want it later", reply, root)
	}
	if _, _, _, err := api.UpdateMessageContext(t.Context(), "C1", root, slack.MsgOptionText("edited", false)); err != nil {
		t.Fatal(err)
	}
	h, err := api.GetConversationHistoryContext(t.Context(), &slack.GetConversationHistoryParameters{ChannelID: "C1", IncludeAllMetadata: true})
	if err != nil || len(h.Messages) != 1 {
		t.Fatalf("history has %v, %v; want the root alone", h, err)
	}
	m := h.Messages[0]
	if m.ReplyCount != 1 || m.ThreadTimestamp != root || m.LatestReply != reply || m.Metadata.EventPayload["delivery_id"] != "d1" || m.Edited == nil {
		t.Errorf("history tells %+v", m.Msg)
	}
	if len(m.Blocks.BlockSet) != 2 {
		t.Errorf("%d blocks stand after an edit that named none; want 2", len(m.Blocks.BlockSet))
	}
	thread, _, _, err := api.GetConversationRepliesContext(t.Context(), &slack.GetConversationRepliesParameters{ChannelID: "C1", Timestamp: root})
	if err != nil || len(thread) != 2 || thread[1].Timestamp != reply || thread[1].Metadata.EventPayload != nil {
		t.Errorf("replies are %v, %v; want root and reply, without metadata that was not asked for", thread, err)
	}
	spotless(t, s)
	p := s.Posts("C1")
	if len(p) != 2 || p[0].Edits != 1 || p[0].Changed.IsZero() || p[0].Key != "d1" || p[1].Thread != root || p[1].Key != "d2" || p[1].Edits != 0 {
		t.Errorf("stands: %+v", p)
	}
	if _, _, _, err = api.UpdateMessageContext(t.Context(), "C1", root, slack.MsgOptionBlocks(), slack.MsgOptionText("bare", false)); err != nil {
		t.Fatal(err)
	}
	if got := s.Posts("C1")[0].Text; got != "bare" {
		t.Errorf("after an edit to no blocks it says %q; want its text", got)
	}
	_, err = post("lost", slack.MsgOptionTS("1.000001"))
	if no, ok := errors.AsType[slack.SlackErrorResponse](err); !ok || no.Err != "thread_not_found" {
		t.Errorf("error %v; want thread_not_found", err)
	}
	s.Fail(fakeroom.Fault{Status: 429, Header: http.Header{"Retry-After": {"7"}}})
	_, err = post("busy")
	if busy, ok := errors.AsType[*slack.RateLimitedError](err); !ok || busy.RetryAfter != 7*time.Second {
		t.Errorf("error %v; want to wait 7s", err)
	}
}

func TestSlackEditsAreHeldToTheirRules(t *testing.T) {
	s := slackServer(t)
	ts := slackJSON(t, s, "chat.postMessage", object{"text": "<!here> x"}).body["ts"]
	reply := slackJSON(t, s, "chat.postMessage", object{"text": "r", "thread_ts": ts}).body["ts"]
	spotless(t, s)
	for _, tt := range []struct {
		method string
		args   object
		error  any
		blame  string
	}{
		{"chat.update", object{"ts": "1.000001", "text": "x"}, "message_not_found", "1.000001"},
		{"chat.update", object{"ts": ts, "text": strings.Repeat("x", 4001)}, "msg_too_long", "4001"},
		{"chat.update", object{"ts": ts, "blocks": of(51, object{"type": "divider"})}, "invalid_blocks", "51 blocks"},
		{"chat.update", object{"ts": ts, "text": "y", "link_names": true}, nil, "chat.update: link_names"},
		{"chat.postMessage", object{"text": "x", "thread_ts": reply}, "cannot_reply_to_message", "is a reply"},
		{"chat.delete", object{"ts": ts}, "unknown_method", "chat.delete"},
	} {
		if got := slackJSON(t, s, tt.method, tt.args); got.body["error"] != tt.error {
			t.Errorf("%s %v: %s; want the error %v", tt.method, tt.args, got.text, tt.error)
		}
		blamed(t, s, tt.blame)
	}
	if p := s.Posts("C1")[0]; p.Text != "y" || !cmp.Equal(p.Mentions, []string{"<!here>"}) {
		t.Errorf("it says %q and pings %q; want the edit, and the ping not forgotten", p.Text, p.Mentions)
	}
}

func TestSlackDoesNotBlameAClientForWhatPeopleDo(t *testing.T) {
	s := slackServer(t)
	ts, _ := slackJSON(t, s, "chat.postMessage", object{"text": "x"}).body["ts"].(string)
	s.Delete("C1", ts)
	s.Archive("C2")
	for _, tt := range []struct {
		method string
		args   object
		error  string
	}{
		{"chat.update", object{"ts": ts, "text": "x"}, "message_not_found"},
		{"chat.postMessage", object{"thread_ts": ts, "text": "x"}, "thread_not_found"},
		{"conversations.replies", object{"ts": ts}, "thread_not_found"},
		{"chat.postMessage", object{"channel": "C2", "text": "x"}, "is_archived"},
		{"chat.update", object{"channel": "C2", "ts": ts, "text": "x"}, "is_archived"},
	} {
		if got := slackJSON(t, s, tt.method, tt.args); got.body["error"] != tt.error {
			t.Errorf("%s: %s; want the error %s", tt.method, got.text, tt.error)
		}
	}
	if n := len(s.Posts("C1")); n != 0 {
		t.Errorf("%d messages stand; want none", n)
	}
	spotless(t, s)
}

func TestSlackTellsHistoryByPages(t *testing.T) {
	s := slackServer(t)
	var ts []string
	for i := range 5 {
		id, _ := slackJSON(t, s, "chat.postMessage", object{"text": fmt.Sprint(i)}).body["ts"].(string)
		ts = append(ts, id)
	}
	for i := range 3 {
		slackJSON(t, s, "chat.postMessage", object{"text": fmt.Sprint("r", i), "thread_ts": ts[0]})
	}
	told := func(method string, args object) string {
		got := slackJSON(t, s, method, args)
		var all []string
		list, _ := got.body["messages"].([]any)
		for _, m := range list {
			o, _ := m.(object)
			all = append(all, fmt.Sprint(o["text"]))
		}
		return strings.Join(all, " ")
	}
	cursor := func(method string, args object) any {
		meta, _ := slackJSON(t, s, method, args).body["response_metadata"].(object)
		return meta["next_cursor"]
	}
	for name, tt := range map[string]struct {
		method string
		args   object
		want   string
	}{
		"All":          {"conversations.history", object{}, "4 3 2 1 0"},
		"Limit":        {"conversations.history", object{"limit": 2}, "4 3"},
		"Oldest":       {"conversations.history", object{"oldest": ts[2]}, "4 3"},
		"Inclusive":    {"conversations.history", object{"oldest": ts[2], "inclusive": 1}, "4 3 2"},
		"Latest":       {"conversations.history", object{"latest": ts[2]}, "1 0"},
		"NextPage":     {"conversations.history", object{"limit": 2, "cursor": cursor("conversations.history", object{"limit": 2})}, "2 1"},
		"Thread":       {"conversations.replies", object{"ts": ts[0]}, "0 r0 r1 r2"},
		"NoThread":     {"conversations.replies", object{"ts": ts[1]}, "1"},
		"ThreadPage":   {"conversations.replies", object{"ts": ts[0], "limit": 2, "cursor": cursor("conversations.replies", object{"ts": ts[0], "limit": 2})}, "r1 r2"},
		"OtherChannel": {"conversations.history", object{"channel": "G2"}, ""},
	} {
		if got := told(tt.method, tt.args); got != tt.want {
			t.Errorf("%s: told %q; want %q", name, got, tt.want)
		}
	}
	spotless(t, s)
	slackJSON(t, s, "conversations.history", object{"limit": 5000})
	blamed(t, s, "invalid_limit")
	slackJSON(t, s, "conversations.history", object{"cursor": "x"})
	blamed(t, s, "invalid_cursor")
}
