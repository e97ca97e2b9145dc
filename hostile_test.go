package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"unicode"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/bot/slack"
	"vedette/bot/words"
	"vedette/bot/words/wordstest"
	"vedette/internal/corpus"
	"vedette/internal/counterparty"
	"vedette/internal/fakeroom"
	"vedette/story"
)

// A hostileCase is one of the texts and links that strangers try.
type hostileCase struct{ ID, Cat, Payload string }

// hostileCases returns the cases of the categories, and how many each has.
func hostileCases(t *testing.T, categories string) (all []hostileCase, each map[string]int) {
	t.Helper()
	file, err := os.Open(corpus.Path(t, "hostile", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	each = make(map[string]int)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c hostileCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(categories, c.Cat) {
			all = append(all, c)
			each[c.Cat]++
		}
	}
	return all, each
}

// mark ends what a stranger says, so that it is known where that ends.
const mark = "⟫"

// A saying is a hostile case in the mouths of all whose words stand in
// messages.
type saying struct {
	hostileCase

	want      string // that is seen of it, its spaces made single
	strangers *wordstest.Strangers
	leads     []string // where links may lead
}

// sayingOf returns a case as text, and as a link if it is one of the links.
func sayingOf(c hostileCase) *saying {
	s := &saying{hostileCase: c, want: spaced(bot.Clean(c.Payload)), strangers: &wordstest.Strangers{Page: "https://news.example/1"}}
	if c.Cat == "G" {
		s.strangers.Page = c.Payload
	}
	s.strangers.Say = func(string) string {
		if bot.Blank(bot.Clean(c.Payload)) {
			return c.Payload
		}
		return c.Payload + mark
	}
	for _, most := range []int{300, 512, 2_048, 3_000} {
		if page := bot.Link(s.strangers.Page, most); page != "" {
			s.leads = append(s.leads, page, strings.NewReplacer("(", "%28", ")", "%29", "[", "%5B", "]", "%5D").Replace(page))
		}
	}
	return s
}

// spaced returns s with its spaces made single.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// of says where in a test something was found.
func (s *saying) of(form string) string { return s.ID + ", " + form }

// harmless checks a message in which the saying stands.
func (s *saying) harmless(t *testing.T, form string, post *fakeroom.Post) {
	t.Helper()
	s.unharmful(t, form, post)
	s.seen(t, form, post.Text)
	s.marked(t, form, post.Text)
}

// mayLead reports whether a link leads to the report's own page, to a message of
// a room, or to the quiet report of [newCounter].
func (s *saying) mayLead(link string) bool {
	return slices.Contains(s.leads, link) || link == "https://wire.example/1" ||
		strings.HasPrefix(link, "https://fakeroom.slack.com/archives/") || strings.HasPrefix(link, "https://discord.com/channels/")
}

// unharmful checks that a message pings nobody, leads nowhere else, breaks no
// line and holds no secret.
func (s *saying) unharmful(t *testing.T, form string, post *fakeroom.Post) {
	t.Helper()
	if len(post.Mentions) > 0 {
		t.Errorf("%s: pings %q", s.of(form), post.Mentions)
	}
	for _, link := range post.Links {
		if !s.mayLead(link) {
			t.Errorf("%s: leads to %q, want %q at the most", s.of(form), link, s.leads)
		}
	}
	for _, r := range post.Text {
		if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029' {
			t.Errorf("%s: shows %U: %q", s.of(form), r, post.Text)
		}
	}
	if strings.Contains(string(post.Raw), "canary") || strings.Contains(post.Text, "canary") {
		t.Errorf("%s: a secret is in %s", s.of(form), post.Raw)
	}
}

// shown returns text as it is compared.
func shown(text string) string { return spaced(strings.ReplaceAll(text, "\u2060", "")) }

// seen checks that text shows what was said.
func (s *saying) seen(t *testing.T, form, text string) {
	t.Helper()
	begins := []rune(s.want) // what is longer may be cut
	if begins = begins[:min(len(begins), 20)]; !strings.Contains(shown(text), string(begins)) {
		t.Errorf("%s: shows %q, want %q in it", s.of(form), shown(text), s.want)
	}
}

// marked checks that text shows what was said whole, wherever the end of it is
// shown.
func (s *saying) marked(t *testing.T, form, text string) {
	t.Helper()
	for said := shown(text); ; {
		before, after, found := strings.Cut(said, mark)
		if !found {
			return
		}
		if !strings.HasSuffix(strings.TrimRight(before, " "), s.want) {
			t.Errorf("%s: shows %q, want it to end in %q", s.of(form), before, s.want)
		}
		said = after
	}
}

// kept checks how a request asked a platform to read its text: to look for
// nobody and nothing in it.
func kept(t *testing.T, form, on string, post *fakeroom.Post) {
	t.Helper()
	var body struct {
		Mentions *struct {
			Parse []string `json:"parse"`
			Users []string `json:"users"`
			Roles []string `json:"roles"`
		} `json:"allowed_mentions"`
		Parse     any `json:"parse"`
		LinkNames any `json:"link_names"`
		Links     any `json:"unfurl_links"`
		Media     any `json:"unfurl_media"`
	}
	if err := json.Unmarshal(post.Raw, &body); err != nil {
		t.Fatal(err)
	}
	no := func(v any) bool { return fmt.Sprint(v) == "false" || fmt.Sprint(v) == "0" }
	switch {
	case on == "discord" && (body.Mentions == nil || body.Mentions.Parse == nil || len(body.Mentions.Parse)+len(body.Mentions.Users)+len(body.Mentions.Roles) > 0):
		t.Errorf("%s: mentions are not ruled out in %s", form, post.Raw)
	case on == "slack" && (body.Parse != "none" || !no(body.LinkNames)):
		t.Errorf("%s: Slack is to look for names or links in %s", form, post.Raw)
	case on == "slack" && post.Edits == 0 && (!no(body.Links) || !no(body.Media)):
		t.Errorf("%s: links unfold in %s", form, post.Raw)
	}
}

// A stand is a fake platform in memory and a bot's rooms on it.
type stand struct {
	platform

	on   string
	room func(channel string) bot.Room
	fail func(fakeroom.Fault)
}

// channel returns the ID of the nth channel.
func (s *stand) channel(n int) string {
	if s.on == "slack" {
		return fmt.Sprintf("C%09d", n)
	}
	return fmt.Sprintf("1%017d", n)
}

// refuse has the platform refuse the form of the next message, or edit.
func (s *stand) refuse(act story.Act) {
	f := fakeroom.Fault{Status: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"message":"Invalid Form Body","code":50035}`}
	f.Method = "POST /channels/{channel}/messages"
	if act == story.Edit {
		f.Method = "PATCH /channels/{channel}/messages/{message}"
	}
	if s.on == "slack" {
		f = fakeroom.Fault{Method: "chat.postMessage", Status: http.StatusOK, Body: `{"ok":false,"error":"invalid_blocks"}`}
		if act == story.Edit {
			f.Method = "chat.update"
		}
	}
	s.fail(f)
}

// grounds returns a Slack and a Discord, for a bubble of virtual time: their
// paces are kept, and take none.
func grounds(t *testing.T) []*stand {
	t.Helper()
	const token = "xoxb-canary"
	calls := fakeroom.NewPipes()
	s := fakeroom.NewSlackOn(calls, token)
	t.Cleanup(s.Close)
	w, err := slack.New(slack.Options{Token: token, API: s.API(), Transport: onPipes(t, calls)})
	if err != nil {
		t.Fatal(err)
	}
	calls = fakeroom.NewPipes()
	d, err := fakeroom.NewDiscordOn(calls, token, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	a, err := discord.New(discord.Options{Token: token, API: d.API(), Transport: onPipes(t, calls)})
	if err != nil {
		t.Fatal(err)
	}
	return []*stand{
		{s, "slack", func(channel string) bot.Room { return w.Room(channel) }, s.Fail},
		{d, "discord", func(channel string) bot.Room { return a.Room(channel) }, d.Fail},
	}
}

// TestEveryHostileTextIsHarmlessInEveryForm has each hostile text and link in
// the mouths of all whose words stand in messages, and tells each kind of
// message to both platforms, by the courier that tells real rooms: in English
// and in German, and in the plain form that stands in for one that is refused.
func TestEveryHostileTextIsHarmlessInEveryForm(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: tells two platforms thousands of things; run without -short")
	}
	t.Parallel()
	cases, each := hostileCases(t, "EFGJ")
	catalogue, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	done, messages, markup := make(map[string]int), 0, make(map[string]*saying)
	for i, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := sayingOf(c)
				for _, on := range grounds(t) {
					messages += s.tell(t, on, catalogue, i, markup)
				}
			})
			done[c.Cat]++
		})
	}
	marksNothing(t, markup)
	for _, cat := range slices.Sorted(maps.Keys(each)) {
		t.Logf("%s %d/%d", cat, done[cat], each[cat])
		if done[cat] != each[cat] || each[cat] == 0 {
			t.Errorf("%d of %d cases of %s were told", done[cat], each[cat], cat)
		}
	}
	t.Logf("%d messages on two platforms, %d texts of Discord read by another's reader", messages, len(markup))
}

// tell tells the saying in each kind of message and form, and returns how many
// messages that were. What Discord is to read goes into markup.
func (s *saying) tell(t *testing.T, on *stand, catalogue *words.Catalogue, nth int, markup map[string]*saying) (messages int) {
	t.Helper()
	all, channel := s.strangers.Dispatches(), 0
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		for _, form := range []struct {
			language string
			refused  bool
		}{{"", false}, {"de", false}, {[]string{"", "de"}[nth%2], true}} {
			channel++
			id := on.channel(channel)
			room, d := on.room(id), all[kind]
			d.Key = fmt.Sprintf("key%013d", channel) // one key is one message
			if d.Act != story.Post {
				root, err := room.Post(t.Context(), fmt.Sprintf("root%012d", channel), &bot.Message{Title: story.Sentence{Text: "Quiet"}})
				if err != nil {
					t.Fatal(err)
				}
				d.Root = root
				for _, aside := range []*story.Aside{d.Merged, d.Parted} {
					if aside != nil {
						aside.See = root
					}
				}
			}
			if form.refused {
				on.refuse(d.Act)
			}
			s.strangers.Tell(t, kind, &d, bot.Seat{Room: room, Words: catalogue.In(form.language)})
			name := fmt.Sprintf("%s in %s, language %q, plain %v", kind, on.on, form.language, form.refused)
			posts := on.Posts(id)
			if d.Act == story.Reply {
				posts = posts[1:]
			}
			if len(posts) == 0 {
				t.Errorf("%s: nothing was told", s.of(name))
			}
			for i := range posts {
				messages++
				s.harmless(t, name, &posts[i])
				kept(t, name, on.on, &posts[i])
				if on.on == "discord" {
					s.collect(posts[i].Raw, markup)
				}
			}
		}
	}
	if v := on.Violations(); len(v) > 0 {
		t.Errorf("%s: %s would have refused, or was asked against its rules: %.500q", s.ID, on.on, v)
	}
	return messages
}

// collect notes what Discord reads as markup in the body of a request.
func (s *saying) collect(raw json.RawMessage, markup map[string]*saying) {
	type body struct {
		Content string
		Embeds  []struct {
			Title, Description string
			Fields             []struct{ Name, Value string }
		}
	}
	var all struct {
		body

		Data body // of what answers at once
	}
	if json.Unmarshal(raw, &all) != nil {
		return
	}
	for _, b := range []body{all.body, all.Data} {
		markup[b.Content] = s
		for _, e := range b.Embeds {
			markup[e.Title], markup[e.Description] = s, s
			for _, f := range e.Fields {
				markup[f.Name], markup[f.Value] = s, s
			}
		}
	}
}

// marksNothing has texts of Discord read by a reader that others wrote: nothing
// is found in them but what the renderer means.
func marksNothing(t *testing.T, markup map[string]*saying) {
	t.Helper()
	read := counterparty.DiscordMarkdown(t)
	for text, s := range markup {
		got, err := read(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range got.Marks {
			if !slices.Contains([]string{"strong", "inlineCode", "codeBlock", "subtext"}, m) {
				t.Errorf("%s: Discord finds %s in %q", s.ID, m, text)
			}
		}
		for _, link := range got.Links {
			if !s.mayLead(link) {
				t.Errorf("%s: Discord finds the link %q in %q", s.ID, link, text)
			}
		}
	}
}

// TestEachForgedRequestAndSecretHasATest holds that of each case that is no text
// there is a test that names it, but for those that concern nothing that is told.
func TestEachForgedRequestAndSecretHasATest(t *testing.T) {
	cases, each := hostileCases(t, "IK")
	elsewhere := map[string]string{
		"K07": "vedette writes no dump, and a panic's trace holds no text", "K09": "the desk file holds no secret", "K10": "there is no such page",
	}
	var tests strings.Builder
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == "node_modules" {
			return cmp.Or(err, fs.SkipDir)
		}
		if name := d.Name(); name == "hostile_test.go" || !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, ".txtar") {
			return nil
		}
		raw, err := os.ReadFile(path)
		tests.Write(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	held := make(map[string]int)
	for _, c := range cases {
		switch {
		case strings.Contains(tests.String(), c.ID):
			held[c.Cat]++
		case elsewhere[c.ID] == "":
			t.Errorf("no test names %s", c.ID)
		}
	}
	t.Logf("I %d/%d, K %d/%d; %d concern nothing that is told", held["I"], each["I"], held["K"], each["K"], len(elsewhere))
}
