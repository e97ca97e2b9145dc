package fakeroom_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"vedette/internal/counterparty"
)

// TestSlacksOwnFrameworkLivesWithTheFake has an app that is not ours answer
// what people do on a server that is, over both transports.
func TestSlacksOwnFrameworkLivesWithTheFake(t *testing.T) {
	s := slackServer(t)
	s.Join("U0ADA", "Ada")
	const secret = "8f742231b10e8888abcd99yyyzzz85a5"
	address := counterparty.Bolt(t, s.API(), token, s.AppToken(), secret)
	play := func(over string) {
		private := func() string {
			var all []string
			for _, p := range s.Private("U0ADA") {
				all = append(all, p.Text)
			}
			return strings.Join(all, "\n")
		}
		s.Command("U0ADA", "C1", "status <x> & y")
		until(t, over, "typed status &lt;x&gt; &amp; y\n[Acknowledge]", private)
		seen := s.Private("U0ADA")
		s.Press("U0ADA", "C1", seen[len(seen)-1].ID, "Acknowledge")
		until(t, over, "Ada pressed ack-7", private)
		s.Command("U0ADA", "C1", "status share")
		until(t, over, "Ada typed status share", func() string { return strings.Join(texts(s, "C1"), "\n") })
		s.Mention("U0ADA", "C1", "", "why")
		until(t, over, "Ada said <@U0FAKEROOM> why", func() string { return strings.Join(texts(s, "C1"), "\n") })
		s.Command("U0ADA", "C1", "form")
		modal := func() string {
			if m := s.Modal("U0ADA"); m != nil {
				return m.Text
			}
			return ""
		}
		until(t, "Rule:", "", modal)
		s.Submit("U0ADA", map[string]string{"rule": "idlib"})
		until(t, over, "sent idlib", modal)
		s.CloseModal("U0ADA")
	}
	play("socket: ")
	for _, a := range s.Acks() {
		if a.Kind == "" || a.After > 3*time.Second {
			t.Errorf("acknowledged %+v", a)
		}
	}
	s.Disconnect("warning")
	until(t, "2", "", func() string {
		_, ever := s.Sockets()
		return strconv.Itoa(ever)
	})
	s.Sign(address, secret, http.DefaultClient)
	play("http: ")
	spotless(t, s)
	s.Sign(address, "another secret", http.DefaultClient)
	s.Command("U0ADA", "C1", "status")
	blamed(t, s, "401")
}

// until waits for what a person sees to hold the words of an app.
func until(t *testing.T, over, want string, seen func() string) {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; pause() {
		got := seen()
		if strings.Contains(got, over) && strings.Contains(got, want) {
			return
		}
		if time.Now().After(limit) {
			t.Fatalf("a person sees %q; want %q", got, over+want)
		}
	}
}

// pause gives another process time.
func pause() { <-time.After(5 * time.Millisecond) }
