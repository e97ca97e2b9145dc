package fakeroom_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/internal/fakeroom"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"
)

// messages is where a channel's are.
const messages = "/channels/" + channel + "/messages"

func button(more object) object {
	b := object{"type": 2, "style": 2, "label": "Go", "custom_id": "go"}
	for k, v := range more {
		if b[k] = v; v == nil {
			delete(b, k)
		}
	}
	return b
}

func row(buttons ...object) []object {
	return []object{{"type": 1, "components": buttons}}
}

func embeds(more ...object) object { return object{"embeds": more} }

func field(name, value string) object { return object{"name": name, "value": value} }

// send posts and returns the message's ID.
func send(t *testing.T, d *fakeroom.Discord, path string, body object) string {
	t.Helper()
	got := discord(t, d, http.MethodPost, path, body)
	id, ok := got.body["id"].(string)
	if got.status != http.StatusOK || !ok {
		t.Fatalf("answer %d %s; want a message", got.status, got.text)
	}
	return id
}

func TestDiscordRefusesWhatDiscordDoes(t *testing.T) {
	long := strings.Repeat
	link := func(u any) object { return button(object{"style": 5, "url": u, "custom_id": nil}) }
	for name, tt := range map[string]struct {
		body  object
		code  float64
		at    string // in Discord's errors
		blame string
	}{
		"Nothing":         {object{}, 50006, "", "empty"},
		"Blank":           {object{"content": " \n"}, 50006, "", "empty"},
		"EmptyEmbed":      {embeds(object{}), 50006, "", "empty"},
		"LongContent":     {object{"content": long("é", 2001)}, 50035, "content", "content: Must"},
		"ContentIsNumber": {object{"content": 5}, 50035, "content", "content"},
		"LongNonce":       {object{"content": "x", "nonce": long("x", 26)}, 50035, "nonce", "nonce"},
		"ManyEmbeds":      {embeds(of(11, object{"title": "x"})...), 50035, "embeds", "embeds"},
		"LongTitle":       {embeds(object{"title": long("x", 257)}), 50035, "embeds/0/title", "title"},
		"LongDescription": {embeds(object{"description": long("x", 4097)}), 50035, "embeds/0/description", "description"},
		"ManyFields":      {embeds(object{"fields": of(26, field("x", "y"))}), 50035, "embeds/0/fields", "fields"},
		"LongName":        {embeds(object{"fields": of(1, field(long("x", 257), "y"))}), 50035, "embeds/0/fields/0/name", "name"},
		"LongFieldValue":  {embeds(object{"fields": of(1, field("x", long("y", 1025)))}), 50035, "embeds/0/fields/0/value", "value"},
		"EmptyFieldValue": {embeds(object{"fields": of(1, field("x", " "))}), 50035, "embeds/0/fields/0/value", "value"},
		"LongFooter":      {embeds(object{"footer": object{"text": long("x", 2049)}}), 50035, "embeds/0/footer/text", "footer"},
		"LongAuthor":      {embeds(object{"author": object{"name": long("x", 257)}}), 50035, "embeds/0/author/name", "author"},
		"TooMuchInAll":    {embeds(of(2, object{"description": long("x", 3001)})...), 50035, "embeds", "6002"},
		"EmbedURL":        {embeds(object{"title": "x", "url": "javascript:x"}), 50035, "embeds/0/url", "well formed"},
		"ManyRows":        {object{"content": "x", "components": of(6, row(link("https://e.org"))[0])}, 50035, "components", "components"},
		"ManyButtons":     {object{"content": "x", "components": row(of(6, link("https://e.org"))...)}, 50035, "components/0/components", "components"},
		"EmptyRow":        {object{"content": "x", "components": row()}, 50035, "components/0/components", "components"},
		"UnknownRow":      {object{"content": "x", "components": of(1, object{"type": 10, "content": "x"})}, 50035, "components/0/type", "type 10"},
		"UnknownElement":  {object{"content": "x", "components": row(object{"type": 3})}, 50035, "components/0/components/0/type", "type 3"},
		"LongLabel":       {object{"content": "x", "components": row(button(object{"label": long("x", 81)}))}, 50035, "components/0/components/0/label", "label"},
		"LongCustomID":    {object{"content": "x", "components": row(button(object{"custom_id": long("x", 101)}))}, 50035, "components/0/components/0/custom_id", "custom_id"},
		"EmptyCustomID":   {object{"content": "x", "components": row(button(object{"custom_id": ""}))}, 50035, "components/0/components/0/custom_id", "custom_id"},
		"NoCustomID":      {object{"content": "x", "components": row(button(object{"custom_id": nil}))}, 50035, "components/0/components/0/custom_id", "required"},
		"CustomIDTwice":   {object{"content": "x", "components": row(of(2, button(nil))...)}, 50035, "components/0/components/1/custom_id", "duplicated"},
		"LongButtonURL":   {object{"content": "x", "components": row(link("https://e.org/" + long("x", 499)))}, 50035, "components/0/components/0/url", "url"},
		"NoButtonURL":     {object{"content": "x", "components": row(link(nil))}, 50035, "components/0/components/0/url", "required"},
		"URLAndCustomID":  {object{"content": "x", "components": row(button(object{"url": "https://e.org"}))}, 50035, "components/0/components/0", "both"},
		"ComponentsV2":    {object{"content": "x", "flags": 1 << 15}, 50035, "flags", "V2"},
	} {
		t.Run(name, func(t *testing.T) {
			d := discordServer(t)
			got := discord(t, d, http.MethodPost, messages, tt.body)
			if got.status != 400 || got.body["code"] != tt.code {
				t.Errorf("answer %d %s; want 400 and the code %v", got.status, got.text, tt.code)
			}
			errs, _ := got.body["errors"].(object)
			for at := range strings.SplitSeq(tt.at, "/") {
				if at != "" {
					errs, _ = errs[at].(object)
				}
			}
			if all, _ := errs["_errors"].([]any); tt.at != "" && len(all) == 0 {
				t.Errorf("answer %s; want an error at %s", got.text, tt.at)
			}
			blamed(t, d, tt.blame)
			if n := len(d.Posts(channel)); n != 0 {
				t.Errorf("%d messages stand; want none", n)
			}
		})
	}
}

func TestDiscordTakesWhatJustFits(t *testing.T) {
	d := discordOf(t, corpus.Path(t, "platform", "discord-openapi.json"))
	long := strings.Repeat
	for _, body := range []object{
		{"content": "  " + long("é", 2000) + "\n", "nonce": long("x", 25), "enforce_nonce": true},
		embeds(of(10, object{"title": "x"})...),
		embeds(object{"description": long("x", 4096), "title": long("x", 256), "footer": object{"text": long("x", 1392)}, "author": object{"name": long("x", 256)}}),
		embeds(object{"fields": of(25, field("x", "y"))}, object{"fields": of(1, field(long("x", 256), long("y", 1024)))}),
		{"components": row(button(object{"custom_id": long("x", 100), "label": long("x", 80)}))},
		{"content": "x", "components": of(5, row(of(5, button(object{"style": 5, "custom_id": nil, "url": "https://e.org/" + long("x", 498)}))...)[0])},
	} {
		if got := discord(t, d, http.MethodPost, messages, body); got.status != 200 {
			t.Errorf("answer %d %s; want a message", got.status, got.text)
		}
	}
	spotless(t, d)
}

func TestDiscordTakesWhatDiscordDoesAndBlamesItAllTheSame(t *testing.T) {
	raw := `{"content":"x"%s}`
	for name, tt := range map[string]struct {
		body, agent, blame string
	}{
		"NoAllowedMentions": {"", "", "no allowed_mentions"},
		"NullParse":         {`,"allowed_mentions":{"parse":null}`, "", `no "parse": []`},
		"NoParse":           {`,"allowed_mentions":{}`, "", `no "parse": []`},
		"SomeParse":         {`,"allowed_mentions":{"parse":["users"]}`, "", "want []"},
		"TwinEmbeds":        {`,"allowed_mentions":{"parse":[]},"embeds":[{"title":"a","url":"https://e.org"},{"title":"b","url":"https://e.org"}]`, "", "shows one"},
		"UserAgent":         {`,"allowed_mentions":{"parse":[]}`, "curl/8", "User-Agent"},
	} {
		t.Run(name, func(t *testing.T) {
			d := discordServer(t)
			h := discordHeader()
			if tt.agent != "" {
				h.Set("User-Agent", tt.agent)
			}
			body := fmt.Sprintf(raw, tt.body)
			got := ask(t, http.MethodPost, d.API()+messages, h, body)
			if got.status != 200 || got.header.Get("X-RateLimit-Bucket") == "" || got.header.Get("X-RateLimit-Remaining") == "0" {
				t.Fatalf("answer %d %s %v; want a message, and a bucket that is not empty", got.status, got.text, got.header)
			}
			blamed(t, d, tt.blame)
			id, _ := got.body["id"].(string)
			was := len(d.Violations())
			ask(t, http.MethodPatch, d.API()+messages+"/"+id, h, body)
			if len(d.Violations()) == was {
				t.Error("an edit that does the same is not blamed")
			}
		})
	}
}

func TestDiscordHoldsBodiesAgainstTheDocument(t *testing.T) {
	d := discordOf(t, corpus.Path(t, "platform", "discord-openapi.json"))
	id := send(t, d, messages, object{"content": "x"})
	spotless(t, d)
	for _, tt := range []struct {
		method, path string
		body         object
		blame        string
	}{
		{"POST", messages, object{"content": "x", "tts": "yes"}, "at '/tts'"},
		{"POST", messages, embeds(object{"title": "x", "color": 1 << 24}), "at '/embeds/0/color'"},
		{"PATCH", messages + "/" + id, object{"content": "x", "attachments": "x"}, "at '/attachments'"},
		{"POST", messages + "/" + id + "/threads", object{"name": "x", "rate_limit_per_user": -1}, "at '/rate_limit_per_user'"},
	} {
		if got := discord(t, d, tt.method, tt.path, tt.body); got.status >= 300 {
			t.Errorf("answer %d %s; want this server's own rules to have nothing against it", got.status, got.text)
		}
		blamed(t, d, tt.blame)
	}
}

func TestDiscordWantsADocumentThatItCanRead(t *testing.T) {
	odd := filepath.Join(t.TempDir(), "odd.json")
	if err := os.WriteFile(odd, []byte(`{"paths":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"no such file", odd} {
		if d, err := fakeroom.NewDiscord(token, path); err == nil {
			d.Close()
			t.Errorf("%s was read", path)
		}
	}
}

func TestDiscordKnowsWhomAMessagePings(t *testing.T) {
	const all = "@everyone @here <@12> <@!13> <@&14>"
	for name, tt := range map[string]struct {
		content, mentions string
		want              []string
	}{
		"None":     {all, `{"parse":[]}`, nil},
		"Absent":   {all, ``, strings.Fields(all)},
		"Null":     {all, `{"parse":null}`, strings.Fields(all)},
		"Everyone": {all, `{"parse":["everyone"]}`, []string{"@everyone", "@here"}},
		"Users":    {all, `{"parse":["users"]}`, []string{"<@12>", "<@!13>"}},
		"Roles":    {all, `{"parse":["roles"]}`, []string{"<@&14>"}},
		"OneUser":  {all, `{"parse":[],"users":["13"]}`, []string{"<@!13>"}},
		"OneRole":  {all, `{"parse":[],"roles":["14","12"]}`, []string{"<@&14>"}},
		"Split":    {"@\u200beveryone < @12>", ``, nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := discordServer(t)
			body := object{"content": tt.content, "embeds": of(1, object{"description": all})}
			if body["allowed_mentions"] = nil; tt.mentions != "" {
				body["allowed_mentions"] = json.RawMessage(tt.mentions)
			}
			send(t, d, messages, body)
			if got := d.Posts(channel)[0].Mentions; !cmp.Equal(got, tt.want) {
				t.Errorf("pings %q; want %q", got, tt.want)
			}
		})
	}
}

func TestDiscordReadsAMessageAsAPersonDoes(t *testing.T) {
	d := discordServer(t)
	send(t, d, messages, object{
		"content": "**up** https\\://no.org <https://e.org/1> \\[no\\](https:\\//no.org)",
		"embeds": of(1, object{
			"author": object{"name": "ELEVATED", "url": "https://e.org/2"}, "title": "Dead \\*14\\*", "url": "https://e.org/3",
			"description": "one [AFP \\[x\\]](https://e.org/4 \"tip\") two\nthree https://e.org/5.",
			"fields":      []object{field("Sources", "[a](https://e.org/6)"), field("Deadline", "29 Feb")}, "footer": object{"text": "foot"},
		}),
		"components": append(row(button(nil), button(object{"style": 5, "custom_id": nil, "url": "https://e.org/7", "label": "Open"})), row(button(object{"custom_id": "b"}))...),
	})
	spotless(t, d)
	p := d.Posts(channel)[0]
	want := strings.Join([]string{
		"up https://no.org <https://e.org/1> [no](https://no.org)", "ELEVATED", "Dead *14*", "one AFP [x] two", "three https://e.org/5.",
		"Sources a", "Deadline 29 Feb", "foot", "[Go] [Open]", "[Go]",
	}, "\n")
	if diff := cmp.Diff(want, p.Text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	links := []string{"https://e.org/1", "https://e.org/2", "https://e.org/3", "https://e.org/4", "https://e.org/5", "https://e.org/6", "https://e.org/7"}
	if diff := cmp.Diff(links, p.Links); diff != "" {
		t.Errorf("links (-want +got):\n%s", diff)
	}
	send(t, d, messages, object{"content": "bare", "flags": 4, "embeds": of(1, object{"title": "hidden", "url": "https://e.org/8"})})
	if p := d.Posts(channel)[1]; p.Text != "bare" || p.Links != nil {
		t.Errorf("with its embeds suppressed it says %q and links %q", p.Text, p.Links)
	}
}

func TestDiscordMakesOneMessageOfANonceInItsWindow(t *testing.T) {
	post := func(d *fakeroom.Discord, content string, enforced bool, nonce any) string {
		return send(t, d, messages, object{"content": content, "nonce": nonce, "enforce_nonce": enforced})
	}
	d := discordServer(t)
	first, again := post(d, "a", true, "n1"), post(d, "b", true, "n1")
	if first != again || !cmp.Equal(texts(d, channel), []string{"a"}) {
		t.Errorf("the messages %s and %s stand as %q; want one", first, again, texts(d, channel))
	}
	post(d, "c", false, "n1")
	post(d, "d", true, "n2")
	post(d, "e", true, 7)
	post(d, "f", true, 7)
	if got, want := texts(d, channel), []string{"a", "c", "d", "e"}; !cmp.Equal(got, want) {
		t.Errorf("%q stand; want %q", got, want)
	}
	if p := d.Posts(channel); p[0].Key != "n1" || p[3].Key != "7" {
		t.Errorf("the keys are %q and %q; want n1 and 7", p[0].Key, p[3].Key)
	}
	d.Delete(channel, d.Posts(channel)[2].ID)
	if got := discord(t, d, http.MethodPost, messages, object{"content": "g", "nonce": "n2", "enforce_nonce": true}); got.body["code"] != 10008. {
		t.Errorf("answer %s; want the message that was deleted to be unknown", got.text)
	}
	spotless(t, d)

	d = discordServer(t)
	d.NonceWindow = time.Nanosecond
	if post(d, "a", true, "n1") == post(d, "b", true, "n1") {
		t.Error("the window never ends")
	}
}

func TestDiscordLosesNothingThatItSaysIsThere(t *testing.T) {
	d := discordServer(t)
	d.Fail(fakeroom.Fault{Method: "POST /channels/{channel}/messages", Commit: true, Cut: true})
	body := `{"content":"x","nonce":"n1","enforce_nonce":true,"allowed_mentions":{"parse":[]}}`
	if _, err := try(t.Context(), http.MethodPost, d.API()+messages, discordHeader(), body); err == nil {
		t.Error("the answer came; want it lost")
	}
	if got := ask(t, http.MethodPost, d.API()+messages, discordHeader(), body); got.status != 200 || len(d.Posts(channel)) != 1 {
		t.Errorf("answer %d, %d messages stand; want the one", got.status, len(d.Posts(channel)))
	}
	spotless(t, d)
}

func TestDiscordKeepsThreadsApart(t *testing.T) {
	d := discordServer(t)
	root := send(t, d, messages, object{"content": "root"})
	start := func() said {
		return discord(t, d, http.MethodPost, messages+"/"+root+"/threads", object{"name": "story", "auto_archive_duration": 60})
	}
	if got := start(); got.status != 201 || got.body["id"] != root || got.body["parent_id"] != channel || got.body["type"] != 11. {
		t.Fatalf("answer %d %s; want the thread %s", got.status, got.text, root)
	}
	if got := start(); got.status != 400 || got.body["code"] != 160004. {
		t.Errorf("answer %d %s; want 160004", got.status, got.text)
	}
	thread := "/channels/" + root + "/messages"
	reply := send(t, d, thread, object{"content": "reply"})
	if got := discord(t, d, http.MethodPatch, thread+"/"+reply, object{"content": "reply!"}); got.status != 200 || got.body["channel_id"] != root {
		t.Errorf("answer %d %s; want the reply", got.status, got.text)
	}
	if got := discord(t, d, http.MethodGet, "/channels/"+root, nil).body; got["name"] != "story" || got["message_count"] != 1. {
		t.Errorf("the thread is %v", got)
	}
	if got := discord(t, d, http.MethodGet, messages, nil).list; len(got) != 1 || got[0]["id"] != root || got[0]["thread"] == nil {
		t.Errorf("the channel has %v; want the root with its thread", got)
	}
	if got := discord(t, d, http.MethodGet, thread, nil).list; len(got) != 1 || got[0]["id"] != reply {
		t.Errorf("the thread has %v; want the reply", got)
	}
	d.Archive(root)
	if got := discord(t, d, http.MethodPatch, thread+"/"+reply, object{"content": "late"}); got.body["code"] != 50083. {
		t.Errorf("answer %s; want 50083 in an archived thread", got.text)
	}
	send(t, d, thread, object{"content": "opens"})
	if got := discord(t, d, http.MethodPatch, thread+"/"+reply, object{"content": "late"}); got.status != 200 {
		t.Errorf("answer %s; want a post to have opened the thread", got.text)
	}
	spotless(t, d)
	p := d.Posts(channel)
	if len(p) != 3 || p[0].Thread != "" || p[1].Thread != root || p[1].Channel != channel || p[1].Edits != 2 || p[1].Text != "late" {
		t.Errorf("stands: %+v", p)
	}
	for _, tt := range []struct {
		path string
		body object
		code float64
	}{
		{messages + "/1/threads", object{"name": "x"}, 10008},
		{thread + "/" + reply + "/threads", object{"name": "x"}, 50024},
		{messages + "/" + send(t, d, messages, object{"content": "y"}) + "/threads", object{"name": strings.Repeat("x", 101), "auto_archive_duration": 5}, 50035},
	} {
		if got := discord(t, d, http.MethodPost, tt.path, tt.body); got.body["code"] != tt.code {
			t.Errorf("%s: %s; want %v", tt.path, got.text, tt.code)
		}
		blamed(t, d, fmt.Sprint(tt.code))
	}
}

func TestDiscordEditsLeaveWhatTheyDoNotName(t *testing.T) {
	d := discordServer(t)
	id := send(t, d, messages, object{"content": "a", "embeds": of(1, object{"title": "b"}), "components": row(button(nil))})
	for _, tt := range []struct {
		body object
		code any
		text string
	}{
		{object{"content": "c"}, nil, "c\nb\n[Go]"},
		{object{"embeds": nil}, nil, "c\n[Go]"},
		{object{"components": []object{}}, nil, "c"},
		{object{"content": ""}, 50006., "c"},
		{object{"content": strings.Repeat("x", 2001)}, 50035., "c"},
	} {
		if got := discord(t, d, http.MethodPatch, messages+"/"+id, tt.body); got.body["code"] != tt.code {
			t.Errorf("%v: %s; want the code %v", tt.body, got.text, tt.code)
		}
		if got := d.Posts(channel)[0].Text; got != tt.text {
			t.Errorf("%v: it says %q; want %q", tt.body, got, tt.text)
		}
	}
	if p := d.Posts(channel)[0]; p.Edits != 3 || p.Changed.IsZero() {
		t.Errorf("%d edits, the last at %v; want 3", p.Edits, p.Changed)
	}
}

func TestDiscordKnowsWhoAndWhere(t *testing.T) {
	d := discordServer(t)
	id := send(t, d, messages, object{"content": "x"})
	gone := send(t, d, messages, object{"content": "y"})
	d.Delete(channel, gone)
	d.Archive("223456789012345678")
	for _, tt := range []struct {
		method, path string
		status       int
		code         any
		blame        string
	}{
		{"GET", "/users/@me", 200, nil, ""},
		{"GET", "/channels/" + channel, 200, nil, ""},
		{"GET", messages + "/" + id, 200, nil, ""},
		{"GET", messages + "/" + gone, 404, 10008., ""},
		{"PATCH", messages + "/" + gone, 404, 10008., ""},
		{"POST", messages + "/" + gone + "/threads", 404, 10008., ""},
		{"GET", "/channels/223456789012345678", 404, 10003., ""},
		{"PATCH", messages + "/1", 404, 10008., "PATCH /channels/{channel}/messages/{message}: 10008"},
		{"POST", "/channels/general/messages", 404, 10003., "10003"},
		{"GET", "/channels/1", 404, 10003., "GET /channels/{channel}: 10003"},
		{"GET", "/guilds/1", 404, 10004., "GET /guilds/{guild}: 10004"},
		{"GET", "/guilds/1/bans", 404, 0., "GET /guilds/1/bans"},
		{"POST", messages, 400, 50109., "50109"},
	} {
		was := len(d.Violations())
		if got := ask(t, tt.method, d.API()+tt.path, discordHeader(), ""); got.status != tt.status || got.body["code"] != tt.code {
			t.Errorf("%s %s: %d %s; want %d and the code %v", tt.method, tt.path, got.status, got.text, tt.status, tt.code)
		}
		if tt.blame != "" {
			blamed(t, d, tt.blame)
		} else if v := d.Violations(); len(v) > was {
			t.Errorf("%s %s: blamed for %q", tt.method, tt.path, v[was:])
		}
	}
	h := discordHeader()
	h.Set("Authorization", "Bot other")
	if got := ask(t, http.MethodGet, d.API()+"/users/@me", h, ""); got.status != 401 || got.body["code"] != 0. {
		t.Errorf("answer %d %s; want 401", got.status, got.text)
	}
	blamed(t, d, "401: Unauthorized")
}

func TestDiscordTellsMessagesByPages(t *testing.T) {
	d := discordServer(t)
	var ids []string
	for i := range 5 {
		ids = append(ids, send(t, d, messages, object{"content": fmt.Sprint(i)}))
		if i > 0 && ids[i] <= ids[i-1] {
			t.Errorf("the ID %s comes after %s", ids[i], ids[i-1])
		}
	}
	for query, want := range map[string]string{
		"": "4 3 2 1 0", "limit=2": "4 3",
		"before=" + ids[2]: "1 0", "limit=1&before=" + ids[2]: "1",
		"after=" + ids[2]: "4 3", "limit=1&after=" + ids[2]: "3", "after=1&limit=2": "1 0",
		"around=" + ids[2] + "&limit=3": "3 2 1",
	} {
		var got []string
		for _, m := range discord(t, d, http.MethodGet, messages+"?"+query, nil).list {
			got = append(got, fmt.Sprint(m["content"]))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: told %q; want %q", query, s, want)
		}
	}
	spotless(t, d)
	for query, blame := range map[string]string{"limit=101": "limit", "before=x": "snowflake"} {
		if got := discord(t, d, http.MethodGet, messages+"?"+query, nil); got.status != 400 {
			t.Errorf("%s: %s; want it refused", query, got.text)
		}
		blamed(t, d, blame)
	}
}

// to leads a client of Discord's to a server of ours.
type to struct{ base *url.URL }

func (r to) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	_, path, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/api/"), "/")
	req.URL.Scheme, req.URL.Host, req.URL.Path = r.base.Scheme, r.base.Host, r.base.Path+"/"+path
	return http.DefaultTransport.RoundTrip(req)
}

func TestDiscordServesItsClientLibrary(t *testing.T) {
	d := discordOf(t, corpus.Path(t, "platform", "discord-openapi.json"))
	base, err := url.Parse(d.API())
	if err != nil {
		t.Fatal(err)
	}
	api, err := discordgo.New("Bot " + token)
	if err != nil {
		t.Fatal(err)
	}
	api.Client = &http.Client{Transport: to{base}}
	api.MaxRestRetries, api.ShouldRetryOnRateLimit = 0, false
	none := &discordgo.MessageAllowedMentions{Parse: []discordgo.AllowedMentionType{}}

	if me, err := api.User("@me"); err != nil || !me.Bot {
		t.Errorf("GET /users/@me: %v, %v", me, err)
	}
	root, err := api.ChannelMessageSendComplex(channel, &discordgo.MessageSend{
		Embeds: []*discordgo.MessageEmbed{{
			Title: "Port shut", URL: "https://e.org/", Description: "text", Timestamp: time.Now().Format(time.RFC3339),
			Fields: []*discordgo.MessageEmbedField{{Name: "n", Value: "v", Inline: true}}, Footer: &discordgo.MessageEmbedFooter{Text: "f"},
		}},
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Ack", Style: discordgo.PrimaryButton, CustomID: "ack:d1"},
			discordgo.Button{Label: "Open", Style: discordgo.LinkButton, URL: "https://e.org/open"},
		}}},
		AllowedMentions: none,
	})
	if err != nil {
		t.Fatal(err)
	}
	thread, err := api.MessageThreadStartComplex(channel, root.ID, &discordgo.ThreadStart{Name: "story", AutoArchiveDuration: 1440})
	if err != nil || thread.ID != root.ID || !thread.IsThread() || thread.ParentID != channel {
		t.Fatalf("the thread is %+v, %v", thread, err)
	}
	reply, err := api.ChannelMessageSendComplex(thread.ID, &discordgo.MessageSend{Content: "reply", AllowedMentions: none})
	if err != nil {
		t.Fatal(err)
	}
	edit := discordgo.NewMessageEdit(channel, root.ID).SetContent("now")
	edit.AllowedMentions = none
	if m, err := api.ChannelMessageEditComplex(edit); err != nil || m.EditedTimestamp == nil || len(m.Embeds) != 1 {
		t.Errorf("the edit is %+v, %v", m, err)
	}
	all, err := api.ChannelMessages(channel, 10, "", "", "")
	if err != nil || len(all) != 1 || all[0].Thread == nil || all[0].Thread.ID != root.ID {
		t.Fatalf("the channel has %v, %v", all, err)
	}
	buttons, ok := all[0].Components[0].(*discordgo.ActionsRow)
	if b, is := buttons.Components[0].(*discordgo.Button); !ok || !is || b.CustomID != "ack:d1" {
		t.Errorf("the buttons are %+v; want them with their IDs", all[0].Components)
	}
	if m, err := api.ChannelMessage(thread.ID, reply.ID); err != nil || m.Content != "reply" {
		t.Errorf("the reply is %v, %v", m, err)
	}
	spotless(t, d)
	if got, want := texts(d, channel), []string{"now\nPort shut\ntext\nn v\nf\n[Ack] [Open]", "reply"}; !cmp.Equal(got, want) {
		t.Errorf("stands: %q; want %q", got, want)
	}
	_, err = api.ChannelMessageSendComplex(channel, &discordgo.MessageSend{Content: strings.Repeat("x", 2001)})
	if no, ok := err.(*discordgo.RESTError); !ok || no.Message.Code != 50035 { //nolint:errorlint // the library does not wrap it
		t.Errorf("error %v; want 50035", err)
	}
	blamed(t, d, "no allowed_mentions")
}
