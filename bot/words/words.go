package words

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

// A Text is a fixed piece of English with the verbs %s, %d and %q for values,
// and the key under which a language has it in its own words. It is always a
// constant, so that all there are can be listed.
type Text string

// Words say texts in one language. The zero Words say them in English. They
// may be used from several goroutines.
type Words struct {
	tag     language.Tag
	printer *message.Printer // nil: a text says itself
}

// Say returns t with the values in it. A text that the language lacks is said
// in English.
func (w Words) Say(t Text, values ...any) string {
	if w.printer == nil {
		return fmt.Sprintf(string(t), values...)
	}
	return w.printer.Sprintf(string(t), plain(values)...)
}

// Count returns the text that counts n of something, with n as its first value:
// one if n is 1, and more otherwise, or what the language has for more in the
// plural that n calls for.
func (w Words) Count(n int, one, more Text, values ...any) string {
	english := more
	if n == 1 {
		english = one
	}
	values = append([]any{n}, values...)
	if w.printer == nil {
		return fmt.Sprintf(string(english), values...)
	}
	return w.printer.Sprintf(message.Key(string(more), string(english)), plain(values)...)
}

// Again says a sentence that was said in English and kept, if it is one of ts,
// and reports whether it is. Each value goes through value, which
// has it in these words, or a number as it is.
func (w Words) Again(kept string, value func(string) string, ts ...Text) (string, bool) {
	if w.printer == nil {
		return kept, true
	}
	for _, t := range ts {
		form := strings.NewReplacer("%s", "(.+?)", "%d", "([0-9]+)").Replace(regexp.QuoteMeta(string(t)))
		found := regexp.MustCompile("^" + form + "$").FindStringSubmatch(kept)
		if found == nil {
			continue
		}
		verbs, values := regexp.MustCompile("%[sd]").FindAllString(string(t), -1), make([]any, len(found)-1)
		for i, v := range found[1:] {
			values[i] = value(v)
			if n, err := strconv.Atoi(v); err == nil && verbs[i] == "%d" {
				values[i] = n
			}
		}
		return w.Say(t, values...), true
	}
	return kept, false
}

// Number returns n with its thousands parted as the language does.
func (w Words) Number(n int) string {
	p := w.printer
	if p == nil {
		p = message.NewPrinter(language.English)
	}
	return p.Sprint(n)
}

// Upper returns s in capitals.
func (w Words) Upper(s string) string {
	if w.printer == nil {
		return strings.ToUpper(s)
	}
	return cases.Upper(w.tag).String(s)
}

// plain returns values with whole numbers that are written in plain digits:
// they name stories and are typed again. Their plural can still be told.
func plain(values []any) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
		if n := reflect.ValueOf(v); n.CanInt() { // whatever its type is called, which the library cannot read
			all[i] = number.Decimal(n.Int(), number.NoSeparator())
		}
	}
	return all
}
