package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"
	"golang.org/x/tools/txtar"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

var update = flag.Bool("update", false, "write the messages under testdata/render anew")

// idlib is the message of the picture in the design.
func idlib() *bot.Message {
	title := "Turkey threatens force over Idlib ceasefire"
	first := `Turkey will use force against "those who do not abide by the ceasefire, including the radicals", its defence minister said.`
	second := "It wants Syrian forces behind its 12 observation posts by the end of the month; three are encircled."
	return &bot.Message{
		Level: story.Elevated, Watches: []string{"Idlib"}, Origins: 3, Outlets: 7,
		Title:  marked(title, "Idlib", "ceasefire"),
		Link:   "https://www.aljazeera.com/news/2020/02/turkey-idlib.html",
		Outlet: "Al Jazeera",
		Brief:  []story.Sentence{marked(first, "ceasefire"), marked(second, "observation posts")},
		Facts:  []bot.Fact{{Name: "Latest", Text: "Erdogan gives Assad until the end of February (Anadolu, 13:58)"}},
		Matched: []string{
			"idlib", `"observation post" (observation posts)`, "ceasefire",
		},
		Sources: []bot.Source{
			{Outlet: "AFP", Link: "https://www.afp.com/en/1"},
			{Outlet: "Anadolu", Link: "https://www.aa.com.tr/en/2"},
			{Outlet: "Al Jazeera", Link: "https://www.aljazeera.com/news/2020/02/turkey-idlib.html", Copy: true},
			{Outlet: "عنب بلدي"},
		},
		Buttons: []bot.Button{{Label: "Open report", Link: "https://www.aljazeera.com/news/2020/02/turkey-idlib.html"}},
		At:      time.Date(2020, 2, 12, 14, 5, 0, 0, time.UTC),
	}
}

// bulletin is what a room hears of a level that rises.
func bulletin() *bot.Message {
	at := idlib().At
	return bot.Bulletin(&story.Bulletin{
		Watch: "idlib", Kind: story.LevelChange, From: story.Guarded, To: story.High, At: at,
		Reasons: []string{"6 dead of a state's army in one story, as two origins report; high begins at 5", "cold start: 16 days of past tell what is usual so far"},
		Evidence: []story.Witness{
			{Item: 2, Outlet: "Anadolu", Title: "Six soldiers killed in shelling, toll rises <!channel>", Link: "https://www.aa.com.tr/en/2", At: at.Add(-time.Hour)},
			{Item: 1, Outlet: "AFP", Title: "Shelling kills six Turkish soldiers", Link: "https://www.afp.com/en/1", At: at.Add(-2 * time.Hour)},
		},
	}, time.UTC, map[story.WatchName]string{"idlib": "Idlib front"}, words.Words{})
}

// moved returns the root messages of a story that goes on in another, and of
// one that was split from another; link leads to the other's.
func moved(link string) (onward, apart *bot.Message) {
	at := idlib().At
	told := story.Story{Changed: at, Watches: []story.WatchName{"idlib"}, Reports: []story.Report{{Item: story.Item{Title: "Turkey threatens force over Idlib ceasefire"}}}}
	was := story.Aside{Lead: story.Witness{Outlet: "AFP", Title: "Ankara warns Damascus <!channel>", Link: "https://www.afp.com/en/1"}, Why: "tells of the same event as Al Jazeera: Turkey, force, ceasefire"}
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

// hostile returns the payloads in which strangers try Slack's markup.
func hostile() []string {
	return []string{
		"<!channel>", "<!here>", "<!everyone>", "<!subteam^S123>", "<@U123>", "<#C123>", "<!date^0^{date}|x>",
		"&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "@channel", "*b* _i_ ~s~ `c`", ">quote", "```code",
		"<https://evil.example|https://good.example>", "<mailto:x@y|click>", "<slack://open>", ":skull:", "<tel:+1|x>",
		"@everyone", "[https://good.example](https://evil.example)", "safe \u202egnp.exe", "a\x00\x1b[31mred", "\xff\xfe",
		"line\nMatched: nothing", "\u2028\u2029", "الحدود — border", "👨‍👩‍👧 🇺🇸🇺🇸", "Z\u0351\u036b\u0343\u036a\u0302algo",
	}
}

// maximal returns a message with more of everything than Slack takes.
func maximal() *bot.Message {
	long := "https://news.example/" + strings.Repeat("a", 2_000-len("https://news.example/"))
	m := idlib()
	m.Title.Text = strings.Join(hostile(), " ")
	m.Title.Marks = []story.Span{{Start: 0, End: 10}, {Start: 5, End: 7}, {Start: -1, End: 1}, {Start: 20, End: 1 << 30}}
	m.Link, m.Buttons[0].Link = long, long
	for i := range 60 {
		m.Sources = append(m.Sources, bot.Source{Outlet: fmt.Sprintf("Outlet %d %s", i, hostile()[i%len(hostile())]), Link: long, Copy: i%2 == 0})
		m.Buttons = append(m.Buttons, bot.Button{Label: strings.Repeat("Label ", 20), Link: "https://news.example/"})
		m.Facts = append(m.Facts, bot.Fact{Name: "Latest", Text: hostile()[i%len(hostile())]})
		m.Watches = append(m.Watches, "Watch")
	}
	for _, h := range hostile() {
		m.Brief = append(m.Brief, story.Sentence{Text: strings.Repeat(h+" ", 10)})
		m.Matched = append(m.Matched, h)
	}
	return m
}

func TestRoomsSeeTheseMessages(t *testing.T) {
	rtl := idlib()
	rtl.Title = story.Sentence{Text: "تركيا تهدد باستخدام القوة بسبب وقف إطلاق النار في إدلب 🇹🇷"}
	rtl.Brief = []story.Sentence{marked("وقال الوزير: «سنستخدم القوة» ضد من لا يلتزم بوقف إطلاق النار.", "وقف إطلاق النار")}
	bareRoot := &bot.Message{Title: story.Sentence{Text: " "}, At: idlib().At, Link: "javascript:alert(1)"}
	answer := idlib()
	answer.Outlets, answer.Origins, answer.Sources, answer.Facts, answer.Level = 0, 0, nil, nil, story.Unjudged
	answer.Reason = "an independent outlet confirms it"
	answers := maximal()
	answers.Outlets = 0
	had := idlib()
	had.State = "Acknowledged by <!channel> at 14:09"
	had.Buttons = append(had.Buttons, bot.Button{Label: "Acknowledge", Do: "ack-1-0a_Z"}, bot.Button{Label: "Why", Do: "why-1-0a_Z"},
		bot.Button{Label: "Forged", Do: "a:b"}, bot.Button{Label: "Too long", Do: strings.Repeat("x", 81)})
	onward, apart := moved("https://fakeroom.slack.com/archives/C0123456789/p1581516300000100")
	for name, f := range map[string]face{
		"onward": root(onward, "key0000000000001"), "apart": root(apart, "key0000000000001"),
		"short": root(idlib(), "key0000000000001"), "rtl": root(rtl, "key0000000000001"), "bare": root(bareRoot, "key0000000000001"), "maximal": root(maximal(), "key0000000000001"),
		"reply": reply(answer, "key0000000000001"), "reply_maximal": reply(answers, "key0000000000001"), "bulletin": root(bulletin(), "key0000000000001"),
		"had": root(had, "key0000000000001"), "had_edited": edited(had, "key0000000000001"),
	} {
		t.Run(name, func(t *testing.T) {
			holds(t, f)
			golden(t, name, []txtar.File{
				{Name: "picture", Data: []byte(picture(f.blocks))},
				{Name: "text", Data: []byte(f.text + "\n")},
				{Name: "blocks", Data: pretty(t, f.blocks)},
			})
		})
	}
}

func TestLinksLeadWhereTheySay(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"Web":            {"https://good.example/a?b=c&d=%0d%0a#e", "https://good.example/a?b=c&d=%0d%0a#e"},
		"Plain":          {"http://good.example", "http://good.example"},
		"Script":         {"javascript:alert(1)", ""},
		"HiddenScript":   {"JaVa\tScRiPt:alert(1)", ""},
		"Data":           {"data:text/html,<script>", ""},
		"File":           {"file:///etc/passwd", ""},
		"NoScheme":       {"//evil.example/x", ""},
		"Relative":       {"/relative", ""},
		"SlackItself":    {"slack://open", ""},
		"User":           {"https://good.example@evil.example/", ""},
		"NoHost":         {"https://:80/", ""},
		"TurnedRound":    {"https://good.example/\u202egpj.exe", "https://good.example/%E2%80%AEgpj.exe"},
		"MarkupInPath":   {"https://good.example/<!channel>|x", "https://good.example/%3C%21channel%3E%7Cx"},
		"MarkupInQuery":  {"https://good.example/?<!channel>|é", "https://good.example/?%3C!channel%3E%7C%C3%A9"},
		"OtherLetters":   {"https://good.example/إدلب", "https://good.example/%D8%A5%D8%AF%D9%84%D8%A8"},
		"TooLong":        {"https://good.example/" + strings.Repeat("a", 3_000), ""},
		"AsLongAsItGets": {"https://a.example/" + strings.Repeat("a", 2_982), "https://a.example/" + strings.Repeat("a", 2_982)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := bot.Link(test.in, mostLink); got != test.want {
				t.Errorf("link(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func FuzzRender(f *testing.F) {
	for _, h := range hostile() {
		f.Add(h, h, h, "https://news.example/"+h, 0, 5, uint8(3))
	}
	f.Add("", "", "", "", -1, 1<<20, uint8(255))
	f.Add(strings.Repeat("&", 3_000), strings.Repeat("<", 5_000), "A", "https://x.example/?"+strings.Repeat("&", 2_900), 1, 2, uint8(60))
	f.Fuzz(func(t *testing.T, title, brief, outlet, at string, start, end int, n uint8) {
		m := &bot.Message{
			Level: story.High, Watches: []string{outlet}, Origins: int(n), Outlets: int(n),
			Title: story.Sentence{Text: title, Marks: []story.Span{{Start: start, End: end}}},
			Link:  at, Outlet: outlet, Reason: brief, State: outlet,
		}
		for range n {
			m.Brief = append(m.Brief, story.Sentence{Text: brief, Marks: []story.Span{{Start: start, End: end}, {Start: end, End: start}}})
			m.Sources = append(m.Sources, bot.Source{Outlet: outlet, Link: at})
			m.Buttons = append(m.Buttons, bot.Button{Label: title, Link: at}, bot.Button{Label: title, Do: outlet})
			m.Facts = append(m.Facts, bot.Fact{Name: outlet, Text: title})
			m.Matched = append(m.Matched, title)
		}
		holds(t, root(m, "key0000000000001"))
		holds(t, reply(m, "key0000000000001"))
	})
}

// holds checks f against Slack's documented limits, as a server would: from
// its JSON.
func holds(t *testing.T, f face) {
	t.Helper()
	if f.text == "" || len(f.text) > 4_000 || !utf8.ValidString(f.text) || strings.ContainsAny(f.text, "<>") {
		t.Errorf("text of %d bytes: %q", len(f.text), f.text)
	}
	if n := len(f.blocks); n == 0 || n > 50 {
		t.Errorf("%d blocks", n)
	}
	raw := pretty(t, f.blocks)
	var packed bytes.Buffer
	if err := json.Compact(&packed, raw); err != nil {
		t.Fatal(err)
	}
	if packed.Len() > 13_200 {
		t.Errorf("blocks of %d bytes", packed.Len())
	}
	var blocks []map[string]any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		most := map[string]int{"rich_text": 1, "context": 10, "actions": 25}[fmt.Sprint(b["type"])]
		elements, _ := b["elements"].([]any)
		if len(elements) == 0 || len(elements) > most {
			t.Errorf("block of type %v has %d elements", b["type"], len(elements))
		}
		for _, e := range elements {
			element(t, e.(map[string]any))
		}
	}
}

// element checks one element.
func element(t *testing.T, e map[string]any) {
	t.Helper()
	text, _ := e["text"].(string)
	to, _ := e["url"].(string)
	switch e["type"] {
	case "broadcast", "usergroup", "user": // of the message's own
		return
	case "rich_text_section":
		inner, _ := e["elements"].([]any)
		if len(inner) == 0 {
			t.Error("empty section")
		}
		for _, i := range inner {
			element(t, i.(map[string]any))
		}
		return
	case "button":
		label, _ := e["text"].(map[string]any)
		text, _ = label["text"].(string)
		if label["type"] != "plain_text" || label["emoji"] != false || len(text) > 75 || e["action_id"] == "" {
			t.Errorf("button %v", e)
		}
		if value, _ := e["value"].(string); to == "" {
			if !regexp.MustCompile(`^[\w-]{1,80}(:\w+)?$`).MatchString(value) {
				t.Errorf("button that does nothing: %v", e)
			}
			return
		}
	case "plain_text":
		if e["emoji"] != false || len(text) > 3_000 {
			t.Errorf("small print %v", e)
		}
	case "text":
		if to != "" {
			t.Errorf("text with a link: %v", e)
		}
	case "link":
	default:
		t.Errorf("element of type %v", e["type"])
	}
	if text == "" || !utf8.ValidString(text) {
		t.Errorf("%v is empty or broken", e)
	}
	if u, err := url.Parse(to); e["type"] != "text" && e["type"] != "plain_text" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || len(to) > 3_000) {
		t.Errorf("%v leads to %q", e, to)
	}
}

// picture draws blocks as a reader sees them: *bold*, [link](where to),
// small print in parentheses, a line between blocks.
func picture(blocks []slack.Block) string {
	var b strings.Builder
	for i, block := range blocks {
		if i > 0 {
			b.WriteString("\n---\n")
		}
		switch block := block.(type) {
		case *slack.RichTextBlock:
			inner, fixed := block.Elements[0].(*slack.RichTextPreformatted)
			if fixed {
				b.WriteString("```\n")
				for _, e := range inner.Elements {
					b.WriteString(e.(*slack.RichTextSectionTextElement).Text)
				}
				b.WriteString("\n```")
				continue
			}
			for _, e := range block.Elements[0].(*slack.RichTextSection).Elements {
				switch e := e.(type) {
				case *slack.RichTextSectionTextElement:
					b.WriteString(styled(e.Text, e.Style))
				case *slack.RichTextSectionBroadcastElement:
					b.WriteString("@" + e.Range)
				case *slack.RichTextSectionUserGroupElement:
					b.WriteString("@" + e.UsergroupID)
				case *slack.RichTextSectionUserElement:
					b.WriteString("@" + e.UserID)
				case *slack.RichTextSectionLinkElement:
					fmt.Fprintf(&b, "[%s](%s)", styled(e.Text, e.Style), story.Shorten(story.Sentence{Text: e.URL}, 80).Text)
				}
			}
		case *slack.ContextBlock:
			for _, e := range block.ContextElements.Elements {
				fmt.Fprintf(&b, "(%s) ", e.(*slack.TextBlockObject).Text)
			}
		case *slack.ActionBlock:
			for _, e := range block.Elements.ElementSet {
				fmt.Fprintf(&b, "[ %s ] ", e.(*slack.ButtonBlockElement).Text.Text)
			}
		}
	}
	return b.String() + "\n"
}

func styled(s string, style *slack.RichTextSectionTextStyle) string {
	if style != nil && style.Code {
		s = "`" + s + "`"
	}
	if style != nil && style.Bold {
		return "*" + s + "*"
	}
	return s
}

func pretty(t *testing.T, blocks []slack.Block) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(blocks); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
