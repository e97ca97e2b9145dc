package words_test

import (
	"strconv"
	"sync"
	"testing"

	"vedette/bot/words"
)

// polish has four plurals, and is read as a translator writes it.
const polish = `[
	{"id": "%d stories", "one": "%d historia", "few": "%d historie", "says": "%d historii"},
	{"id": "%d messages for %s", "one": "%[2]s: %[1]d wiadomość", "few": "%[2]s: %[1]d wiadomości", "many": "%[2]s: %[1]d wiadomości", "says": "%[2]s: %[1]d wiadomości"},
	{"id": "Acknowledged by %s, %s", "says": "%[2]s potwierdził(a) %[1]s"},
	{"id": "high", "says": "wysoki"},
	{"id": "Story #%d", "says": "Historia #%d"}
]`

// An id is a number that names something.
type id int64

func TestALanguageSaysWhatItsFileSays(t *testing.T) {
	t.Parallel()
	w, err := words.Read("pl", []byte(polish))
	if err != nil {
		t.Fatal(err)
	}
	stories := func(n int) string { return w.Count(n, "%d story", "%d stories") }
	for _, tt := range [][2]string{
		{stories(1), "1 historia"},
		{stories(3), "3 historie"},
		{stories(5), "5 historii"},
		{stories(12345), "12345 historii"},
		{w.Count(2, "%d message for %s", "%d messages for %s", "%s desk"), "%s desk: 2 wiadomości"},
		{w.Say("Acknowledged by %s, %s", "Ada %d", "12:00"), "12:00 potwierdził(a) Ada %d"},
		{w.Say("Story #%d", id(123456)), "Historia #123456"},
		{w.Upper(w.Say("high")), "WYSOKI"},
		{w.Number(1234567), "1\u00a0234\u00a0567"},
	} {
		if tt[0] != tt[1] {
			t.Errorf("it says %q, want %q", tt[0], tt[1])
		}
	}
}

// What a language lacks is said in English rather than not at all.
func TestWhatALanguageLacksIsEnglish(t *testing.T) {
	t.Parallel()
	w, err := words.Read("pl", []byte(polish))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []words.Words{w, {}} {
		for _, tt := range [][2]string{
			{w.Say("Nothing happened."), "Nothing happened."},
			{w.Say("%s is muted by %s", "idlib", "Ada"), "idlib is muted by Ada"},
			{w.Say("%q is none of %d", "50 % \"off\"", 12345), `"50 % \"off\"" is none of 12345`},
			{w.Count(1, "%d feed", "%d feeds"), "1 feed"},
			{w.Count(0, "%d feed", "%d feeds"), "0 feeds"},
			{w.Count(2345, "%d feed", "%d feeds"), "2345 feeds"},
		} {
			if tt[0] != tt[1] {
				t.Errorf("it says %q, want %q", tt[0], tt[1])
			}
		}
	}
	if got := (words.Words{}).Number(1234567); got != "1,234,567" {
		t.Errorf("a number is %q", got)
	}
}

func TestAFileThatIsWrongIsRefused(t *testing.T) {
	t.Parallel()
	for why, file := range map[string]string{
		"NoJSON":        `[`,
		"ValueLost":     `[{"id": "by %s", "says": "von"}]`,
		"ValueTooMuch":  `[{"id": "by", "says": "von %s"}]`,
		"OtherVerb":     `[{"id": "by %s", "says": "von %d"}]`,
		"PluralLost":    `[{"id": "%d stories", "one": "eine", "says": "%d Meldungen"}]`,
		"PluralUnknown": `[{"id": "%d stories", "few": "%d Meldungen", "says": "%d Meldungen"}]`,
	} {
		if _, err := words.Read("de", []byte(file)); err == nil {
			t.Errorf("%s: %s was read", why, file)
		}
	}
	if _, err := words.Read("no language", []byte(`[]`)); err == nil {
		t.Error("a language that is none was read")
	}
}

func TestTheLanguagesThatThereAre(t *testing.T) {
	t.Parallel()
	c, err := words.New()
	if err != nil {
		t.Fatal(err)
	}
	if names := c.Names(); len(names) == 0 || names[0] > words.English {
		t.Errorf("there are %v", names)
	}
	if got := c.In(words.English).Say("high"); got != "high" {
		t.Errorf("English says %q", got)
	}
}

// Rooms are told at the same time.
func TestWordsAreSaidBySeveralAtOnce(t *testing.T) {
	t.Parallel()
	w := german(t)
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for range 200 {
				if got := w.Count(n+2, "%d story", "%d stories"); got != strconv.Itoa(n+2)+" Ereignisse" {
					t.Errorf("%d are %q", n+2, got)
				}
			}
		})
	}
	all.Wait()
}

func german(tb testing.TB) words.Words {
	tb.Helper()
	c, err := words.New()
	if err != nil {
		tb.Fatal(err)
	}
	return c.In("de")
}

func BenchmarkSay(b *testing.B) {
	for name, w := range map[string]words.Words{"English": {}, "German": german(b)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w.Count(3, "%d story with %s", "%d stories with %s", "Ada")
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		if _, err := words.New(); err != nil {
			b.Fatal(err)
		}
	}
}
