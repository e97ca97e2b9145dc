package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A life is one run of the binary, from its start until it ends.
type life struct {
	cmd     *exec.Cmd
	begun   time.Time
	trace   string        // the file of its hits
	traced  bool          // it is another process's child, which hands signals on to nobody
	awaited bool          // something was owed when it began
	in      string        // the system call that it was killed in, if that is known
	over    chan struct{} // closed when it has ended
}

// start begins a life in which what orders say happens at the points. What
// wraps the binary, such as a tracer, comes before it.
func (s *site) start(ctx context.Context, orders string, wrap ...string) error {
	s.lives++
	l := &life{awaited: len(s.missing()) > 0, trace: filepath.Join(s.dir, fmt.Sprintf("trace-%d", s.lives)), over: make(chan struct{})}
	if err := os.WriteFile(l.trace, nil, 0o600); err != nil {
		return err
	}
	args := append(wrap, s.bin, "run")
	l.cmd = exec.CommandContext(ctx, args[0], args[1:]...)
	l.cmd.Dir, l.cmd.Stdout, l.cmd.Stderr = s.dir, s.log, s.log
	l.cmd.Env = append(os.Environ(), append(s.env(), "FAULT="+orders, "FAULT_TRACE="+l.trace, "FAULT_CLOCK="+s.clock())...)
	// It must not outlive this process, nor hear what the terminal says to it.
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	s.discord.Ration(1000, time.Hour)
	l.begun = time.Now()
	if err := l.cmd.Start(); err != nil {
		return err
	}
	go func() {
		_ = l.cmd.Wait() // how it ended is asked of the state
		close(l.over)
	}()
	s.life = l
	return nil
}

// kill ends the life as the kernel does when memory is short.
func (s *site) kill() {
	if s.life.dead() {
		return
	}
	pid := s.life.cmd.Process.Pid
	if s.life.traced { // the tracer writes down each call before the next is made
		pid = -pid
	}
	_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended meanwhile
	<-s.life.over
	for s.life.traced && syscall.Kill(pid, 0) == nil { // what was traced is not our child
		<-time.After(time.Millisecond)
	}
	s.fell()
}

// fell notes that the life was killed.
func (s *site) fell() {
	s.kills++
	s.origin.killed()
	for _, key := range s.missing() {
		s.interrupted[key] = true
	}
	if s.life.awaited {
		s.awaited = append(s.awaited, span{s.life.begun, time.Now()})
	}
	if s.life.in != "" {
		s.at[s.life.in]++
		return
	}
	hits := s.life.hits()
	if len(hits) == 0 {
		s.at["before any point"]++
		return
	}
	last := hits[len(hits)-1]
	s.at[last]++
	if !slices.ContainsFunc(hits, func(h string) bool { return strings.HasPrefix(h, "store.checkpointed") }) {
		s.seen.note("killed while it opened its database")
	}
	point, _, _ := strings.Cut(last, " ")
	if what := deaths()[point]; what != "" {
		s.seen.note(what)
	}
	if strings.HasSuffix(last, "SaveJudgements") {
		s.seen.note("killed while it saved a judgement")
	}
}

// deaths are the places at which a kill matters most, by the point passed
// last.
func deaths() map[string]string {
	return map[string]string{
		"wire.leaving":  "killed while a platform was asked",
		"wire.answered": "killed with an answer that was not recorded",
		"feed.answered": "killed with a document that was not saved",
		"tx.committing": "killed before or in a commit",
		"tx.committed":  "killed after a commit",
	}
}

// dead reports whether the life has ended.
func (l *life) dead() bool {
	select {
	case <-l.over:
		return true
	default:
		return false
	}
}

// killed reports whether SIGKILL ended it.
func (l *life) killed() bool {
	status, ok := l.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// hits returns the points that the life passed, with the exported function
// that passed them.
func (l *life) hits() (all []string) {
	f, err := os.Open(l.trace)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }() // it was only read
	for in := bufio.NewScanner(f); in.Scan(); {
		if _, what, ok := strings.Cut(in.Text(), " "); ok {
			all = append(all, what)
		}
	}
	return all
}

// stopWithin is how long a life may take to end once it is told to: it
// promises 20 s.
const stopWithin = 25 * time.Second

// stop tells the life to end, as an operator does.
func (s *site) stop() error {
	if s.life.dead() {
		return fmt.Errorf("vedette ended by itself: %v\n%s", s.life.cmd.ProcessState, s.tail())
	}
	pid := s.life.cmd.Process.Pid
	if s.life.traced { // the tracer ends with what it traces
		pid = -pid
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-s.life.over:
	case <-time.After(stopWithin):
		_ = syscall.Kill(s.life.cmd.Process.Pid, syscall.SIGKILL) // nothing is left to be polite for
		return errors.New("vedette does not end when it is told to")
	}
	if s.life.awaited {
		s.awaited = append(s.awaited, span{s.life.begun, time.Now()})
	}
	if !s.life.cmd.ProcessState.Success() && !s.life.killed() {
		return fmt.Errorf("vedette ended with %v\n%s", s.life.cmd.ProcessState, s.tail())
	}
	return nil
}

// logged reports whether vedette has logged the text.
func (s *site) logged(text string) bool {
	raw, err := os.ReadFile(s.log.Name())
	return err == nil && strings.Contains(string(raw), text)
}

// tail returns the end of the log.
func (s *site) tail() string {
	raw, err := os.ReadFile(s.log.Name())
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
