package slack

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
	"golang.org/x/tools/txtar"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/internal/counterparty"
	"vedette/internal/fakeroom"
)

// status is an answer with something of everything.
func status() *command.Answer {
	row := func(s string) command.Line { return command.Line{Fixed: true, Spans: []command.Span{{Text: s}}} }
	return &command.Answer{
		Title: "Idlib front",
		Lines: []command.Line{
			{Spans: []command.Span{{Text: "▲ elevated", Bold: true}, {Text: " and rising, since 13:40 "}, {Text: "idlib AND ceasefire", Code: true}}},
			command.Text("6 dead of a state's army in one story, as two origins report."),
			{},
			row("#7   14:05  Three posts encircled    Ada"),
			row("#12  13:58  Ultimatum until 29 Feb   nobody"),
			{},
			{Spans: []command.Span{{Text: "Newest: "}, {Text: "Turkey threatens force", Link: "https://news.example/1"}, {Text: " (AFP)"}}},
			{Small: true, Spans: []command.Span{{Text: "2 of 40 feeds are silent."}}},
			{Small: true, Spans: []command.Span{{Text: "Everything: "}, {Text: "the board", Link: "https://board.example/"}}},
		},
		Buttons: []bot.Button{{Label: "Timeline", Do: "timeline-7"}, {Label: "Board", Link: "https://board.example/"}},
	}
}

// spoiled is an answer with all that strangers try.
func spoiled() *command.Answer {
	a := &command.Answer{Title: strings.Join(hostile(), " ")}
	for i, h := range hostile() {
		a.Lines = append(a.Lines, command.Line{
			Fixed: i%3 == 1, Small: i%3 == 2,
			Spans: []command.Span{{Text: h, Bold: i%2 == 0}, {Text: h, Link: "https://news.example/" + h}, {Text: h, Link: h, Code: true}, {Link: "https://news.example/"}},
		})
		a.Buttons = append(a.Buttons, bot.Button{Label: h, Do: h}, bot.Button{Label: h, Link: h})
	}
	return a
}

// endless is an answer with more of everything than Slack takes.
func endless() *command.Answer {
	a := &command.Answer{Title: strings.Repeat("Title ", 500)}
	for i := range 400 {
		a.Lines = append(a.Lines, command.Line{
			Fixed: i%7 == 1, Small: i%7 == 2,
			Spans: slices.Repeat([]command.Span{{Text: fmt.Sprintf(`row %d "of" a\table`, i), Link: "https://news.example/" + strings.Repeat("a", 500)}}, 1+i%40),
		})
		a.Buttons = append(a.Buttons, bot.Button{Label: strings.Repeat("Label ", 20), Do: strings.Repeat("x", 80)})
	}
	return a
}

// filled is a form at its limits, or one beyond each.
func filled(beyond int) *command.Form {
	f := &command.Form{
		Name: "watch add", Title: strings.Repeat("T", 24+beyond), Wrong: strings.Repeat("w", 3000*beyond),
		Args: map[string]string{"why": strings.Repeat("<", 1000+2000*beyond)},
	}
	for i := range 20 + beyond {
		f.Fields = append(f.Fields, command.Field{
			Param: fmt.Sprint("p", i), Label: strings.Repeat("L", 45+3000*beyond), Hint: strings.Repeat("h", 100+100*beyond),
			Value: strings.Repeat("ب", 3000+beyond), Long: i%2 == 0, Required: i%3 == 0, Most: 3000 + beyond,
		})
	}
	return f
}

func TestPeopleSeeTheseAnswers(t *testing.T) {
	for name, a := range map[string]*command.Answer{
		"answer": status(), "answer_spoiled": spoiled(), "answer_endless": endless(), "answer_empty": {},
		"answer_title": {Title: "Done"}, "answer_gaps": {Lines: []command.Line{{}, {}, command.Text("between"), {}, {Fixed: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			var files []txtar.File
			for i, f := range faces(a) {
				holdsAnswer(t, f)
				files = append(files,
					txtar.File{Name: fmt.Sprintf("picture %d", i+1), Data: []byte(picture(f.blocks))},
					txtar.File{Name: fmt.Sprintf("text %d", i+1), Data: []byte(f.text + "\n")},
					txtar.File{Name: fmt.Sprintf("blocks %d", i+1), Data: pretty(t, f.blocks)},
				)
			}
			golden(t, name, files)
		})
	}
}

func TestPeopleSeeTheseForms(t *testing.T) {
	h := &heard{thread: "1.000001"}
	h.Where.Channel = "C0123456789"
	wrong := &command.Form{Name: "watch add", Title: "A new watch", Wrong: "idlib AND (: a bracket is open <!channel>", Fields: []command.Field{
		{Param: "name", Label: "Name", Hint: "one word", Required: true, Most: 40}, {Param: "rule", Label: "Rule", Value: "idlib AND (", Long: true},
	}}
	most, fits := formView(filled(0), h)
	if !fits {
		t.Error("a form at its limits does not fit")
	}
	beyond, fits := formView(filled(1), h)
	if fits {
		t.Error("a form whose arguments are too long fits")
	}
	beyond.PrivateMetadata = "{}"
	small, _ := formView(wrong, h)
	shown, whole := answerView(status(), h)
	if _, all := answerView(endless(), h); all || !whole {
		t.Error("an answer of many messages fits a modal, or one of one message does not")
	}
	for name, v := range map[string]slack.ModalViewRequest{"form": small, "form_most": most, "form_beyond": beyond, "modal": shown} {
		t.Run(name, func(t *testing.T) {
			raw, err := json.MarshalIndent(v, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			if why := fakeroom.SlackRefusesView(raw); len(why) > 0 {
				t.Errorf("Slack refuses it: %q", why)
			}
			golden(t, name, []txtar.File{{Name: "view", Data: append(raw, '\n')}})
		})
	}
}

func TestAnAnswerKeepsWhatFits(t *testing.T) {
	line := command.Text(strings.Repeat("a", 990))
	for n, want := range map[int]struct {
		messages int
		left     string
	}{
		1: {1, ""}, 11: {1, ""}, 12: {2, ""}, 44: {4, ""}, 45: {4, "One more line is left out."}, 100: {4, "56 more lines are left out."},
	} {
		all := faces(&command.Answer{Lines: slices.Repeat([]command.Line{line}, n), Buttons: []bot.Button{{Label: "More", Do: "more"}}})
		if len(all) != want.messages {
			t.Errorf("%d lines: %d messages, want %d", n, len(all), want.messages)
		}
		var seen strings.Builder
		for i, f := range all {
			seen.WriteString(picture(f.blocks))
			if has := strings.Contains(picture(f.blocks), "[ More ]"); has != (i == len(all)-1) {
				t.Errorf("%d lines: the button stands in message %d of %d: %v", n, i+1, len(all), has)
			}
		}
		if left := strings.Contains(seen.String(), "left out"); left != (want.left != "") || !strings.Contains(seen.String(), want.left) {
			t.Errorf("%d lines: want %q to be said, see %q", n, want.left, seen.String()[max(0, len(seen.String())-100):])
		}
	}
	few := faces(&command.Answer{Lines: slices.Repeat([]command.Line{{Fixed: true, Spans: line.Spans[:1]}, command.Text("b")}, 24)})
	for _, f := range few {
		if len(f.blocks) > 50 {
			t.Errorf("%d blocks", len(f.blocks))
		}
	}
	rows := faces(&command.Answer{Lines: slices.Repeat([]command.Line{{Fixed: true, Spans: []command.Span{{Text: "a"}}}, command.Text("b")}, 26)})
	if len(rows) != 2 || len(rows[0].blocks) > 50 {
		t.Errorf("52 blocks of rows make %d messages, the first of %d blocks", len(rows), len(rows[0].blocks))
	}
}

// TestSlacksOwnTypesAcceptWhatIsSent holds every message, answer and form
// under testdata against the types that Slack publishes.
func TestSlacksOwnTypesAcceptWhatIsSent(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "render", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	var all []counterparty.Typed
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range txtar.Parse(raw).Files {
			kind, _, _ := strings.Cut(f.Name, " ")
			if typ := map[string]string{"blocks": "KnownBlock[]", "view": "ModalView"}[kind]; typ != "" {
				all = append(all, counterparty.Typed{Name: filepath.Base(path) + " " + f.Name, Type: typ, Value: f.Data})
			}
		}
	}
	if len(all) < 15 {
		t.Errorf("%d things to hold, want all", len(all))
	}
	// What is wrong is found, too.
	wrong := []counterparty.Typed{
		{Name: "unknown", Type: "KnownBlock[]", Value: json.RawMessage(`[{"type":"hologram"}]`)},
		{Name: "more", Type: "KnownBlock[]", Value: json.RawMessage(`[{"type":"divider","color":"red"}]`)},
		{Name: "less", Type: "ModalView", Value: json.RawMessage(`{"type":"modal","blocks":[]}`)},
	}
	found := 0
	for _, fault := range counterparty.SlackTypes(t, append(all, wrong...)) {
		if name, _, _ := strings.Cut(fault, ":"); slices.ContainsFunc(wrong, func(w counterparty.Typed) bool { return w.Name == name }) {
			found++
			continue
		}
		t.Error(fault)
	}
	if found != len(wrong) {
		t.Errorf("%d of %d wrong values were refused", found, len(wrong))
	}
}

// golden holds files against testdata.
func golden(t *testing.T, name string, files []txtar.File) {
	t.Helper()
	got := txtar.Format(&txtar.Archive{Files: files})
	path := filepath.Join("testdata", "render", name+".txt")
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("people see something else (-want +got):\n%s", diff)
	}
}

// holdsAnswer checks f against Slack's documented limits, and that nothing in
// it pings or leads elsewhere than to the web.
func holdsAnswer(t *testing.T, f face) {
	t.Helper()
	if f.text == "" || len(f.text) > 4_000 || !utf8.ValidString(f.text) || strings.ContainsAny(f.text, "<>") {
		t.Errorf("text of %d bytes: %q", len(f.text), f.text)
	}
	raw, err := json.Marshal(f.blocks)
	if err != nil {
		t.Fatal(err)
	}
	if why := fakeroom.SlackRefuses(raw); len(why) > 0 {
		t.Errorf("Slack refuses it: %q", why)
	}
	if size(f.blocks) > 13_200 {
		t.Errorf("blocks of %d bytes", size(f.blocks))
	}
	for _, no := range []string{`"type":"mrkdwn"`, `"type":"broadcast"`, `"type":"usergroup"`, `"type":"user"`, `"emoji":true`} {
		if strings.Contains(string(raw), no) {
			t.Errorf("it holds %s", no)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	for i, h := range hostile() {
		f.Add(h, h, h, "https://news.example/"+h, uint8(i), uint8(3))
	}
	f.Add("", "", "", "", uint8(0), uint8(0))
	f.Add(strings.Repeat(`"`, 3_000), strings.Repeat("<", 5_000), "A", "https://x.example/?"+strings.Repeat("&", 2_400), uint8(7), uint8(60))
	f.Fuzz(func(t *testing.T, title, text, more, link string, kinds, n uint8) {
		a := &command.Answer{Title: title}
		for i := range int(n) {
			k := kinds >> (i % 8)
			a.Lines = append(a.Lines, command.Line{
				Fixed: k&1 != 0, Small: k&2 != 0,
				Spans: slices.Repeat([]command.Span{{Text: text, Link: link, Bold: k&1 != 0}, {Text: more, Code: k&4 != 0}}, 1+i%25),
			})
			a.Buttons = append(a.Buttons, bot.Button{Label: title, Link: link}, bot.Button{Label: more, Do: text})
		}
		all := faces(a)
		if len(all) > mostFaces {
			t.Errorf("%d messages", len(all))
		}
		for _, face := range all {
			holdsAnswer(t, face)
		}
		h := new(heard)
		v, fits := formView(&command.Form{Title: title, Wrong: text, Fields: []command.Field{
			{Param: "p", Label: more, Hint: link, Value: text, Most: int(n) * 20}, {Param: "q", Label: title, Value: more},
		}, Args: map[string]string{"a": short(text, 1_000)}}, h)
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if why := fakeroom.SlackRefusesView(raw); fits && len(why) > 0 {
			t.Errorf("Slack refuses the form: %q", why)
		}
	})
}
