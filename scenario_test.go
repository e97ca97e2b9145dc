package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/terminal"
	"vedette/config"
	"vedette/internal/wire"
	"vedette/story"
)

var update = flag.Bool("update", false, "write what was heard into the scenarios")

// An ear stands before a room and writes down what it is told, and when.
type ear struct {
	bot.Room
	name  story.RoomName
	now   func() time.Time
	notes *transcript
}

// A transcript is what the rooms of a scenario heard.
type transcript struct {
	mu      sync.Mutex // guards what follows
	heard   map[story.RoomName][]string
	buttons map[story.RoomName][]bot.Button // of the newest answer, or of messages, those of the newest first
}

// ask puts what a person writes to the program, and writes down the answer.
func (tr *transcript) ask(ctx context.Context, pr *program, a wire.Asking) error {
	place := command.Place{Platform: command.CLI, Channel: string(a.Room)}
	for _, s := range pr.places() {
		if s.Name == a.Room && s.Platform != "" {
			place = command.Place{Platform: s.Platform, Tenant: s.Tenant, Channel: s.Channel}
		}
	}
	call := &command.Call{Key: fmt.Sprint("line ", a.Line), From: command.Person{ID: a.Who, Name: a.Who}, Where: place, Words: a.Words}
	var ans *command.Answer
	if label, ok := strings.CutPrefix(a.Words, "press "); ok {
		call.Words = ""
		tr.mu.Lock()
		buttons := tr.buttons[a.Room]
		tr.mu.Unlock()
		at := slices.IndexFunc(buttons, func(b bot.Button) bool { return strings.HasPrefix(b.Label, label) })
		if at < 0 {
			return fmt.Errorf("there is no button %q among %v", label, buttons)
		}
		ans = pr.core.Press(ctx, call, buttons[at].Do)
	} else {
		ans = pr.core.Do(ctx, call)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "%s > %s\n", a.At.Format("2006-01-02 15:04"), a.Words)
	shown := *ans
	shown.Buttons = nil
	if err := terminal.Answer(&out, &shown, false); err != nil {
		return err
	}
	for _, b := range ans.Buttons {
		fmt.Fprintf(&out, "[%s]\n", b.Label)
	}
	if ans.File != nil {
		fmt.Fprintf(&out, "(file %s: %s)\n", ans.File.Name, ans.File.Alt)
	}
	if ans.Form != nil {
		fmt.Fprintf(&out, "(form %q for %s)\n", ans.Form.Title, ans.Form.Name)
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if len(ans.Buttons) > 0 {
		tr.buttons[a.Room] = ans.Buttons
	}
	who := story.RoomName(string(a.Room) + "/" + a.Who)
	if ans.Shared {
		who = a.Room
	}
	tr.heard[who] = append(tr.heard[who], strings.TrimSuffix(out.String(), "\n"))
	return nil
}

func (e *ear) note(act string, m *bot.Message) {
	e.notes.mu.Lock()
	defer e.notes.mu.Unlock()
	line := []string{fmt.Sprintf("%s %-5s %s", e.now().Format("2006-01-02 15:04"), act, m.Title.Text)}
	if act != "reply" {
		line = append(line, fmt.Sprintf("(%s, %s)", plural(m.Origins, "origin"), plural(m.Outlets, "outlet")))
	}
	if m.Calls.Kind != story.Nobody {
		line = append(line, "calls "+m.Calls.String())
	}
	for _, l := range m.Lines {
		line = append(line, "| "+l.String())
	}
	for _, f := range m.Facts {
		line = append(line, f.Name+": "+f.Text)
	}
	if len(m.Buttons) > 0 {
		e.notes.buttons[e.name] = append(slices.Clone(m.Buttons), e.notes.buttons[e.name]...)
	}
	if m.State != "" {
		line = append(line, m.State)
	}
	e.notes.heard[e.name] = append(e.notes.heard[e.name], strings.Join(line, " "))
}

func (e *ear) Post(ctx context.Context, key string, m *bot.Message) (story.Remote, error) {
	e.note("new", m)
	return e.Room.Post(ctx, key, m)
}

func (e *ear) Reply(ctx context.Context, root story.Remote, key string, m *bot.Message) (story.Remote, error) {
	e.note("reply", m)
	return e.Room.Reply(ctx, root, key, m)
}

func (e *ear) Edit(ctx context.Context, root story.Remote, key string, m *bot.Message) error {
	e.note("edit", m)
	return e.Room.Edit(ctx, root, key, m)
}

func (e *ear) Pin(ctx context.Context, root story.Remote) error {
	if p, ok := e.Room.(bot.Pinner); ok {
		return p.Pin(ctx, root)
	}
	return nil
}

// hear plays a script through the whole program and returns what its rooms
// were told and what the terminal shows.
func hear(t *testing.T, script *wire.Script, set *config.Settings) (map[story.RoomName][]string, string) {
	t.Helper()
	notes := &transcript{heard: make(map[story.RoomName][]string), buttons: make(map[story.RoomName][]bot.Button)}
	tune := func(pr *program) {
		pr.listen = func(name story.RoomName, room bot.Room) bot.Room {
			return &ear{Room: room, name: name, now: pr.now, notes: notes}
		}
		pr.ask = func(ctx context.Context, a wire.Asking) error { return notes.ask(ctx, pr, a) }
	}
	return notes.heard, play(t, script, set, tune)
}

// play plays a script through the whole program, which tune may change before
// it begins, and returns what the terminal shows.
func play(t *testing.T, script *wire.Script, set *config.Settings, tune func(*program)) string {
	t.Helper()
	var out, logs bytes.Buffer
	p := &process{stdout: &out, stderr: &logs}
	set.PollEvery = time.Minute
	if set.Data == "" {
		set.Data = t.TempDir()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	unaccounted := func(ctx context.Context, pr *program) error {
		if err := pr.auditor.audit(ctx); err != nil {
			return err
		}
		if last := pr.auditor.last; !last.Clean() {
			t.Errorf("the audit finds %+v", last)
		}
		return nil
	}
	if err := p.play(ctx, set, script, nil, unaccounted, tune); err != nil {
		t.Fatalf("%v\n%s", err, logs.String())
	}
	return out.String()
}

// TestScenarios plays each scenario file; its first line is the promise.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("internal", "world", "testdata", "scenarios", "*.txtar"))
	if err != nil || len(files) < 15 {
		t.Fatalf("%d scenario files (%v), want at least 15", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			script, err := wire.Parse(file, data)
			if err != nil {
				t.Fatal(err)
			}
			if first, last := script.Said[0].At, script.Said[len(script.Said)-1].At; testing.Short() && last.Sub(first) > 12*time.Hour {
				t.Skip("skipped: a night or days pass; run without -short")
			}
			heard, _ := hear(t, script, &config.Settings{LogFormat: "text"})
			if *update {
				rewrite(t, file, data, heard)
				return
			}
			got := make(map[string]string)
			for room, lines := range heard {
				got[string(room)] = strings.Join(lines, "\n") + "\n"
			}
			want := script.Heard
			for room := range want {
				if want[room] == "" {
					delete(want, room)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s\nheard (-want +got):\n%s", script.Promise, diff)
			}
		})
	}
}

// rewrite puts what was heard into the file, for a person to review.
func rewrite(t *testing.T, file string, data []byte, heard map[story.RoomName][]string) {
	t.Helper()
	a := txtar.Parse(data)
	a.Files = append([]txtar.File(nil), a.Files...)
	kept := a.Files[:0]
	for _, f := range a.Files {
		if !strings.HasPrefix(f.Name, "heard ") {
			kept = append(kept, f)
		}
	}
	var rooms []string
	for room := range heard {
		rooms = append(rooms, string(room))
	}
	slices.Sort(rooms)
	for _, room := range rooms {
		kept = append(kept, txtar.File{Name: "heard " + room, Data: []byte(strings.Join(heard[story.RoomName(room)], "\n") + "\n")})
	}
	a.Files = kept
	if err := os.WriteFile(file, txtar.Format(a), 0o600); err != nil {
		t.Fatal(err)
	}
}
