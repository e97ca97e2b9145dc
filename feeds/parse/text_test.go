package parse

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestPlainTextHoldsWhatCanBeRead(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"Empty":            {"", ""},
		"Plain":            {"a b", "a b"},
		"Spaces":           {"  a \t\u00a0 b\u3000c ", "a b c"},
		"Paragraphs":       {"<p>a</p>\n\n<p>b<br/>c</p>", "a\nb\nc"},
		"Inline":           {"Id<b>li</b>b", "Idlib"},
		"Script":           {"a<script>x<b>y</script>b<style>p{}</style>c", "abc"},
		"ScriptOpen":       {"a<script>x", "a"},
		"EntityOnce":       {"A &amp; B", "A & B"},
		"EntityTwice":      {"A &amp;amp; B", "A & B"},
		"EntityThrice":     {"A &amp;amp;amp; B", "A &amp; B"},
		"MarkupTwice":      {"&lt;p&gt;a&lt;/p&gt;b", "a\nb"},
		"Less":             {"3 < 5", "3 < 5"},
		"NUL":              {"a\x00b", "ab"},
		"Escape":           {"a\x1b[31mred\x1b[0m", "a[31mred[0m"},
		"C1":               {"a\u009b31m", "a31m"},
		"NextLine":         {"a\u0085b", "a\nb"},
		"Lines":            {"a\r\n\r\nb\u2028c\u2029d", "a\nb\nc\nd"},
		"BidiOverride":     {"safe \u202egnp.exe", "safe gnp.exe"},
		"BidiIsolate":      {"\u2066x\u2069", "x"},
		"BidiEntity":       {"a&#8238;b", "ab"},
		"ZeroWidth":        {"mis\u200bsile\ufeff", "missile"},
		"SoftHyphen":       {"mis\u00adsile", "missile"},
		"Tags":             {"a\U000e0041\U000e0042", "a"},
		"Fillers":          {"\u3164\u2800", ""},
		"Marks":            {"Z" + strings.Repeat("\u0351", 50), "Z" + strings.Repeat("\u0351", 8)},
		"NFC":              {"e\u0301", "é"},
		"PersianJoiner":    {"می\u200cخواهم", "می\u200cخواهم"},
		"LooseJoiner":      {"a\u200cb \u200c می\u200c", "ab می"},
		"HindiJoiner":      {"क्\u200dष", "क्\u200dष"},
		"Emoji":            {"👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		"Noncharacter":     {"a\uffffb", "ab"},
		"TemplateKept":     {"%s {{.}} ${7*7}", "%s {{.}} ${7*7}"},
		"RightToLeftKept":  {"الحدود — border", "الحدود — border"},
		"TrailingNewlines": {"a<br><br>", "a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := plainText(test.in, 1000); got != test.want {
				t.Errorf("plainText(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestCutEndsAfterAWholeCharacter(t *testing.T) {
	family, flag := "👨\u200d👩\u200d👧", "🇺🇸"
	tests := map[string]struct {
		in    string
		limit int
		want  string
	}{
		"Fits":    {"abc", 3, "abc"},
		"Over":    {"abcd", 3, "ab…"},
		"Accents": {"ééé", 3, "ééé"},
		"Family":  {"ab" + family, 5, "ab…"},
		"Flags":   {strings.Repeat(flag, 4), 6, flag + flag + "…"},
		"Marks":   {"abe\u0351f", 4, "ab…"},
		"Spaces":  {"ab cd", 4, "ab…"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := cut(test.in, test.limit)
			if got != test.want || utf8.RuneCountInString(got) > test.limit {
				t.Errorf("cut(%q, %d) = %q, want %q", test.in, test.limit, got, test.want)
			}
		})
	}
}

func TestLinksAreOpenableOrNone(t *testing.T) {
	base, err := url.Parse("https://e.example/feeds/rss")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ in, want string }{
		"Absolute":     {"https://a.example/x?y=1#z", "https://a.example/x?y=1#z"},
		"Trimmed":      {" https://a.example/ \n", "https://a.example/"},
		"Relative":     {"/x/1", "https://e.example/x/1"},
		"Up":           {"../x", "https://e.example/x"},
		"SchemeLess":   {"//evil.example/x", "https://evil.example/x"},
		"JavaScript":   {"javascript:alert(1)", ""},
		"JavaScript2":  {"JaVa\tScRiPt:alert(1)", ""},
		"Data":         {"data:text/html,<script>", ""},
		"File":         {"file:///etc/passwd", ""},
		"Mail":         {"mailto:a@b.example", ""},
		"Credentials":  {"https://good.example@evil.example/", ""},
		"Homograph":    {"https://\u0430pple.com/", "https://xn--pple-43d.com/"},
		"UpperHost":    {"HTTP://A.Example:8080/X", "http://a.example:8080/X"},
		"Encoded":      {"https://a.example/?q=%0d%0aX", "https://a.example/?q=%0d%0aX"},
		"Brackets":     {"https://a.example/)](https://x", "https://a.example/)](https://x"},
		"Override":     {"https://a.example/\u202egpj.exe", "https://a.example/gpj.exe"},
		"EncodedTwice": {"https://a.example/?a=1&amp;b=2", "https://a.example/?a=1&b=2"},
		"TooLong":      {"https://a.example/" + strings.Repeat("a", 5000), ""},
		"NoHost":       {"https:///x", ""},
		"Empty":        {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := link(test.in, base); got != test.want {
				t.Errorf("link(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestCanonicalDropsWhatDoesNotIdentify(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"Scheme":    {"http://a.example/x", "a.example/x"},
		"WWW":       {"https://www.A.example/x", "a.example/x"},
		"Port":      {"https://a.example:443/x", "a.example/x"},
		"OtherPort": {"https://a.example:8443/x", "a.example:8443/x"},
		"Fragment":  {"https://a.example/x#y", "a.example/x"},
		"UTM":       {"https://a.example/x?utm_source=a&UTM_Medium=b", "a.example/x"},
		"Mixed":     {"https://a.example/x?id=1&at_medium=RSS&xtor=2&b=", "a.example/x?id=1&b="},
		"Order":     {"https://a.example/x?b=1&a=2", "a.example/x?b=1&a=2"},
		"Root":      {"https://a.example/", "a.example"},
		"PathCase":  {"https://a.example/Xy/", "a.example/Xy/"},
		"Empty":     {"", ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Canonical(test.in); got != test.want {
				t.Errorf("Canonical(%q) = %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestLanguageIsWhatTheTextIsIn(t *testing.T) {
	tests := map[string]struct{ declared, text, want string }{
		"Declared":       {"en_us", "Strike hits", "en-US"},
		"Garbage":        {"english!", "Strike hits", ""},
		"Undeclared":     {"", "Strike hits", ""},
		"Arabic":         {"", "غارة إسرائيلية على غزة", "ar"},
		"ArabicMislabel": {"en-US", "غارة إسرائيلية على غزة", "ar"},
		"Persian":        {"", "حمله به پایگاه", "fa"},
		"PersianLabel":   {"fa", "حمله به پایگاه", "fa"},
		"Russian":        {"", "Обстрел Харькова", "ru"},
		"Ukrainian":      {"", "Обстріл Харкова", "uk"},
		"Bulgarian":      {"bg", "Обстрел на Харков", "bg"},
		"Hebrew":         {"", "תקיפה בעזה", "he"},
		"Chinese":        {"", "以色列空袭加沙", "zh"},
		"Japanese":       {"", "ガザで空爆があった", "ja"},
		"MostlyLatin":    {"en", "Strike hits the town of Idlib (إدلب)", "en"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := languageOf(test.declared, test.text); got != test.want {
				t.Errorf("languageOf(%q, %q) = %q, want %q", test.declared, test.text, got, test.want)
			}
		})
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{"https://www.a.example/x?utm_source=1&b=2#c", "/x", "javascript:x", "http://[::1]:80/%zz?&&=", "//a\\b"} {
		f.Add(seed)
	}
	base, err := url.Parse("https://e.example/feed")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		full := link(raw, base)
		if full == "" {
			return
		}
		if !strings.HasPrefix(full, "http://") && !strings.HasPrefix(full, "https://") || len(full) > maxLink || strings.ContainsAny(full, " \n\r\t<>\"") {
			t.Errorf("link(%q) = %q", raw, full)
		}
		page := Canonical(full)
		if page == "" || strings.Contains(page, "#") {
			t.Errorf("Canonical(%q) = %q", full, page)
		}
		if again := Canonical("http://www." + page); again != page && !strings.HasPrefix(page, "www.") {
			t.Errorf("canonical of %q again is %q", page, again)
		}
	})
}

func FuzzPlainText(f *testing.F) {
	for _, seed := range []string{"<p>a</p>&amp;amp;", "a\u202eb\u200d", "<script>", "e\u0301\u0301", "\U000e0041👨\u200d👩"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, markup string) {
		got := plainText(markup, 50)
		if utf8.RuneCountInString(got) > 50 || strings.ContainsAny(got, "\x00\x1b\r\u202e\u2066\u200b") || strings.Contains(got, "\n\n") {
			t.Errorf("plainText(%q) = %q", markup, got)
		}
		if utf8.ValidString(markup) && !norm.NFC.IsNormalString(got) && !strings.ContainsRune(markup, '\u034f') {
			t.Logf("not in NFC after joiners went: %q", got)
		}
	})
}
