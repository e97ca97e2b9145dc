package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vedette/internal/pgtest"
)

// A server is a PostgreSQL server on a port of its own, in one life after the
// other. It listens on loopback.
type server struct {
	of    *servers
	name  string
	port  int
	data  string // its folder in this life
	lives int

	cmd  *exec.Cmd
	over chan struct{} // closed when it has ended
	db   *sql.DB       // as its administrator
}

// servers are those of one run: one, or a primary and its stand-by.
type servers struct {
	programs string
	dir      string
	log      *os.File
	all      []*server
}

// database is the one that vedette uses.
const database = "vedette"

// serve starts a server with an empty database, and has n of them known to its
// address. They end with close.
func serve(ctx context.Context, n int) (_ *servers, err error) {
	c := &servers{programs: pgtest.Programs()}
	if c.programs == "" {
		return nil, errors.New("no PostgreSQL here: install Debian's postgresql")
	}
	if c.dir, err = os.MkdirTemp("", "torture-pg-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("%w\n%s", err, c.tail())
			c.close()
		}
	}()
	if _, err := pgtest.Owner(c.dir); err != nil {
		return nil, err
	}
	if c.log, err = os.Create(filepath.Join(c.dir, "log")); err != nil {
		return nil, err
	}
	for i := range n {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		s := &server{of: c, name: fmt.Sprintf("server%d", i), port: l.Addr().(*net.TCPAddr).Port}
		if err := l.Close(); err != nil {
			return nil, err
		}
		c.all = append(c.all, s)
	}
	first := c.all[0]
	if err := c.do(ctx, "initdb", "-D", first.anew(), "-U", database, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-instructions", "--no-sync"); err != nil {
		return nil, err
	}
	if err := first.start(ctx); err != nil {
		return nil, err
	}
	return c, first.execute(ctx, `CREATE DATABASE `+database)
}

// close ends all servers, and takes their folders away.
func (c *servers) close() {
	for _, s := range c.all {
		s.kill(syscall.SIGQUIT)
	}
	_ = c.log.Close()       // nobody reads what did not get there
	_ = os.RemoveAll(c.dir) // which lies in the system's folder for such
}

// tail returns the end of the servers' log.
func (c *servers) tail() string {
	raw, _ := os.ReadFile(filepath.Join(c.dir, "log"))
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}

// address is what vedette is told: all servers, of which it is to find the one
// that takes writes.
func (c *servers) address() string {
	var hosts []string
	for _, s := range c.all {
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", s.port))
	}
	return (&url.URL{
		Scheme: "postgres", User: url.User(database), Host: strings.Join(hosts, ","), Path: "/" + database,
		RawQuery: url.Values{"sslmode": {"disable"}, "target_session_attrs": {"read-write"}}.Encode(),
	}).String()
}

// command returns one of the server's programs, run by whom the server is.
func (c *servers) command(ctx context.Context, program string, args ...string) (*exec.Cmd, error) {
	as, err := pgtest.Owner(c.dir)
	if err != nil {
		return nil, err
	}
	as.Pdeathsig = syscall.SIGKILL
	as.Setpgid = true // it must not hear what the terminal says to this process
	cmd := exec.CommandContext(ctx, filepath.Join(c.programs, program), args...)
	cmd.Dir, cmd.SysProcAttr = c.dir, as
	return cmd, nil
}

// do runs one to its end.
func (c *servers) do(ctx context.Context, program string, args ...string) error {
	cmd, err := c.command(ctx, program, args...)
	if err != nil {
		return err
	}
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", program, err, said)
	}
	return nil
}

// anew gives the server a folder that it has not had, which does not exist.
func (s *server) anew() string {
	if s.data != "" {
		_ = os.RemoveAll(s.data) // what is left of it nobody uses
	}
	s.lives++
	s.data = filepath.Join(s.of.dir, fmt.Sprintf("%s-%d", s.name, s.lives))
	return s.data
}

// start starts the server on its folder, with settings of its own, and waits
// until it answers.
func (s *server) start(ctx context.Context, own ...string) (err error) {
	args := []string{"-D", s.data, "-p", fmt.Sprint(s.port)}
	for _, setting := range append([]string{
		"listen_addresses=127.0.0.1", "unix_socket_directories=" + s.of.dir, "max_connections=200", "shared_buffers=32MB", "wal_keep_size=512MB",
	}, own...) {
		args = append(args, "-c", setting)
	}
	if s.cmd, err = s.of.command(ctx, "postgres", args...); err != nil {
		return err
	}
	s.cmd.Stdout, s.cmd.Stderr = s.of.log, s.of.log
	if err := s.cmd.Start(); err != nil {
		return err
	}
	cmd, over := s.cmd, make(chan struct{})
	s.over = over
	go func() {
		_ = cmd.Wait() // how it ended is in its log
		close(over)
	}()
	if s.db, err = sql.Open("pgx", fmt.Sprintf("postgres://%s@127.0.0.1:%d/postgres?sslmode=disable", database, s.port)); err != nil {
		return err
	}
	return s.until(ctx, `SELECT true`)
}

// kill ends the server with the signal, and waits until it has.
func (s *server) kill(how syscall.Signal) {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Signal(how) // it may have ended meanwhile
	<-s.over
	_ = s.db.Close() // which has nothing more to say
	s.cmd = nil
}

// answersWithin is how long a server may take to do what it was told, here.
const answersWithin = time.Minute

// until waits until the query says true.
func (s *server) until(ctx context.Context, query string, args ...any) error {
	for start := time.Now(); ; {
		var is bool
		err := s.db.QueryRowContext(ctx, query, args...).Scan(&is)
		switch {
		case is && err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case time.Since(start) > answersWithin:
			return fmt.Errorf("%s: not within %v of %s: %w\n%s", s.name, answersWithin, query, err, s.of.tail())
		}
		pause(ctx, 50*time.Millisecond)
	}
}

func (s *server) execute(ctx context.Context, statements ...string) error {
	for _, statement := range statements {
		if _, err := s.db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %s: %w", s.name, statement, err)
		}
	}
	return nil
}

// follow makes the server, which does not run, a stand-by of the primary.
func (s *server) follow(ctx context.Context, primary *server) error {
	from := fmt.Sprintf("host=127.0.0.1 port=%d user=%s application_name=%s", primary.port, database, s.name)
	if err := s.of.do(ctx, "pg_basebackup", "-D", s.anew(), "-R", "-c", "fast", "-N", "-X", "stream", "-d", from); err != nil {
		return err
	}
	return s.start(ctx)
}

// insist has the primary say that something is saved only when its stand-by has
// it, and waits until that has all that was saved before.
func (s *server) insist(ctx context.Context) error {
	if err := s.execute(ctx, `ALTER SYSTEM SET synchronous_standby_names = '*'`, `SELECT pg_reload_conf()`); err != nil {
		return err
	}
	if err := s.until(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync')`); err != nil {
		return err
	}
	var written string
	if err := s.db.QueryRowContext(ctx, `SELECT CAST(pg_current_wal_lsn() AS TEXT)`).Scan(&written); err != nil {
		return err
	}
	return s.until(ctx, `SELECT flush_lsn >= CAST($1 AS PG_LSN) FROM pg_stat_replication WHERE sync_state = 'sync'`, written)
}

// relent has the primary go on without a stand-by.
func (s *server) relent(ctx context.Context) error {
	return s.execute(ctx, `ALTER SYSTEM SET synchronous_standby_names = ''`, `SELECT pg_reload_conf()`)
}

// promote makes a stand-by the primary.
func (s *server) promote(ctx context.Context) error {
	if err := s.of.do(ctx, "pg_ctl", "promote", "-D", s.data, "-w"); err != nil {
		return err
	}
	return s.until(ctx, `SELECT NOT pg_is_in_recovery()`)
}

// rise starts the server, which was killed as the primary, on what it had, and
// has it take writes as if nothing had happened.
func (s *server) rise(ctx context.Context) error {
	return s.start(ctx, "synchronous_standby_names=", "autovacuum=off")
}

// transactions returns how many the server has begun that write.
func (s *server) transactions(ctx context.Context) (n int, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT)`).Scan(&n)
	return n, err
}
