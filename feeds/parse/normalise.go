package parse

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// A document in normal form is UTF-8, begins with its root, and holds nothing
// but elements, text and CDATA, as the lexer saw them.
type normal struct {
	src     []byte
	root    string // rss, rdf or feed
	partial bool   // the end was missing; what is here was complete before it
	repairs []string
}

// maxStray bounds the "<" in one text that are kept as meant.
const maxStray = 1000

const bareOpening = `<rss version="2.0">`

// A writer copies a document into its normal form.
type writer struct {
	out      bytes.Buffer
	root     []byte // as the document spells it; nil before it is seen
	kind     string
	bare     bool   // the root is a channel, and rss is missing round it
	channel  []byte // as the document spells it, while open
	items    int    // that are complete
	itemsEnd int    // where the last of them ends
	rootEnd  int    // where the root ends, or 0

	illegal, junk, stray bool // what was mended
}

// normalise cuts src out of what surrounds it, and refuses it if its
// structure is a danger.
func normalise(src []byte) (normal, error) {
	legal := stripIllegal(src)
	var (
		w     = writer{illegal: len(legal) != len(src)}
		count census
		lex   = lexer{src: legal}
	)
	src = legal
	w.out.Grow(len(src) + 256)
	for {
		s, ok := lex.next()
		if !ok || s.cut {
			w.cutEnd(src[s.from:s.to])
			return w.finish()
		}
		if err := count.take(src, s); err != nil {
			return normal{}, fmt.Errorf("unsafe document: %w", err)
		}
		if w.root != nil {
			w.copy(s.shape, src[s.from:s.to])
		} else if err := w.seek(s.shape, src[s.from:s.to], &count); err != nil {
			return normal{}, err
		}
	}
}

// seek looks for the root. Warnings of a broken server may stand before it; a
// page may not.
func (w *writer) seek(kind shape, piece []byte, count *census) error {
	if kind != opening && kind != empty {
		w.junk = w.junk || kind == closing || kind == cdata || kind == text && len(bytes.TrimSpace(piece)) > 0
		return nil
	}
	switch name := localOf(piece); name {
	case "html", "head", "body":
		return fmt.Errorf("%w: a web page", ErrNotFeed)
	case "opml":
		return fmt.Errorf("%w: a list of feeds", ErrNotFeed)
	case "rss", "rdf", "feed":
		w.root, w.kind = nameOf(piece), name
	case "channel":
		w.root, w.kind, w.bare = nameOf(piece), "rss", true
		w.out.WriteString(bareOpening)
	default:
		w.junk = true
		return nil
	}
	// What was opened before the root is not round it.
	count.open = count.open[max(0, len(count.open)-1):]
	w.copy(kind, piece)
	return nil
}

// copy takes over one piece.
func (w *writer) copy(kind shape, piece []byte) {
	switch kind {
	case text:
		w.text(piece)
	case cdata:
		w.out.Write(piece)
	case opening, empty:
		w.out.Write(piece)
		w.opened(kind, piece)
	case closing:
		w.out.Write(piece)
		w.closed(nameOf(piece), localOf(piece))
	case aside, doctype: // left out
	}
}

// text takes over text, in which every "<" is a stray one.
func (w *writer) text(piece []byte) {
	if n := bytes.Count(piece, []byte("<")); n > 0 {
		w.stray = true
		escaped := []byte("&lt;")
		if n > maxStray {
			escaped = []byte(" ") // no text, and dear to escape
		}
		piece = bytes.ReplaceAll(piece, []byte("<"), escaped)
	}
	if bytes.Contains(piece, []byte("]]>")) {
		piece = bytes.ReplaceAll(piece, []byte("]]>"), []byte("]]&gt;"))
	}
	w.out.Write(piece)
}

func (w *writer) opened(kind shape, tag []byte) {
	name := localOf(tag)
	switch {
	case name == "channel" && kind == opening && !w.bare:
		w.channel = nameOf(tag)
	case w.kind == "rdf" && name == "item" && kind == opening:
		// The parser knows no rdf:about, and it is RSS 1.0's only identity.
		if about := aboutAttribute.FindSubmatch(tag); about != nil {
			fmt.Fprintf(&w.out, "<guid>%s</guid>", bytes.ReplaceAll(about[1], []byte("<"), nil))
		}
	}
	if kind == empty && bytes.Equal(nameOf(tag), w.root) {
		w.rootEnd = w.out.Len()
	}
}

func (w *writer) closed(name []byte, local string) {
	switch {
	case bytes.EqualFold(name, w.root):
		w.rootEnd = w.out.Len()
	case bytes.Equal(name, w.channel):
		w.channel = nil
	case local == "item" || local == "entry":
		w.items++
		w.itemsEnd = w.out.Len()
	}
}

var aboutAttribute = regexp.MustCompile(`(?i)\srdf:about\s*=\s*["']([^"']{1,1000})["']`)

// cutEnd closes the root if the last piece, which is cut, was about to.
func (w *writer) cutEnd(piece []byte) {
	if w.root != nil && bytes.HasPrefix(piece, []byte("</")) && bytes.EqualFold(nameOf(piece), w.root) {
		w.out.Write(append(bytes.TrimSpace(piece), '>'))
		w.rootEnd = w.out.Len()
	}
}

var errCutShort = errors.New("the document is cut short before its first item ends")

// finish closes what was left open.
func (w *writer) finish() (normal, error) {
	partial := w.rootEnd == 0
	switch {
	case w.root == nil:
		return normal{}, fmt.Errorf("%w: no feed's root element in it", ErrNotFeed)
	case partial && w.items == 0:
		return normal{}, errCutShort
	case !partial:
		w.out.Truncate(w.rootEnd)
	default:
		w.out.Truncate(w.itemsEnd)
		if w.channel != nil {
			fmt.Fprintf(&w.out, "</%s>", w.channel)
		}
		fmt.Fprintf(&w.out, "</%s>", w.root)
	}
	if w.bare {
		w.out.WriteString("</rss>")
	}
	return normal{src: w.out.Bytes(), root: w.kind, partial: partial, repairs: w.repairs(partial)}, nil
}

// repairs returns what was mended, in plain words.
func (w *writer) repairs(partial bool) (done []string) {
	for _, r := range []struct {
		done  bool
		words string
	}{
		{w.illegal, "characters dropped that XML cannot hold"},
		{w.junk, "what stands before the root left out"},
		{w.bare, "the root element rss added round the channel"},
		{w.stray, "a stray < escaped"},
		{partial, "cut after its last whole item, since its end is missing"},
	} {
		if r.done {
			done = append(done, r.words)
		}
	}
	return done
}

// stripIllegal drops the characters, and the references to characters, that
// XML cannot hold.
func stripIllegal(src []byte) []byte {
	if mayBeIllegal(src) && bytes.ContainsFunc(src, illegal) {
		src = bytes.Map(func(r rune) rune {
			if illegal(r) {
				return -1
			}
			return r
		}, src)
	}
	if !refersToIllegal(src) {
		return src
	}
	return numericReference.ReplaceAllFunc(src, func(ref []byte) []byte {
		if illegalReference(ref) {
			return nil
		}
		return ref
	})
}

// refersToIllegal reports whether src holds a reference to a character that
// XML cannot hold.
func refersToIllegal(src []byte) bool {
	for {
		at := bytes.Index(src, []byte("&#"))
		if at < 0 {
			return false
		}
		src = src[at:]
		if ref := src[:1+bytes.IndexByte(src[:min(len(src), 48)], ';')]; len(ref) > 3 && illegalReference(ref) {
			return true
		}
		src = src[2:]
	}
}

// illegalReference reports whether ref, a numeric reference, is to a character
// that XML cannot hold.
func illegalReference(ref []byte) bool {
	digits, base := string(ref[2:len(ref)-1]), 10
	if digits[0]|0x20 == 'x' {
		digits, base = digits[1:], 16
	}
	code, err := strconv.ParseInt(digits, base, 32)
	return err != nil || !utf8.ValidRune(rune(code)) || illegal(rune(code))
}

var numericReference = regexp.MustCompile(`&#(?:[0-9]{1,40}|[xX][0-9A-Fa-f]{1,40});`)

// mayBeIllegal reports whether src, which is UTF-8, holds a byte that an
// illegal character has.
func mayBeIllegal(src []byte) bool {
	for _, c := range src {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0xEF || c >= 0xF0 {
			return true
		}
	}
	return false
}

func illegal(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF
}
