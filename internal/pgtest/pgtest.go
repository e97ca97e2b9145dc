// Package pgtest starts a private PostgreSQL server for a test, from the
// programs that the machine has, and makes databases in it.
//
// The server listens on a socket in a folder of its own and nowhere else,
// writes to the disk as one in earnest does, and ends with the test. The
// package is for tests only: it never reaches the binary.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// A Server is a running server.
type Server struct {
	folder  string
	as      *syscall.SysProcAttr // whom it runs as
	running *exec.Cmd
	admin   *sql.DB
}

// Start starts a server that ends with the test, or skips the test if the
// machine has no PostgreSQL.
func Start(tb testing.TB) *Server {
	tb.Helper()
	if Programs() == "" {
		tb.Skip("no PostgreSQL here: install Debian's postgresql")
	}
	s := place(tb)
	s.do(tb, "initdb", "-D", filepath.Join(s.folder, "data"), "-U", "vedette", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", "--no-sync")
	s.begin(tb)
	return s
}

// place makes a folder for a server, which goes with the test.
func place(tb testing.TB) *Server {
	tb.Helper()
	folder, err := os.MkdirTemp("", "pg") //nolint:usetesting // which only root could enter
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(folder) })
	as, err := Owner(folder)
	if err != nil {
		tb.Fatal(err)
	}
	return &Server{folder: folder, as: as}
}

// begin starts the server until the test's end.
func (s *Server) begin(tb testing.TB) {
	tb.Helper()
	s.run(tb)
	tb.Cleanup(s.end)
	var err error
	if s.admin, err = sql.Open("pgx", s.address("postgres")); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.admin.Close() })
	s.await(tb)
}

// run starts the server on what is in its folder.
func (s *Server) run(tb testing.TB) {
	tb.Helper()
	// It outlives the test's context: databases are closed in cleanups.
	s.running = exec.CommandContext(context.WithoutCancel(tb.Context()), filepath.Join(Programs(), "postgres"), "-D", filepath.Join(s.folder, "data"),
		"-c", "listen_addresses=", "-c", "unix_socket_directories="+s.folder, "-c", "max_connections=300") // #nosec G204 -- the machine's own program
	s.running.Dir, s.running.SysProcAttr = s.folder, s.as
	log, err := os.OpenFile(filepath.Join(s.folder, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = log.Close() }() // the server has its own
	s.running.Stdout, s.running.Stderr = log, log
	if err := s.running.Start(); err != nil {
		tb.Fatal(err)
	}
}

// end ends the server at once: what it has not written down yet is lost.
func (s *Server) end() {
	_ = s.running.Process.Signal(syscall.SIGQUIT)
	_ = s.running.Wait()
}

// Crash ends the server as a crash does, and starts it again.
func (s *Server) Crash(tb testing.TB) {
	tb.Helper()
	s.end()
	s.run(tb)
	s.await(tb)
}

// Promoted makes a stand-by of the server, which goes on, promotes it, and
// returns it: a primary beside the old one.
func (s *Server) Promoted(tb testing.TB) *Server {
	tb.Helper()
	p := place(tb)
	p.do(tb, "pg_basebackup", "-D", filepath.Join(p.folder, "data"), "-R", "-c", "fast", "-N", "-X", "stream", "-d", "host="+s.folder+" user=vedette")
	p.begin(tb)
	p.do(tb, "pg_ctl", "promote", "-D", filepath.Join(p.folder, "data"), "-w")
	return p
}

// do runs one of the server's programs to its end.
func (s *Server) do(tb testing.TB, program string, args ...string) {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), filepath.Join(Programs(), program), args...) // #nosec G204 -- the machine's own program
	cmd.Dir, cmd.SysProcAttr = s.folder, s.as
	if said, err := cmd.CombinedOutput(); err != nil {
		tb.Fatalf("%s: %v\n%s", program, err, said)
	}
}

// Folder returns where the server's socket is.
func (s *Server) Folder() string { return s.folder }

// Programs returns the folder of the newest server's programs, or "".
func Programs() string {
	newest, version := "", 0
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	for _, path := range found {
		folder := filepath.Dir(path)
		if n, err := strconv.Atoi(filepath.Base(filepath.Dir(folder))); err == nil && n > version {
			newest, version = folder, n
		}
	}
	if newest != "" {
		return newest
	}
	path, err := exec.LookPath("postgres")
	if err != nil {
		return ""
	}
	return filepath.Dir(path)
}

// Owner gives folder to whom the server can run as: it refuses root. Its
// programs are started with what it returns.
func Owner(folder string) (*syscall.SysProcAttr, error) {
	if os.Getuid() != 0 {
		return &syscall.SysProcAttr{}, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(who.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(who.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(folder, int(uid), int(gid)); err != nil {
		return nil, err
	}
	return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// address returns that of a database of the server.
func (s *Server) address(database string) string {
	return (&url.URL{Scheme: "postgres", User: url.User("vedette"), Path: "/" + database, RawQuery: url.Values{"host": {s.folder}}.Encode()}).String()
}

// await returns when the server answers.
func (s *Server) await(tb testing.TB) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), 30*time.Second)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for s.admin.PingContext(ctx) != nil {
		select {
		case <-again.C:
		case <-ctx.Done():
			said, _ := os.ReadFile(filepath.Join(s.folder, "log"))
			tb.Fatalf("the server does not answer:\n%s", said)
		}
	}
}

// Database makes an empty database, and returns its address.
func (s *Server) Database(tb testing.TB) string {
	tb.Helper()
	name := "t" + strings.ToLower(strconv.FormatInt(time.Now().UnixNano(), 36))
	if _, err := s.admin.ExecContext(tb.Context(), fmt.Sprintf(`CREATE DATABASE %q TEMPLATE template0`, name)); err != nil {
		tb.Fatal(err)
	}
	return s.address(name)
}

// Clone makes a database that holds what the one at address does, which nobody
// may have open, and returns its address.
func (s *Server) Clone(tb testing.TB, address string) string {
	tb.Helper()
	u, err := url.Parse(address)
	if err != nil {
		tb.Fatal(err)
	}
	name := "t" + strings.ToLower(strconv.FormatInt(time.Now().UnixNano(), 36))
	if _, err := s.admin.ExecContext(tb.Context(), fmt.Sprintf(`CREATE DATABASE %q TEMPLATE %q`, name, strings.TrimPrefix(u.Path, "/"))); err != nil {
		tb.Fatal(err)
	}
	return s.address(name)
}

// Execute carries out a statement in the database at address, beside whoever
// has it open.
func Execute(tb testing.TB, address, statement string, args ...any) {
	tb.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = db.Close() }() // it was used once
	if _, err := db.ExecContext(tb.Context(), statement, args...); err != nil {
		tb.Fatal(err)
	}
}
