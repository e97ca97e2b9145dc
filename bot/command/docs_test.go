package command

import (
	"bytes"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vedette/watch"
)

// page is what docs/commands.md says: the words are here, the commands are
// those that platforms register.
func page() []byte {
	var b bytes.Buffer
	b.WriteString(`# Asking vedette

Write ` + "`/vedette`" + ` and a command in a room, mention the bot with it, or ask at the command line: ` + "`vedette ask status`" + `.
Only you see the answer; ` + "`/vedette share status`" + ` posts it for all. Words may stand as people write them: ` + "`mute idlib for 2h`" + `,
` + "`mute #12 until 18:00`" + `. A story is named by its number. Times are those of the room's zone, and answers are in its language.

This page is made from the table that platforms register: ` + "`UPDATE_GOLDEN=1 go test ./bot/command`" + `.

| command | what it does | who may |
|---|---|---|
`)
	for _, s := range Specs() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", pipes(s.Usage()), s.Help, s.Right)
	}
	b.WriteString(`
Whoever can read a room may read; everybody may act, unless the desk file names who; only who is named may manage:

` + "```yaml" + `
people:
  act: [slack:S0123ABCD, discord:123456789012345678] # a user group, a role
  manage: [slack:U0123ABCD]                          # a person
` + "```" + `

What people do and what they are refused is on record with their platform's ID, for ever: ` + "`timeline`, `story` and `handover`" + ` show it.

- **A story has one owner in all rooms.** Of two who acknowledge at once the first has it, and the other hears who. A
  double click acts once. A later report opens a resolved story again.
- **A change of a watch is tried first**, on the archive, and made when somebody says yes. What the desk file declares is
  changed there. ` + "`history`" + ` has every version, what it did to the last seven days, and a button that reverts it.
- **A mute cannot hide a change.** It ends before its time when the level rises above what it was, when a report names a
  place that none had, or when an independent origin tells of it that had not. Of one of more than an hour it is
  said 15 minutes before that it ends, and what it held back is listed. It holds in the room in which it was asked for; critical stories that nobody acknowledged
  are escalated all the same.

## How a rule is written

| rule | finds |
|---|---|
`)
	for _, l := range lessons() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", pipes(l.rule), l.finds)
	}
	b.WriteString("\n[watches.md](watches.md) has all of it.\n")
	return b.Bytes()
}

// pipes returns s as it may stand in a table.
func pipes(s string) string { return string(bytes.ReplaceAll([]byte(s), []byte("|"), []byte(`\|`))) }

func TestTheDocsListTheCommands(t *testing.T) {
	t.Parallel()
	const file = "../../docs/commands.md"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, page(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(page()), string(got)); diff != "" {
		t.Errorf("%s is not up to date (-want +got):\n%s", file, diff)
	}
}

// TestSpecsFitThePlatforms holds what Discord documents of commands.
func TestSpecsFitThePlatforms(t *testing.T) {
	t.Parallel()
	top := make(map[string]int)
	for _, s := range Specs() {
		group, name := s.Group()
		top[group]++
		if len(s.Help) > 100 || len(name) > 32 || len(s.Params) > 24 {
			t.Errorf("%s is too long for Discord", s.Name)
		}
		optional := false
		for _, p := range s.Params {
			if len(p.Help) > 100 || len(p.Name) > 32 {
				t.Errorf("%s of %s is too long for Discord", p.Name, s.Name)
			}
			if p.Required && optional {
				t.Errorf("%s of %s is required and comes after one that is not", p.Name, s.Name)
			}
			optional = optional || !p.Required
		}
		if _, ok := answers()[s.Name]; !ok {
			t.Errorf("nothing carries out %s", s.Name)
		}
	}
	for group, n := range top {
		if n > 25 {
			t.Errorf("group %q has %d commands, Discord takes 25", group, n)
		}
	}
}

func TestEveryLessonIsARule(t *testing.T) {
	t.Parallel()
	for _, l := range lessons() {
		if _, err := watch.Parse(l.rule, nil); err != nil {
			t.Errorf("%s: %v", l.rule, err)
		}
	}
}
