package parse

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"
)

// depthSeenBy returns how deep the decoder that the parsers are built on
// nests, up to where it gives up.
func depthSeenBy(src []byte) int {
	d := xml.NewDecoder(bytes.NewReader(src))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	depth, deepest := 0, 0
	for {
		tok, err := d.Token()
		if err != nil {
			return deepest
		}
		switch tok.(type) {
		case xml.StartElement:
			depth++
			deepest = max(deepest, depth)
		case xml.EndElement:
			depth--
		}
	}
}

func FuzzGuard(f *testing.F) {
	deep := strings.Repeat("<a>", 80)
	for _, seed := range []string{
		`<rss><item a="/>">` + deep, `<rss a='"'>` + deep, `<rss><a b=c"d>` + deep, `<rss><!-- --` + deep, `<rss><![CDATA[` + deep + `]]>` + deep,
		`<rss><? ?>` + deep, `<rss><!x "` + deep, strings.Repeat(`<a></b>`, 90), `<rss>` + strings.Repeat(`<a b = "/>"/>`, 90) + deep,
		`<rss>` + strings.Repeat("<a/ >", 80), `<rss>` + strings.Repeat("<a></A>", 80), `<rss>` + strings.Repeat("<a =/>", 80),
		`<rss>` + strings.Repeat("<x:a></a>", 80), `<rss>` + strings.Repeat("<a b='\x00'>", 80) + "</rss>", `<feed><entry><b></entry></feed>`,
		`<rss><item></item></rss>` + deep, `<channel><item>` + deep, `<rdf:RDF><item rdf:about="x"></item></rdf:RDF>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		text, _ := decode(src, "")
		doc, err := normalise(text)
		if err != nil {
			return
		}
		// The elements that close a document cut short, or stand round a bare
		// channel, are ours.
		if depth := depthSeenBy(doc.src); depth > maxDepth+2 {
			t.Errorf("the guard let a depth of %d through: %q", depth, doc.src)
		}
		if bytes.Contains(doc.src, []byte("<!ENTITY")) && !bytes.Contains(doc.src, []byte("<![CDATA[")) && !bytes.Contains(doc.src, []byte(`"`)) &&
			!bytes.Contains(doc.src, []byte(`'`)) {
			t.Errorf("the guard let entities through: %q", doc.src)
		}
	})
}

func TestLexerCutsAsTheDecoderDoes(t *testing.T) {
	tests := map[string]struct {
		src  string
		want []string
	}{
		"Plain":     {`<a b="c">x</a>`, []string{`<a b="c">`, `x`, `</a>`}},
		"Quotes":    {`<a b="/>" c='>'>x`, []string{`<a b="/>" c='>'>`, `x`}},
		"LateQuote": {`<a b="c"">x`, []string{`<a b="c"">`, `x`}},
		"Bare":      {`<a b=c"d>x`, []string{`<a b=c"d>`, `x`}},
		"CDATA":     {`<![CDATA[<a>]]>x`, []string{`<![CDATA[<a>]]>`, `x`}},
		"Comment":   {`<!-- <a> -- --><b/>`, []string{`<!-- <a> -- -->`, `<b/>`}},
		"Doctype":   {`<!DOCTYPE a [<!ENTITY b ">">]><c>`, []string{`<!DOCTYPE a [<!ENTITY b ">">]>`, `<c>`}},
		"Stray":     {`3 < 5 <b>`, []string{`3 < 5 `, `<b>`}},
		"Cut":       {`x<a b="`, []string{`x`, `<a b="`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			lex := lexer{src: []byte(test.src)}
			var got []string
			for {
				s, ok := lex.next()
				if !ok {
					break
				}
				got = append(got, test.src[s.from:s.to])
			}
			if strings.Join(got, "¦") != strings.Join(test.want, "¦") {
				t.Errorf("pieces %q, want %q", got, test.want)
			}
		})
	}
}
