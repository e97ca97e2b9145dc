package watch

import (
	"testing"
	"unicode/utf8"
)

// The folder must never lose its place in a text, whatever the text is: the
// words that it finds are shown to people.
func FuzzFold(f *testing.F) {
	for _, text := range []string{"Idlib’s İdlib'de", "إِدْلِب ﺇﺩﻟﺐ", "צה\"ל חָלַב", "й и\u0306 Ёлка", "停火 ｶﾞｻﾞ ガ", "दिल्ली ไทย", "ﬃ ß Æ ŉ ǆ", "\xff\xfe a\u200db", "𝐢𝐝 ½ ²", "꾀ﾦ"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var fd folder
		fd.fold(text, false)
		end := 0
		for _, pc := range fd.pieces {
			if pc.start < end || pc.end <= pc.start || pc.end > len(text) || pc.hi <= pc.lo {
				t.Fatalf("%q: piece %+v after %d", text, pc, end)
			}
			end = pc.end
			if !utf8.Valid(fd.buf[pc.lo:pc.hi]) {
				t.Fatalf("%q: %q is not text", text, fd.buf[pc.lo:pc.hi])
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[pc.start:pc.end]) {
				t.Fatalf("%q: %q cuts a character", text, text[pc.start:pc.end])
			}
		}
		if !utf8.ValidString(text) {
			return
		}
		once := foldedKey(text)
		if twice := foldedKey(once); twice != once {
			t.Fatalf("%q folds to %q, then to %q", text, once, twice)
		}
	})
}
