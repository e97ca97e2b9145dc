package discord

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// Decoded checks what is read of what a stranger may send: for the fuzzer,
// which is with the other tests of requests.
func Decoded(t *testing.T, raw []byte) {
	t.Helper()
	const me = "1"
	for _, read := range []func() (*heard, error){
		func() (*heard, error) { return decodeInteraction(raw) },
		func() (*heard, error) { return decodeMessage(raw, me) },
	} {
		h, err := read()
		if err != nil {
			if !errors.Is(err, errGarbled) && !errors.Is(err, errForeign) {
				t.Errorf("error is %v", err)
			}
			continue
		}
		for what, id := range map[string]string{"key": h.Key, "person": h.From.ID, "channel": h.Where.Channel, "room": h.room} {
			if !snowflake(id) {
				t.Errorf("%s is %q", what, id)
			}
		}
		if h.Where.Tenant != "" && !snowflake(h.Where.Tenant) {
			t.Errorf("server is %q", h.Where.Tenant)
		}
		if h.kind != 0 && (!snowflake(h.app) || strings.ContainsAny(h.token, "/?#%") || strings.HasPrefix(h.token, ".")) {
			t.Errorf("it is answered at %q %q", h.app, h.token)
		}
		if h.do == "" && h.Name == "" && h.Words == "" {
			t.Error("it asks nothing")
		}
		if len(h.Args) > mostArgs+mostFields*mostID || size(h.From.Name) > mostThread || !utf8.ValidString(h.From.Name) {
			t.Errorf("%d arguments of %q", len(h.Args), h.From.Name)
		}
	}
}
