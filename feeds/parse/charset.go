package parse

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

var encodingLabel = regexp.MustCompile(`^[^>]{0,200}\bencoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']`)

// decode returns body in UTF-8, valid whatever it was, and the name of what it
// was in. Bytes that are valid UTF-8 are believed before any label: labels lie
// more often.
func decode(body []byte, contentType string) (text []byte, charset string) {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return bytes.ToValidUTF8(body[3:], []byte("\uFFFD")), utf8Name
	case bytes.HasPrefix(body, []byte("\xff\xfe")), bytes.HasPrefix(body, []byte("<\x00")):
		return transcode(body, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)), "utf-16le"
	case bytes.HasPrefix(body, []byte("\xfe\xff")), bytes.HasPrefix(body, []byte("\x00<")):
		return transcode(body, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)), "utf-16be"
	case utf8.Valid(body):
		return body, utf8Name
	case mostlyUTF8(body):
		return bytes.ToValidUTF8(body, []byte("\uFFFD")), "utf-8 with damaged bytes"
	}
	for _, label := range []string{declared(body), parameter(contentType)} {
		if enc, err := htmlindex.Get(label); err == nil && !strings.HasPrefix(strings.ToLower(label), "utf-16") {
			return transcode(body, enc), strings.ToLower(label)
		}
	}
	return transcode(body, charmap.Windows1252), "windows-1252, for want of a label"
}

const utf8Name = "utf-8"

// transcode decodes body; a decoder replaces what it cannot decode.
func transcode(body []byte, enc encoding.Encoding) []byte {
	decoded, err := enc.NewDecoder().Bytes(body)
	if err != nil {
		decoded = body
	}
	return bytes.ToValidUTF8(decoded, []byte("\uFFFD"))
}

// mostlyUTF8 reports whether body reads as UTF-8 with a few bytes damaged.
func mostlyUTF8(body []byte) bool {
	good, bad := 0, 0
	for len(body) > 0 {
		r, n := utf8.DecodeRune(body)
		switch {
		case r == utf8.RuneError && n == 1:
			bad++
		case n > 1:
			good++
		}
		body = body[n:]
	}
	return good > 4*bad
}

func declared(body []byte) string {
	head := body[:min(len(body), 1024)]
	_, rest, found := bytes.Cut(head, []byte("<?xml"))
	if !found {
		return ""
	}
	if label := encodingLabel.FindSubmatch(rest); label != nil {
		return string(label[1])
	}
	return ""
}

func parameter(contentType string) string {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return params["charset"]
}
