package webhook

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"vedette/bot"
	"vedette/bot/words"
	"vedette/story"
)

var update = flag.Bool("update", false, "write the documents under testdata anew")

// published is the secret of the vector that Standard Webhooks publishes.
const published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// idlib is the message of the picture in the design.
func idlib() *bot.Message {
	page := "https://www.aljazeera.com/news/2020/02/turkey-idlib.html"
	return &bot.Message{
		Level: story.Elevated, Watches: []string{"Idlib"}, Origins: 3, Outlets: 4,
		Title: story.Sentence{Text: "Turkey threatens force over Idlib ceasefire", Marks: []story.Span{{Start: 28, End: 33}}},
		Link:  page, Outlet: "Al Jazeera",
		Brief:   []story.Sentence{{Text: `Turkey will use force against "those who do not abide by the ceasefire".`}, {Text: "Three of its 12 observation posts are encircled."}},
		Facts:   []bot.Fact{{Name: "Killed", Text: "14 Turkish soldiers (Turkey)"}, {Name: "Deadline", Text: "29 Feb 2020 00:00 UTC"}},
		Matched: []string{"idlib", `"observation post" (observation posts)`, "ceasefire"},
		Sources: []bot.Source{{Outlet: "AFP", Link: "https://www.afp.com/en/1"}, {Outlet: "Al Jazeera", Link: page, Copy: true}, {Outlet: "عنب بلدي"}},
		Buttons: []bot.Button{{Label: "Open report", Link: page}}, Care: story.Open, Calls: story.Mention{Kind: story.Here},
		At: time.Date(2020, 2, 12, 17, 5, 0, 0, time.FixedZone("+03", 3*60*60)),
	}
}

// further is a message for the thread.
func further() *bot.Message {
	return &bot.Message{
		Title: story.Sentence{Text: "Erdogan gives Assad until the end of February"}, Link: "https://www.aa.com.tr/en/2", Outlet: "Anadolu",
		Brief: []story.Sentence{{Text: "The army will push them back by force, he told his party."}}, Reason: "tells of the same event as AFP (likeness 0.41)",
		Matched: []string{"assad"}, At: idlib().At,
	}
}

// bulletin is what a room hears of a level that rises.
func bulletin() *bot.Message {
	return bot.Bulletin(&story.Bulletin{
		Watch: "idlib", Kind: story.LevelChange, From: story.Guarded, To: story.Critical, At: idlib().At,
		Reasons:  []string{"33 dead of a state's army in one story, as two origins report; critical begins at 20"},
		Evidence: []story.Witness{{Item: 2, Outlet: "Anadolu", Title: "33 soldiers killed in strike <!channel>", Link: "https://www.aa.com.tr/en/2", At: idlib().At}},
	}, time.UTC, nil, words.Words{})
}

// acknowledged is idlib once somebody has it.
func acknowledged() *bot.Message {
	m := idlib()
	m.Care, m.State, m.Calls = story.Acknowledged, "Acknowledged by Ada, 14:09", story.Mention{}
	return m
}

// digest is what a room hears in the morning.
func digest() *bot.Message {
	return &bot.Message{
		Level: story.High, Watches: []string{"Digest"}, Title: story.Sentence{Text: "2 stories, held back until now"}, At: idlib().At,
		Lines: []bot.Line{
			{Level: story.High, Text: "Turkey threatens force over Idlib ceasefire", Link: "https://www.afp.com/en/1", Note: "Idlib · 3 origins · 4 outlets · 14:05"},
			{Text: "Aid convoy enters Idlib", Note: "Idlib · 1 origin · 1 outlet · 11:20"},
		},
		Facts: []bot.Fact{{Name: "Held back", Text: "5 messages, told by these lines; quiet hours until 4 Feb 06:00 UTC"}},
	}
}

// hostile is a message of strangers' worst words.
func hostile() *bot.Message {
	long := strings.Repeat("длинный <b>&\u202e \x00", 200)
	m := &bot.Message{
		Level: story.Critical, Title: story.Sentence{Text: long}, Link: "javascript:alert(1)", Outlet: long, Reason: long, At: idlib().At,
		Brief: []story.Sentence{{Text: long}, {Text: "\u200b"}}, Origins: 1, Outlets: 1,
	}
	for range 200 {
		m.Watches, m.Matched = append(m.Watches, long), append(m.Matched, long)
		m.Facts = append(m.Facts, bot.Fact{Name: long, Text: long})
		m.Lines = append(m.Lines, bot.Line{Text: long, Link: "javascript:alert(1)", Note: long})
		m.Sources = append(m.Sources, bot.Source{Outlet: long, Link: "https://me:pass@example.org/"})
		m.Brief = append(m.Brief, story.Sentence{Text: long})
	}
	return m
}

// letters are what each format makes of each kind of message.
func letters(t *testing.T) map[string][]byte {
	t.Helper()
	pens := make(map[Format]writer)
	for format, secret := range map[Format]string{Vedette: published, PagerDuty: strings.Repeat("R", 32), Opsgenie: "canary-0123-4567-89ab-cdef"} {
		r, err := New(Options{URL: "https://example.org/hook", Secret: secret, Format: format})
		if err != nil {
			t.Fatal(err)
		}
		pens[format] = r.pen
	}
	all := make(map[string][]byte)
	for name, tt := range map[string]struct {
		act  story.Act
		root story.Remote
		m    *bot.Message
	}{
		"story": {story.Post, "", idlib()}, "reply": {story.Reply, "0000000000000000", further()}, "edit": {story.Edit, "0000000000000000", acknowledged()},
		"digest":   {story.Post, "", digest()},
		"bulletin": {story.Post, "", bulletin()}, "empty": {story.Post, "", &bot.Message{At: idlib().At}}, "hostile": {story.Post, "", hostile()},
	} {
		for format, pen := range pens {
			l, err := pen.write(tt.act, "0000000000000001", tt.root, tt.m)
			if err != nil {
				t.Fatal(err)
			}
			if l.body != nil {
				all[string(format)+"-"+name] = l.body
			}
		}
	}
	return all
}

func TestDocumentsReadAsAProgrammerWouldWish(t *testing.T) {
	for name, body := range letters(t) {
		if strings.HasSuffix(name, "hostile") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := json.Indent(&got, body, "", "  "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			path := filepath.Join("testdata", name+".json")
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
}

func TestThePageShowsADocumentAsItIsSent(t *testing.T) {
	const begin, end = "<!-- document: begin (generated: go test ./bot/webhook -update) -->\n", "<!-- document: end -->"
	path := filepath.Join("..", "..", "docs", "webhooks.md")
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join("testdata", "vedette-story.json"))
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(page), begin)
	_, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("%s has no markers", path)
	}
	want := before + begin + "```json\n" + string(document) + "```\n" + end + after
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if page, err = os.ReadFile(path); err != nil || string(page) != want {
		t.Errorf("%s shows another document (%v)", path, err)
	}
}

// compiled returns the schema, with formats held to.
func compiled(tb testing.TB) *jsonschema.Schema {
	tb.Helper()
	raw, err := Schema()
	if err != nil {
		tb.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		tb.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("document.json", doc); err != nil {
		tb.Fatal(err)
	}
	schema, err := c.Compile("document.json")
	if err != nil {
		tb.Fatal(err)
	}
	return schema
}

func TestEveryDocumentIsAsItsSchemaSays(t *testing.T) {
	schema := compiled(t)
	n := 0
	for name, body := range letters(t) {
		if !strings.HasPrefix(name, "vedette-") {
			continue
		}
		n++
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n != 7 {
		t.Errorf("%d documents were held to the schema, want one of each kind", n)
	}
	for _, bad := range []string{
		`{}`, `{"type":"message.lost","timestamp":"2020-02-12T14:05:00Z","data":{}}`,
		`{"type":"message.posted","timestamp":"noon","data":{"id":"1","watches":[],"title":"t","brief":[],"facts":[],"matched":[],"sources":[],"origins":0,"outlets":0,"text":"t"}}`,
		`{"type":"message.posted","timestamp":"2020-02-12T14:05:00Z","data":{"id":"1","level":"loud","watches":[],"title":"t","brief":[],"facts":[],"matched":[],"sources":[],"origins":0,"outlets":0,"text":"t"}}`,
	} {
		v, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if schema.Validate(v) == nil {
			t.Errorf("the schema takes %s", bad)
		}
	}
}

func TestWhatStrangersWroteStaysSmallPlainText(t *testing.T) {
	all := letters(t)
	for _, format := range []string{"vedette", "pagerduty", "opsgenie"} {
		body := all[format+"-hostile"]
		if len(body) > 500_000 {
			t.Errorf("%s: %d bytes, want what every receiver takes", format, len(body))
		}
		var text any
		if err := json.Unmarshal(body, &text); err != nil {
			t.Fatal(err)
		}
		said, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"\u202e", `\u202e`, `\u0000`, "javascript:", "me:pass", "<b>"} {
			if strings.Contains(string(said), bad) || strings.Contains(string(body), bad) {
				t.Errorf("%s holds %q", format, bad)
			}
		}
	}
	var a genieAlert
	if err := json.Unmarshal(all["opsgenie-hostile"], &a); err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCountInString(a.Message); n > 130 || n < 40 {
		t.Errorf("the alert's message has %d characters, want it cut to 130 at most", n)
	}
	if len(a.Tags) != 20 {
		t.Errorf("it has %d tags, want the 20 that are allowed", len(a.Tags))
	}
}

func TestSignaturesAreAsPublished(t *testing.T) {
	s, err := newSigner(published)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"test": 2432232314}`)
	head, err := s.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), body)
	if err != nil {
		t.Fatal(err)
	}
	want := http.Header{
		"Webhook-Id": {"msg_p5jXN8AQM9LWM0D4loKWxJek"}, "Webhook-Timestamp": {"1614265330"},
		"Webhook-Signature": {"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
	}
	if diff := cmp.Diff(want, head); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestTheReferenceVerifierTakesWhatIsSent(t *testing.T) {
	s, err := newSigner(published)
	if err != nil {
		t.Fatal(err)
	}
	l, err := s.write(story.Post, "0000000000000001", "", idlib())
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := standardwebhooks.NewWebhook(published)
	if err != nil {
		t.Fatal(err)
	}
	if err := verifier.Verify(l.body, l.head); err != nil {
		t.Error(err)
	}
	if err := verifier.Verify(append(l.body, ' '), l.head); err == nil {
		t.Error("it takes a changed body, too: the check checks nothing")
	}
}

// FuzzDocument holds what any report makes of a document to its schema, and
// of an alert to its limits.
func FuzzDocument(f *testing.F) {
	schema := compiled(f)
	s, err := newSigner(published)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("Idlib shelled", "https://wire.example/1", "Wire", uint8(3))
	f.Add("\u202e\x00\xff", "https://[::1]:80/%zz", "\u200b", uint8(0))
	f.Add("<!channel> @everyone", "javascript:alert(1)", "</script>", uint8(200))
	f.Fuzz(func(t *testing.T, title, link, outlet string, level uint8) {
		m := &bot.Message{
			Level: story.Level(level % 6), Title: story.Sentence{Text: title}, Link: link, Outlet: outlet, Watches: []string{outlet},
			Brief: []story.Sentence{{Text: title}}, Facts: []bot.Fact{{Name: outlet, Text: title}}, Matched: []string{title},
			Sources: []bot.Source{{Outlet: outlet, Link: link}}, Lines: []bot.Line{{Text: title, Link: link, Note: outlet}}, At: idlib().At,
		}
		l, err := s.write(story.Post, "0000000000000001", "", m)
		if err != nil {
			t.Fatal(err)
		}
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(l.body))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); err != nil {
			t.Errorf("%s\n%v", l.body, err)
		}
		a, err := (&genie{}).write(story.Post, "0000000000000001", "", m)
		if err != nil {
			t.Fatal(err)
		}
		var alert genieAlert
		if err := json.Unmarshal(a.body, &alert); err != nil {
			t.Fatal(err)
		}
		if n := utf8.RuneCountInString(alert.Message); n < 1 || n > 130 || strings.ContainsAny(alert.Message, "\n\u202e") {
			t.Errorf("the alert says %q", alert.Message)
		}
	})
}
