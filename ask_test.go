package main

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestATokenThatIsTypedIsNotShown(t *testing.T) {
	var out bytes.Buffer
	typed := []string{"Bearer kanarienvogel", "kanarienvogel"}
	d := &dialogue{in: bufio.NewReader(strings.NewReader("")), out: &out, hidden: func() (string, error) {
		if len(typed) == 0 {
			return "", io.EOF
		}
		line := typed[0]
		typed = typed[1:]
		return line, nil
	}}
	got, err := d.ask("Token", "", true, func(answer string) string {
		if strings.Contains(answer, " ") {
			return "no spaces"
		}
		return ""
	})
	if err != nil || got != "kanarienvogel" || strings.Contains(out.String(), "kanarien") {
		t.Errorf("got %q (%v), shown was %q", got, err, out.String())
	}
	if again, err := d.ask("Token", "", true, nil); again != "" || err != nil || !d.ended {
		t.Errorf("after the last answer comes %q (%v), want none", again, err)
	}
}
