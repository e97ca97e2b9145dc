package bot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// A Seal makes the names of buttons, so that nobody else can.
type Seal struct{ key []byte }

// NewSeal returns the seal of key, which should be 32 random bytes.
func NewSeal(key []byte) *Seal { return &Seal{key: key} }

// tagSize is how many letters of a mac a name bears: 80 bits.
const tagSize = 16

// Make returns the name of a button that stands for words, each of small
// letters, digits and _. It has 17 bytes more than the words, which - parts.
func (s *Seal) Make(words ...string) string {
	text := strings.Join(words, "-")
	return text + "-" + s.tag(text)
}

// Open returns the words that a button made by Make stands for.
func (s *Seal) Open(name string) (words []string, ok bool) {
	at := strings.LastIndexByte(name, '-')
	if at < 0 || !hmac.Equal([]byte(name[at+1:]), []byte(s.tag(name[:at]))) {
		return nil, false
	}
	return strings.Split(name[:at], "-"), true
}

func (s *Seal) tag(text string) string {
	mac := hmac.New(sha256.New, s.key)
	mac.Write([]byte(text))
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)))[:tagSize]
}
