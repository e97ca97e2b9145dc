package words

import (
	"fmt"
	"reflect"
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
