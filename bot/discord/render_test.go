package discord

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

var update = flag.Bool("update", false, "write the messages under testdata/render anew")

// idlib is the message of the picture in the design.
func idlib() *bot.Message {
	page := "https://www.aljazeera.com/news/2020/02/turkey-idlib.html"
	return &bot.Message{
		Level: story.Elevated, Watches: []string{"Idlib"}, Origins: 3, Outlets: 4,
		Title: marked("Turkey threatens force over Idlib ceasefire", "Idlib", "ceasefire"),
		Link:  page, Outlet: "Al Jazeera",
		Brief: []story.Sentence{
			marked(`Turkey will use force against "those who do not abide by the ceasefire, including the radicals", its defence minister said.`, "ceasefire"),
			marked("It wants Syrian forces behind its 12 observation posts by the end of the month; three are encircled.", "observation posts"),
		},
		Facts:   []bot.Fact{{Name: "Latest", Text: "Erdogan gives Assad until the end of February (Anadolu, 13:58)"}},
		Matched: []string{"idlib", `"observation post" (observation posts)`, "ceasefire"},
		Sources: []bot.Source{
			{Outlet: "AFP", Link: "https://www.afp.com/en/1"},
			{Outlet: "Anadolu", Link: "https://www.aa.com.tr/en/2_(3)"},
			{Outlet: "Al Jazeera", Link: page, Copy: true},
			{Outlet: "عنب بلدي"},
		},
		Buttons: []bot.Button{{Label: "Open report", Link: page}},
		At:      time.Date(2020, 2, 12, 14, 5, 0, 0, time.UTC),
	}
}

// had is a message of a story that somebody has, with what people act by.
func had() *bot.Message {
	m := idlib()
	m.State = "Acknowledged by Ada @everyone, 13:59"
	var acts []bot.Button
	for _, label := range []string{"Resolve", "Mute story", "Timeline", "Why"} {
		acts = append(acts, bot.Button{Label: label, Do: strings.ToLower(label[:3]) + "-7-abcdefghijklmnop"})
	}
	m.Buttons = append(acts, m.Buttons...)
	return m
}

// further is a message for the thread.
func further() *bot.Message {
	return &bot.Message{
		Title: marked("Erdogan gives Assad until the end of February", "Assad"), Link: "https://www.aa.com.tr/en/2", Outlet: "Anadolu",
		Brief:   []story.Sentence{marked("The army will push them back by force, he told his party.", "force")},
		Reason:  "tells of the same event as AFP (likeness 0.41)",
		Matched: []string{"assad"}, Buttons: []bot.Button{{Label: "Open report", Link: "https://www.aa.com.tr/en/2"}},
		At: time.Date(2020, 2, 12, 14, 5, 0, 0, time.UTC),
	}
}

// moved returns the root messages of a story that goes on in another, and of
// one that was split from another; link leads to the other's.
func moved(link string) (onward, apart *bot.Message) {
	at := idlib().At
	told := story.Story{Changed: at, Watches: []story.WatchName{"idlib"}, Reports: []story.Report{{Item: story.Item{Title: "Turkey threatens force over Idlib ceasefire"}}}}
	was := story.Aside{Lead: story.Witness{Outlet: "AFP", Title: "Ankara warns Damascus @everyone", Link: "https://www.afp.com/en/1"}, Why: "tells of the same event as Al Jazeera: Turkey, force, ceasefire"}
	onward = bot.Onward(&told, &was, link, time.UTC, map[story.WatchName]string{"idlib": "Idlib front"}, words.Words{})
	of := story.Aside{Lead: was.Lead, Why: "tells of another event than the rest: ceasefire, force, posts"}
	return onward, bot.Apart(idlib(), &of, link)
}

// marked returns text with the words marked.
func marked(text string, words ...string) story.Sentence {
	s := story.Sentence{Text: text}
	for _, w := range words {
		if at := strings.Index(text, w); at >= 0 {
			s.Marks = append(s.Marks, story.Span{Start: at, End: at + len(w)})
		}
	}
	return s
}

// hostile returns the payloads in which strangers try a platform's markup.
func hostile() []string {
	return []string{
		"@everyone", "@here", "@\u200beveryone", "<@123456789012345678>", "<@!123456789012345678>", "<@&123456789012345678>",
		"<#123456789012345678>", "</ack:123456789012345678>", "<id:customize>", "<t:0:R>", "<:x:123456789012345678>",
		"<a:x:123456789012345678>", "# heading", "> quote", ">>> quote all", "-# small", "- list", "* list", "+ list", "1. list", "23.",
		"||spoiler||", "**b** *i* __u__ ~~s~~ `c`", "```js\ncode", "[https://good.example](https://evil.example)",
		"[x](<https://evil.example>)", "<https://evil.example>", "https://discord.gg/invite", "discord.gg/invite",
		`\*already escaped\*`, `\`, `\\`, strings.Repeat("`", 60), strings.Repeat("|", 60), ":skull:", `¯\_(ツ)_/¯`,
		"<!channel>", "<!subteam^S123>", "<@U123>", "<!date^0^{date}|x>", "&lt;!channel&gt;", "@channel", "*b* _i_ ~s~ `c`",
		"<https://evil.example|https://good.example>", "<mailto:x@y|click>", "<slack://open>", "<tel:+1|x>",
		"safe \u202egnp.exe", "a\x00\x1b[31mred", "\xff\xfe", "line\n# Matched", "a\u2028b", "الحدود — border", "👨‍👩‍👧 🇺🇸🇺🇸",
		"Z\u0351\u036b\u0343\u036a\u0302algo", "](https://evil.example)", "[[x]", "x]",
	}
}

// maximal returns a message with more of everything than Discord takes.
func maximal() *bot.Message {
	m := idlib()
	long := func(i int) string {
		u := fmt.Sprintf("https://news%d.example/", i)
		if i%2 == 1 {
			return u
		}
		return u + strings.Repeat("a", 2_000-len(u))
	}
	m.Title = story.Sentence{Text: strings.Join(hostile(), " ")}
	m.Title.Marks = []story.Span{{Start: 0, End: 10}, {Start: 5, End: 7}, {Start: -1, End: 1}, {Start: 20, End: 1 << 30}}
	m.Link, m.Buttons[0].Link = long(0), long(0)
	for i := range 60 {
		m.Sources = append(m.Sources, bot.Source{Outlet: fmt.Sprint("Outlet ", i), Link: long(i)})
		m.Facts = append(m.Facts, bot.Fact{Name: strings.Repeat("n", 300), Text: strings.Repeat("👩‍👩‍👧 ", 300)})
		m.Watches = append(m.Watches, "Watch @everyone "+strings.Repeat("w", 80))
		m.Matched = append(m.Matched, "term "+strings.Repeat("*", 100))
		m.Buttons = append(m.Buttons, bot.Button{Label: strings.Repeat("@everyone ", 20), Link: "https://news.example/"})
		m.Brief = append(m.Brief, story.Sentence{Text: strings.Repeat("الحدود ", 70), Marks: []story.Span{{Start: 0, End: 12}, {Start: 12, End: 24}}})
	}
	m.Brief[0].Text = strings.Repeat("By force, ", 900)
	m.Outlets = 64
	return m
}

// odd returns a message that is made of payloads.
func odd() *bot.Message {
	m := idlib()
	all := hostile()
	m.Title = story.Sentence{Text: all[24]}
	m.Watches = []string{"1. @everyone", all[27]}
	m.Brief, m.Sources, m.Matched, m.Facts, m.Buttons = nil, nil, nil, nil, nil
	for _, p := range all {
		m.Brief = append(m.Brief, story.Sentence{Text: p, Marks: []story.Span{{Start: 0, End: 1}, {Start: 1, End: len(p)}}})
		m.Sources = append(m.Sources, bot.Source{Outlet: p, Link: "https://a.example/(b)<c> d|e\\f"})
		m.Matched = append(m.Matched, p)
	}
	m.Link = "javascript:alert(1)"
	m.Facts = []bot.Fact{{Name: all[0], Text: all[12]}, {Name: "Empty", Text: " \n"}}
	m.Buttons = []bot.Button{{Label: "data", Link: "data:text/html,x"}, {Label: "userinfo", Link: "https://good.example@evil.example/"}, {Label: " ", Link: "https://a.example"}}
	return m
}

// bulletin is what a room hears of a level that rises.
func bulletin() *bot.Message {
	at := idlib().At
	return bot.Bulletin(&story.Bulletin{
		Watch: "idlib", Kind: story.LevelChange, From: story.Guarded, To: story.High, At: at,
		Reasons:  []string{"6 dead of a state's army in one story, as two origins report; high begins at 5"},
		Evidence: []story.Witness{{Item: 2, Outlet: "Anadolu", Title: "Six soldiers killed, @everyone", Link: "https://www.aa.com.tr/en/2", At: at.Add(-time.Hour)}},
	}, time.UTC, map[story.WatchName]string{"idlib": "Idlib front"}, words.Words{})
}

func TestMessagesLookAsReviewed(t *testing.T) {
	onward, apart := moved("https://discord.com/channels/100000000000000002/123456789012345678/123456789012345679")
	for name, f := range map[string]form{
		"onward": root(onward).rich, "onward_plain": root(onward).plain, "apart": root(apart).rich,
		"root": root(idlib()).rich, "reply": reply(further()).rich, "maximal": root(maximal()).rich, "hostile": root(odd()).rich,
		"root_plain": root(idlib()).plain, "reply_plain": reply(further()).plain, "hostile_plain": root(odd()).plain,
		"had": root(had()).once("abcdefgh01234567").rich, "had_edited": edited(had()).rich, "had_plain": root(had()).plain,
		"bare": root(&bot.Message{}).rich, "bulletin": root(bulletin()).rich, "bulletin_plain": root(bulletin()).plain,
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(f); err != nil {
				t.Fatal(err)
			}
			// The client library's own encoding of components escapes.
			text := strings.NewReplacer(`\u0026`, "&", `\u003c`, "<", `\u003e`, ">").Replace(got.String())
			path := filepath.Join("testdata", "render", name+".json")
			if *update {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("message (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMessagesKeepEachLimit(t *testing.T) {
	for name, m := range map[string]*bot.Message{
		"Root": idlib(), "Reply": further(), "Maximal": maximal(), "Hostile": odd(), "Bare": {}, "Had": had(),
	} {
		t.Run(name, func(t *testing.T) {
			holds(t, root(m))
			holds(t, reply(m))
		})
	}
}

func TestWhatHasNoRoomIsCounted(t *testing.T) {
	m := maximal()
	shown := trim(m)
	if got := len(shown.Sources) + shown.hidden; got != len(m.Sources) {
		t.Errorf("%d sources shown or counted, want %d", got, len(m.Sources))
	}
	if !strings.Contains(shown.sources(), fmt.Sprintf("+%d more", shown.hidden)) || shown.hidden == 0 {
		t.Errorf("sources end in %q", shown.sources())
	}
}

func TestTitleAndFirstSentenceAreNeverLeftOut(t *testing.T) {
	m := maximal()
	m.Title = story.Sentence{Text: strings.Repeat("Shelling ", 28)}
	m.Brief = []story.Sentence{{Text: "First " + strings.Repeat("word ", 620)}, {Text: "Second " + strings.Repeat("word ", 170)}}
	m.Reason = strings.Repeat("because ", 400)
	for i := range m.Sources {
		m.Sources[i] = bot.Source{Outlet: strings.Repeat("Outlet ", 30)}
	}
	for name, f := range map[string]face{"Root": root(m), "Reply": reply(m)} {
		t.Run(name, func(t *testing.T) {
			holds(t, f)
			e := f.rich.Embeds[0]
			if !strings.HasPrefix(e.Title, "Shelling") || !strings.HasPrefix(e.Description, "First") || strings.Contains(e.Description, "…") {
				t.Errorf("title %q, description %q", e.Title, e.Description)
			}
		})
	}
}

func TestThreadIsNamedInPlainWords(t *testing.T) {
	for name, tt := range map[string]struct{ title, want string }{
		"Title":   {"Toll *rises*\nto three ", "Toll *rises* to three"},
		"Nothing": {" \u202e\n", "Further reports"},
		"Long":    {strings.Repeat("seven s ", 20), strings.Repeat("seven s ", 9) + "seven s…"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := threadName(&bot.Message{Title: story.Sentence{Text: tt.title}}); got != tt.want || units(got) > 100 {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestTextIsShownAsItIsWritten(t *testing.T) {
	for _, p := range hostile() {
		if got, _ := shown(t, escape(bot.Clean(p))); got != bot.Clean(p) {
			t.Errorf("%q is shown as %q", p, got)
		}
	}
}

func TestEscapesWhatMeansSomething(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"Everyone":      {"@everyone", `\@everyone`},
		"MaskedLink":    {"[a](https://b)", `\[a\]\(https\:\/\/b\)`},
		"Backslash":     {`a\*b`, `a\\\*b`},
		"NumberedList":  {"12. a 3. b", `12\. a 3. b`},
		"FullStopAlone": {". a 3.5", ". a 3.5"},
		"Number":        {"2020", "2020"},
		"Plus":          {"+ a + b", `\+ a + b`},
		"Arabic":        {"حلب_", `حلب\_`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := escape(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMarksAreBold(t *testing.T) {
	for name, tt := range map[string]struct {
		text  string
		marks []story.Span
		want  string
	}{
		"Apart":       {"a bc d", []story.Span{{Start: 0, End: 1}, {Start: 2, End: 4}}, "**a** **bc** d"},
		"Touching":    {"abc", []story.Span{{Start: 0, End: 1}, {Start: 1, End: 2}}, "**ab**c"},
		"Overlapping": {"abc", []story.Span{{Start: 0, End: 2}, {Start: 1, End: 3}}, "**ab**c"},
		"Spaces":      {"a b c", []story.Span{{Start: 1, End: 4}}, "a **b** c"},
		"OnlySpaces":  {"a   c", []story.Span{{Start: 1, End: 4}}, "a   c"},
		"SplitLetter": {"é", []story.Span{{Start: 0, End: 1}}, "é"},
		"OutOfText":   {"abc", []story.Span{{Start: 1, End: 9}, {Start: -1, End: 2}, {Start: 2, End: 1}}, "abc"},
		"Escaped":     {"*a*b", []story.Span{{Start: 0, End: 3}}, `**\*a\***b`},
	} {
		t.Run(name, func(t *testing.T) {
			if got := bolden(story.Sentence{Text: tt.text, Marks: tt.marks}); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestLinksLeadWhereTheySay(t *testing.T) {
	for name, tt := range map[string]struct{ link, want string }{
		"Kept":        {"https://a.example/b?c=d#e", "https://a.example/b?c=d#e"},
		"Spaces":      {" http://a.example/b c ", "http://a.example/b%20c"},
		"Markup":      {"https://a.example/<b>|\\", "https://a.example/%3Cb%3E%7C%5C"},
		"Query":       {"https://a.example/?q=<b> \"c\"|`d`", "https://a.example/?q=%3Cb%3E%20%22c%22%7C%60d%60"},
		"Letters":     {"https://a.example/حلب", "https://a.example/%D8%AD%D9%84%D8%A8"},
		"Host":        {"https://аррӏе.example/", "https://xn--80ak6aa92e.example/"},
		"HostAndPort": {"https://müller.example:8443/", "https://xn--mller-kva.example:8443/"},
		"NoHost":      {"https:///b", ""},
		"Address":     {"https://[::1]/b", ""},
		"Userinfo":    {"https://good.example@evil.example/", ""},
		"Script":      {"javascript:alert(1)", ""},
		"Data":        {"data:text/html,x", ""},
		"Relative":    {"/a", ""},
		"Newline":     {"https://a.example/\nb", ""},
		"TooLong":     {"https://a.example/" + strings.Repeat("a", mostLink), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := bot.Link(tt.link, mostLink); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// holds checks what every message must hold to.
func holds(t *testing.T, f face) {
	t.Helper()
	for _, m := range []form{f.rich, f.plain} {
		if n := units(m.Content); n > 2000 || strings.TrimSpace(m.Content) == "" {
			t.Errorf("content has %d letters", n)
		}
		if m.Mentions == nil || m.Mentions.Parse == nil || len(m.Mentions.Parse)+len(m.Mentions.Roles)+len(m.Mentions.Users) > 0 || m.Mentions.RepliedUser {
			t.Errorf("mentions are %+v, want none allowed", m.Mentions)
		}
		if m.Embeds == nil || m.Components == nil {
			t.Error("an edit would leave what stands there")
		}
		shown(t, m.Content)
	}
	e := f.rich.Embeds[0]
	total := 0
	limit := func(what, s string, least, most int) {
		n := units(s)
		total += n
		if n > most || units(strings.TrimSpace(s)) < least || !utf8.ValidString(s) {
			t.Errorf("%s has %d letters, want %d to %d: %q", what, n, least, most, s)
		}
	}
	limit("title", e.Title, 1, 256)
	limit("description", e.Description, 0, 4096)
	for _, field := range e.Fields {
		limit("field name", field.Name, 1, 256)
		limit("field value", field.Value, 1, 1024)
		shown(t, field.Name)
		shown(t, field.Value)
	}
	if e.Author != nil {
		limit("author", e.Author.Name, 1, 256)
	}
	if e.Footer != nil {
		limit("footer", e.Footer.Text, 1, 2048)
	}
	if total > 6000 || len(e.Fields) > 25 || units(e.URL) > 2048 {
		t.Errorf("%d letters, %d fields, a link of %d", total, len(e.Fields), units(e.URL))
	}
	shown(t, e.Title)
	shown(t, e.Description)
	raw, err := json.Marshal(f.rich.Components)
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct {
		Components []struct {
			Label, URL string
			CustomID   string `json:"custom_id"`
		}
	}
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if n := len(row.Components); n < 1 || n > 5 {
			t.Errorf("a row of %d buttons", n)
		}
		for _, b := range row.Components {
			if units(b.Label) < 1 || units(b.Label) > 80 || units(b.URL) > 512 || strings.HasPrefix(b.URL, "http") == (b.CustomID != "") || units(b.CustomID) > 100 {
				t.Errorf("button %+v", b)
			}
		}
	}
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

// shown reads s as Discord does: it returns what is seen and the links in
// it. The test fails if markup is left that the renderer does not write.
func shown(t *testing.T, s string) (text string, links []string) {
	t.Helper()
	const page = `(https?://[!-'*-;=?-Z^-~]+)`
	ours := regexp.MustCompile(`^(?:\*\*|\[((?:\\.|[^\\\[\]])+)\]\(` + page + `\)|<` + page + `>)`)
	list := regexp.MustCompile(`^[0-9]+\.|^\s*[+*-]`)
	for line := range strings.Lines(s) {
		if list.MatchString(line) && !strings.HasPrefix(line, "**") {
			t.Errorf("a list in %q", line)
		}
	}
	var b strings.Builder
	for at := 0; at < len(s); {
		rest := s[at:]
		if m := ours.FindStringSubmatch(rest); m != nil {
			if m[1] != "" {
				name, _ := shown(t, m[1])
				b.WriteString(name)
			}
			if u := m[2] + m[3]; u != "" {
				links = append(links, u)
			}
			b.WriteString(m[3])
			at += len(m[0])
			continue
		}
		if rest[0] == '\\' && len(rest) > 1 {
			at++
			rest = rest[1:]
		} else if strings.IndexByte("\\*_~|>#-[]()<@`/", rest[0]) >= 0 || rest[0] == ':' && !clock.MatchString(s[max(at-2, 0):]) {
			t.Errorf("%q means something in %q", rest[0], s)
		}
		b.WriteByte(rest[0])
		at++
	}
	return b.String(), links
}

// clock is a time of the day, as our own words write it.
var clock = regexp.MustCompile(`^[0-9]{2}:[0-9]{2}\b`)

// FuzzRender holds that no text breaks a limit, means anything to Discord, or
// is shown as another text.
func FuzzRender(f *testing.F) {
	for _, p := range hostile() {
		f.Add(p, p, p, "https://a.example/"+p, 0, 3)
	}
	f.Add(strings.Repeat("*", 300), strings.Repeat("👩‍👩‍👧", 900), strings.Repeat("[", 90), "http://[::1]/(a)", 5, 9)
	f.Fuzz(func(t *testing.T, title, words, outlet, page string, from, to int) {
		s := story.Sentence{Text: words, Marks: []story.Span{{Start: from, End: to}, {Start: to, End: len(words)}}}
		m := &bot.Message{
			Title: story.Sentence{Text: title, Marks: s.Marks}, Link: page, Outlet: outlet, Brief: []story.Sentence{s, s},
			Watches: []string{title}, Facts: []bot.Fact{{Name: outlet, Text: words}}, Matched: []string{words, title},
			Sources: []bot.Source{{Outlet: outlet, Link: page}, {Outlet: title, Link: page, Copy: true}},
			Reason:  title, Buttons: []bot.Button{{Label: outlet, Link: page}}, Origins: 1, Outlets: 2,
		}
		r := root(m)
		holds(t, r)
		holds(t, reply(m))
		e := r.rich.Embeds[0]
		same(t, title, e.Title)
		if !bot.Blank(bot.Clean(words)) {
			same(t, bot.Clean(words)+" "+bot.Clean(words), e.Description)
		}
		for _, field := range e.Fields {
			_, links := shown(t, field.Value)
			for _, u := range links {
				if want := target(bot.Link(page, mostSource)); u != want || field.Name != "Sources" {
					t.Errorf("%s links to %q, want %q", field.Name, u, want)
				}
			}
		}
		if _, links := shown(t, r.plain.Content); len(links) > 0 && links[0] != target(bot.Link(page, mostLink)) {
			t.Errorf("plain text links to %q", links)
		}
	})
}

// same checks that got shows source, or whole words from its beginning.
func same(t *testing.T, source, got string) {
	t.Helper()
	text, links := shown(t, got)
	source = bot.Clean(source)
	begin, cut := strings.CutSuffix(text, "…")
	switch {
	case len(links) > 0:
		t.Errorf("%q links to %q", got, links)
	case text == source, cut && strings.HasPrefix(source, begin), text == "(no title)" && bot.Blank(source):
	case size(got) > mostTitle && strings.HasPrefix(source, strings.Split(text, "…")[0]):
	default:
		t.Errorf("%q is shown as %q", source, text)
	}
}
