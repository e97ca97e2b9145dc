package fakeroom_test

import (
	"strings"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/internal/counterparty"
)

// TestDiscordJSLivesWithTheFake has a bot that is not ours answer what people
// do on a server that is, also after the line broke.
func TestDiscordJSLivesWithTheFake(t *testing.T) {
	const ada, bob, room = "700000000000000001", "700000000000000002", "123456789012345678"
	d := discordOf(t, corpus.Path(t, "platform", "discord-openapi.json"))
	d.Join(ada, "Ada")
	d.Join(bob, "Bob")
	d.Move(room, "100000000000000002")
	counterparty.DiscordJS(t, d.API(), token)
	sees := func(want string, seen func() string) {
		t.Helper()
		for limit := time.Now().Add(30 * time.Second); !strings.Contains(seen(), want); <-time.After(5 * time.Millisecond) {
			if time.Now().After(limit) {
				t.Fatalf("a person sees %q; want %q; %q", seen(), want, d.Violations())
			}
		}
	}
	private := func() string {
		var all []string
		for _, p := range d.Private(ada) {
			all = append(all, p.Text)
		}
		return strings.Join(all, "\n")
	}
	public := func() string {
		var all []string
		for _, p := range d.Posts(room) {
			all = append(all, p.Text)
		}
		return strings.Join(all, "\n")
	}
	play := func() {
		t.Helper()
		d.Command(ada, room, "status", nil)
		sees("Ada asked\n[Acknowledge]", private)
		d.Press(ada, room, d.Private(ada)[0].ID, "Acknowledge")
		sees("Ada pressed ack-7:key", private)
		d.Command(ada, room, "all", nil)
		sees("Ada asked for all\n(file a.txt: )", public)
		d.Command(ada, room, "slow", nil)
		sees("slow\nand more", private)
		d.Command(ada, room, "find", map[string]string{"what": "idlib", "who": bob})
		sees("Ada finds idlib of Bob", private)
		d.TypeAt(ada, room, "find", "what", "id")
		sees("you typed id", func() string {
			if all := d.Suggested(ada); len(all) > 0 {
				return all[0].Name
			}
			return ""
		})
		d.Command(ada, room, "form", nil)
		sees("A form\nRule: ", func() string { return d.Form(ada) })
		d.Submit(ada, "idlib")
		sees("sent idlib", private)
		d.Mention(ada, room, "why")
		sees("Ada said 25 letters", public)
	}
	play()
	d.Shut(4000)
	for limit := time.Now().Add(30 * time.Second); d.Traffic().Resumed == 0; <-time.After(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("the session is not taken up: %+v", d.Traffic())
		}
	}
	before := len(d.Private(ada))
	d.Command(ada, room, "status", nil)
	for limit := time.Now().Add(30 * time.Second); len(d.Private(ada)) == before; <-time.After(5 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("nothing is answered after the line broke")
		}
	}
	if v := d.Violations(); len(v) > 0 {
		t.Errorf("violations: %q", v)
	}
}
