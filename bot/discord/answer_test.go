package discord

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/bwmarrin/discordgo"
	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/words"
)

// Standing is an answer with lines of each layout.
func Standing() *command.Answer {
	return &command.Answer{
		Title: "Idlib front",
		Lines: []command.Line{
			{Spans: []command.Span{{Text: "▲ elevated", Bold: true}, {Text: " since 14:05, rising. "}, {Text: "why", Link: "https://wire.example/1_(2)"}}},
			{},
			{Fixed: true, Spans: []command.Span{{Text: "story  origins  owner"}}},
			{Fixed: true, Spans: []command.Span{{Text: "  #12        3  Ada"}}},
			command.Text("1. Rule:"),
			{Spans: []command.Span{{Text: "idlib AND "}, {Text: `(ceasefire OR "observation post")`, Code: true}, {Text: "x", Code: true}}},
			{Spans: []command.Span{{Text: "[LIVE] Post shelled", Link: "https://wire.example/2"}}},
			{Small: true, Spans: []command.Span{{Text: "As of 14:10 UTC. "}, {Text: "Feeds", Link: "https://desk.example/feeds"}}},
		},
		Buttons: []bot.Button{{Label: "Timeline", Do: "timeline-12-abcdefghijklmnop"}, {Label: "Open", Link: "https://wire.example/1"}},
	}
}

// Spoiled is an answer that is made of payloads.
func Spoiled() *command.Answer {
	a := &command.Answer{Title: strings.Join(hostile()[:8], " ")}
	for _, p := range hostile() {
		a.Lines = append(a.Lines,
			command.Line{Spans: []command.Span{{Text: "1"}, {Text: "."}, {Text: p}, {Text: p, Bold: true}, {Text: p, Code: true}, {Text: p, Link: "https://a.example/(b)<c> d"}, {Text: " ", Link: "javascript:alert(1)"}}},
			command.Line{Fixed: true, Spans: []command.Span{{Text: p}, {Text: "```" + p}}},
			command.Line{Small: true, Spans: []command.Span{{Text: p}}})
		a.Buttons = append(a.Buttons, bot.Button{Label: p, Do: p}, bot.Button{Label: p, Link: p})
	}
	return a
}

// Asking asks for the rule of a watch.
func Asking() *command.Form {
	return &command.Form{Name: "watch add", Title: "Add a watch", Fields: []command.Field{
		{Param: "name", Label: "Name: one word, in small letters", Hint: "idlib", Required: true, Most: 32},
		{Param: "rule", Label: "Rule", Hint: `idlib (ceasefire OR "observation post")`, Value: "idlib", Long: true, Required: true, Most: 3_000},
	}, Args: map[string]string{"rooms": "desk,night"}}
}

func TestAnswersLookAsReviewed(t *testing.T) {
	m, _ := formModal(Asking())
	for name, v := range map[string]any{
		"answer": seen(faces(Standing())[0], false).rich, "answer_plain": faces(Standing())[0].plain, "answer_spoiled": faces(Spoiled())[0].rich,
		"answer_short": faces(say("There is no watch \"x\". Did you mean *idlib*?", words.Words{}))[0].rich, "answer_empty": faces(&command.Answer{})[0].rich,
		"form": m,
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(v); err != nil {
				t.Fatal(err)
			}
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
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// sound checks what every message of an answer must hold to.
func sound(t *testing.T, f face) {
	t.Helper()
	for _, m := range []form{f.rich, f.plain} {
		var text strings.Builder
		text.WriteString(m.Content)
		for _, e := range m.Embeds {
			text.WriteString(e.Title + e.Description)
			if units(e.Title) > 256 || units(e.Description) > 4096 {
				t.Errorf("a title of %d, a description of %d", units(e.Title), units(e.Description))
			}
		}
		if units(m.Content) > 2000 || bot.Blank(text.String()) || m.Mentions == nil || m.Mentions.Parse == nil || len(m.Mentions.Parse) > 0 {
			t.Errorf("content has %d letters, mentions are %+v", units(m.Content), m.Mentions)
		}
		if strings.Count(text.String(), fence)%2 != 0 {
			t.Errorf("letters of one width do not end in %q", text.String())
		}
		var outside strings.Builder
		for i, part := range strings.Split(text.String(), fence) {
			if i%2 == 0 {
				outside.WriteString(part)
			}
		}
		for line := range strings.Lines(outside.String()) {
			plainly(t, strings.TrimPrefix(line, "-# "))
		}
	}
}

// plainly fails the test if a line means more to Discord than is meant.
func plainly(t *testing.T, line string) {
	t.Helper()
	for {
		before, code, found := strings.Cut(line, "`")
		if found && strings.HasSuffix(before, `\`) && !strings.HasSuffix(before, `\\`) {
			line = before[:len(before)-1] + "x" + code
			continue
		}
		shown(t, before)
		if !found {
			return
		}
		_, line, found = strings.Cut(code, "`")
		if !found {
			t.Errorf("code does not end: %q", code)
			return
		}
	}
}

func TestAnswersHoldWhateverIsInThem(t *testing.T) {
	for name, a := range map[string]*command.Answer{"Standing": Standing(), "Spoiled": Spoiled(), "Empty": {}} {
		t.Run(name, func(t *testing.T) {
			all := faces(a)
			if len(all) > mostFaces {
				t.Errorf("%d messages", len(all))
			}
			for _, f := range all {
				sound(t, f)
			}
		})
	}
}

func TestASpanIsShownAsItIsWritten(t *testing.T) {
	for name, tt := range map[string]struct {
		span command.Span
		want string
	}{
		"Plain":          {command.Span{Text: "a *b*"}, `a \*b\*`},
		"Spaces":         {command.Span{Text: "  a ", Bold: true}, "  **a** "},
		"OnlySpaces":     {command.Span{Text: "   ", Bold: true}, "   "},
		"Code":           {command.Span{Text: "a *b*", Code: true}, "`a *b*`"},
		"CodeWithin":     {command.Span{Text: "a`b", Code: true}, "a\\`b"},
		"Link":           {command.Span{Text: "a", Link: "https://a.example/(b)"}, "[a](https://a.example/%28b%29)"},
		"BoldLink":       {command.Span{Text: "a", Link: "https://a.example", Bold: true}, "**[a](https://a.example)**"},
		"LinkInBrackets": {command.Span{Text: "[a] b", Link: "https://a.example"}, `\[a\] b [link](https://a.example)`},
		"LinkLikeALink":  {command.Span{Text: "https://good.example", Link: "https://a.example"}, `https\:\/\/good.example [link](https://a.example)`},
		"LinkAlone":      {command.Span{Link: "https://a.example"}, "[link](https://a.example)"},
		"BadLink":        {command.Span{Text: "a", Link: "javascript:alert(1)"}, "a"},
		"Stop":           {command.Span{Text: ". a"}, `\. a`},
		"Line":           {command.Span{Text: "a\n# b"}, `a \# b`},
		"Nothing":        {command.Span{Bold: true, Code: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := span(&tt.span, 100, 100, "link"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEachLimitHoldsAtItsEndAndBeyond(t *testing.T) {
	fill := func(n int) string { return strings.Repeat("a", n) }
	many := func(n int) (all []bot.Button) {
		for i := range n {
			all = append(all, bot.Button{Label: "b", Do: fmt.Sprint("b", i)})
		}
		return all
	}
	length := func(s string) int { return units(s) }
	label := func(n int) int {
		f := faces(&command.Answer{Buttons: []bot.Button{{Label: fill(n), Do: "x"}}})[0]
		return length(f.rich.Components[0].(discordgo.ActionsRow).Components[0].(discordgo.Button).Label)
	}
	form := func(change func(f *command.Form)) modal {
		f := Asking()
		change(f)
		m, _ := formModal(f)
		return m
	}
	field := func(m modal) discordgo.TextInput {
		return m.Components[0].(discordgo.ActionsRow).Components[0].(discordgo.TextInput)
	}
	for name, tt := range map[string]struct {
		most int
		got  func(n int) int
	}{
		"Title": {256, func(n int) int { return length(faces(&command.Answer{Title: fill(n)})[0].rich.Embeds[0].Title) }},
		"Buttons": {5, func(n int) int {
			return len(faces(&command.Answer{Buttons: many(n)})[0].rich.Components[0].(discordgo.ActionsRow).Components)
		}},
		"ButtonLabel": {80, label},
		"Target": {512, func(n int) int {
			const host = "https://a.example/"
			f := faces(&command.Answer{Buttons: []bot.Button{{Label: "x", Link: host + fill(n-len(host))}}})[0]
			return len(f.rich.Components) * n
		}},
		"FormTitle": {45, func(n int) int { return length(form(func(f *command.Form) { f.Title = fill(n) }).Title) }},
		"FieldLabel": {45, func(n int) int {
			return length(field(form(func(f *command.Form) { f.Fields[0].Label = fill(n) })).Label)
		}},
		"Placeholder": {100, func(n int) int {
			return length(field(form(func(f *command.Form) { f.Fields[0].Hint = fill(n) })).Placeholder)
		}},
		"FieldMost": {4000, func(n int) int { return field(form(func(f *command.Form) { f.Fields[0].Most = n })).MaxLength }},
		"FieldValue": {4000, func(n int) int {
			return length(field(form(func(f *command.Form) { f.Fields[0].Most, f.Fields[0].Value = 0, fill(n) })).Value)
		}},
		"ChoiceName": {100, func(n int) int {
			return length(suggested([]command.Choice{{Label: fill(n), Value: "v"}}).rich.Data.(choices).Choices[0].Name)
		}},
		"ChoiceValue": {100, func(n int) int {
			return n * len(suggested([]command.Choice{{Label: "l", Value: fill(n)}}).rich.Data.(choices).Choices)
		}},
		"Alt": {1024, func(n int) int {
			all, _ := withFile(&command.Answer{File: &command.File{Name: "a", Data: []byte("x"), Alt: fill(n)}})
			return length(all[0].rich.Attachments[0].Description)
		}},
		"File": {10 << 20, func(n int) int {
			_, f := withFile(&command.Answer{File: &command.File{Name: "a", Data: make([]byte, n)}})
			if f == nil {
				return 0
			}
			return len(f.Data)
		}},
		"Content": {2000, func(n int) int {
			l := command.Text(fill(1000))
			return length(faces(&command.Answer{Lines: []command.Line{l, command.Text(fill(n - 1001))}})[0].rich.Content)
		}},
		"Description": {4096, func(n int) int {
			l := command.Text(fill(1365))
			a := &command.Answer{Title: "t", Lines: []command.Line{l, l, command.Text(fill(n - 2*1366))}}
			return length(faces(a)[0].rich.Embeds[0].Description)
		}},
		"FormID": {100, func(n int) int {
			m, fits := formModal(&command.Form{Name: fill(n - len(formed)), Fields: Asking().Fields})
			if !fits {
				return 0
			}
			return length(m.ID)
		}},
		"Fields": {5, func(n int) int {
			f := &command.Form{Name: "x", Fields: make([]command.Field, n)}
			for i := range f.Fields {
				f.Fields[i] = command.Field{Param: fmt.Sprint("p", i), Label: "x"}
			}
			m, fits := formModal(f)
			if !fits {
				return 0
			}
			return len(m.Components)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := tt.got(tt.most); got != tt.most {
				t.Errorf("of %d, %d are there", tt.most, got)
			}
			if got := tt.got(tt.most + 1); got > tt.most {
				t.Errorf("of %d, %d are there, and Discord takes %d", tt.most+1, got, tt.most)
			}
		})
	}
}

func TestAButtonCarriesItsDeliveryWhereThatHasRoom(t *testing.T) {
	for do, want := range map[string]string{
		strings.Repeat("d", 80):     strings.Repeat("d", 80) + ":" + strings.Repeat("k", 19),
		strings.Repeat("d", 79):     strings.Repeat("d", 79) + ":" + strings.Repeat("k", 19),
		"ack-7-abcdefghijklmnop":    "ack-7-abcdefghijklmnop:" + strings.Repeat("k", 19),
		"resolve-9-abcdefghijklmno": "resolve-9-abcdefghijklmno:" + strings.Repeat("k", 19),
	} {
		m := &bot.Message{Buttons: []bot.Button{{Label: "x", Do: do}}}
		f := root(m).once(strings.Repeat("k", 19))
		id := f.rich.Components[0].(discordgo.ActionsRow).Components[0].(discordgo.Button).CustomID
		if id != want || len(id) > 100 || standsFor(id) != do {
			t.Errorf("%q stands for %q, want %q", id, standsFor(id), do)
		}
		f = root(m).once(strings.Repeat("k", 120))
		if id := f.rich.Components[0].(discordgo.ActionsRow).Components[0].(discordgo.Button).CustomID; id != do {
			t.Errorf("without room it is %q", id)
		}
	}
	if all := buttons([]bot.Button{{Label: "a", Do: "x"}, {Label: "b", Do: "x"}}); len(all[0].(discordgo.ActionsRow).Components) != 1 {
		t.Error("two buttons stand for one thing, which Discord does not take")
	}
}

func TestAFormBringsBackWhatWasKnown(t *testing.T) {
	long := Asking()
	long.Args["rooms"] = strings.Repeat("دمشق,", 15)
	if m, fits := formModal(long); fits {
		t.Errorf("it has room for %d bytes: %+v", len(long.Args["rooms"]), m)
	}
	f := Asking()
	f.Args["rooms"] = strings.Repeat("دمشق,", 3)
	m, fits := formModal(f)
	if !fits {
		t.Fatal("it has no room")
	}
	var ids []string
	for _, row := range m.Components {
		ids = append(ids, row.(discordgo.ActionsRow).Components[0].(discordgo.TextInput).CustomID)
	}
	name, args, ok := filled(m.ID, ids, []string{" aleppo ", ""})
	want := map[string]string{"rooms": f.Args["rooms"], "name": "aleppo"}
	if diff := cmp.Diff(want, args); diff != "" || name != "watch add" || !ok {
		t.Errorf("%q (-want +got):\n%s", name, diff)
	}
	for _, id := range ids {
		if len(id) > mostID {
			t.Errorf("a field's ID has %d bytes", len(id))
		}
	}
	if _, _, ok := filled("form:x", []string{"a:0%"}, []string{"b"}); ok {
		t.Error("what nobody made is taken")
	}
	if _, _, ok := filled("other", nil, nil); ok {
		t.Error("what is no form is taken")
	}
}

// FuzzAnswer holds that no text breaks a limit of an answer, or means
// anything to Discord.
func FuzzAnswer(f *testing.F) {
	for _, p := range hostile() {
		f.Add(p, p, "https://a.example/"+p, 3)
	}
	f.Add("`", "``", "https://a.example/", 900)
	f.Fuzz(func(t *testing.T, title, words, page string, n int) {
		a := &command.Answer{Title: title, Buttons: []bot.Button{{Label: words, Do: words}, {Label: title, Link: page}}}
		for range min(max(n, 1), 300) {
			a.Lines = append(a.Lines,
				command.Line{Spans: []command.Span{{Text: words}, {Text: title, Bold: true}, {Text: words, Link: page}, {Text: words, Code: true}, {Text: title, Code: true}}},
				command.Line{Fixed: true, Spans: []command.Span{{Text: words}, {Text: title}}},
				command.Line{Small: true, Spans: []command.Span{{Text: words}, {Text: title, Link: page, Bold: true}}})
		}
		for _, face := range faces(a) {
			sound(t, face)
		}
	})
}
