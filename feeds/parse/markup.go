package parse

import (
	"bytes"
)

// A shape is what a stretch of markup is.
type shape uint8

const (
	text    shape = iota // characters, stray "<" included
	opening              // <a b="c">
	empty                // <a/>
	closing              // </a>
	cdata                // <![CDATA[…]]>
	aside                // a comment, a processing instruction
	doctype              // <!DOCTYPE …> and its like
)

// A stretch is src[from:to] of the document that it was cut from.
type stretch struct {
	shape    shape
	from, to int
	cut      bool // the document ended before it did
}

// A lexer cuts a document into stretches. It sees quotes, comments and CDATA
// as the XML decoder behind the parser does, so that nothing can be an element
// to one and text to the other.
type lexer struct {
	src []byte
	pos int
}

// next returns the next stretch; ok is false at the end.
func (l *lexer) next() (s stretch, ok bool) {
	if l.pos >= len(l.src) {
		return stretch{}, false
	}
	rest := l.src[l.pos:]
	s = stretch{from: l.pos}
	var n int
	switch {
	case rest[0] != '<' || !opensMarkup(rest):
		s.shape, n = text, textLength(rest)
	case bytes.HasPrefix(rest, []byte("<!--")):
		s.shape, n = aside, lengthTo(rest, 4, "-->")
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		s.shape, n = cdata, lengthTo(rest, 9, "]]>")
	case rest[1] == '?':
		s.shape, n = aside, lengthTo(rest, 2, "?>")
	case rest[1] == '!':
		s.shape, n = doctype, doctypeLength(rest)
	case rest[1] == '/':
		s.shape, n = closing, lengthTo(rest, 2, ">")
	default:
		n = tagLength(rest)
		s.shape = opening
		if n > 2 && rest[n-2] == '/' {
			s.shape = empty
		}
	}
	if n < 0 {
		n, s.cut = len(rest), true
	}
	l.pos += n
	s.to = l.pos
	return s, true
}

// opensMarkup reports whether rest, which begins with "<", begins markup.
func opensMarkup(rest []byte) bool {
	if len(rest) < 2 {
		return false
	}
	switch c := rest[1]; c {
	case '?', '!':
		return true
	case '/':
		return len(rest) > 2 && nameStart(rest[2])
	default:
		return nameStart(c)
	}
}

func nameStart(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == ':' || c >= 0x80
}

func textLength(rest []byte) int {
	for i := 1; ; {
		lt := bytes.IndexByte(rest[i:], '<')
		if lt < 0 {
			return len(rest)
		}
		i += lt
		if opensMarkup(rest[i:]) {
			return i
		}
		i++
	}
}

func lengthTo(rest []byte, skip int, end string) int {
	i := bytes.Index(rest[skip:], []byte(end))
	if i < 0 {
		return -1
	}
	return skip + i + len(end)
}

// tagLength finds the ">" that ends a tag. A quote counts only after "=".
func tagLength(rest []byte) int {
	afterEquals := false
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '>':
			return i + 1
		case (c == '"' || c == '\'') && afterEquals:
			end := bytes.IndexByte(rest[i+1:], c)
			if end < 0 {
				return -1
			}
			i += 1 + end
			afterEquals = false
		case c == '=':
			afterEquals = true
		case !space(c):
			afterEquals = false
		}
	}
	return -1
}

// doctypeLength finds the ">" that ends a declaration, past quotes and
// nested declarations.
func doctypeLength(rest []byte) int {
	depth := 0
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; c {
		case '<':
			depth++
		case '>':
			if depth == 0 {
				return i + 1
			}
			depth--
		case '"', '\'':
			end := bytes.IndexByte(rest[i+1:], c)
			if end < 0 {
				return -1
			}
			i += 1 + end
		}
	}
	return -1
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// nameOf returns the name in an opening, empty or closing tag.
func nameOf(tag []byte) []byte {
	from := 1
	if len(tag) > 1 && tag[1] == '/' {
		from = 2
	}
	for i := from; i < len(tag); i++ {
		if c := tag[i]; c == '>' || c == '/' || space(c) {
			return tag[from:i]
		}
	}
	return tag[from:]
}

// localOf returns a tag's name in lower case, without its prefix, if it is one
// that decides anything, or "".
func localOf(tag []byte) string {
	name := nameOf(tag)
	if colon := bytes.LastIndexByte(name, ':'); colon >= 0 {
		name = name[colon+1:]
	}
	var lower [len("channel")]byte
	if len(name) > len(lower) {
		return ""
	}
	for i, c := range name {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		lower[i] = c
	}
	for _, known := range [...]string{"item", "entry", "channel", "rss", "rdf", "feed", "html", "head", "body", "opml"} {
		if string(lower[:len(name)]) == known {
			return known
		}
	}
	return ""
}

// attributes counts a tag's attributes, and how many of them declare
// namespaces.
func attributes(tag []byte) (all, namespaces int) {
	rest := tag[1+len(nameOf(tag)):]
	fresh, afterEquals := false, false
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case space(c) || c == '/' || c == '>':
			fresh = true
		case c == '=':
			fresh, afterEquals = false, true
			continue
		case (c == '"' || c == '\'') && afterEquals:
			end := bytes.IndexByte(rest[i+1:], c)
			if end < 0 {
				return all, namespaces
			}
			i += 1 + end
			fresh, afterEquals = true, false
		default:
			if fresh {
				all++
				if bytes.HasPrefix(rest[i:], []byte("xmlns")) {
					namespaces++
				}
			}
			fresh, afterEquals = false, false
		}
	}
	return all, namespaces
}
