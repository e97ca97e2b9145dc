package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"

	"vedette/internal/fault"
)

// The numbers of our locks in a Postgres database.
const (
	writeLock   = 0x7665646574746501 // held by the one transaction that writes
	migrateLock = 0x7665646574746502 // held by the one replica that changes the schema
)

// Limits of a Postgres database.
const (
	workers     = 8               // connections of River's
	listeners   = 2               // connections for LISTEN
	readers     = 4               // connections that read, at the least; docs/operating.md has the sum
	idleWithin  = 5 * time.Second // how long a transaction may do nothing: a replica that froze in one, or is cut off, loses it, and the others write
	askedWithin = 10 * time.Second
	dialWithin  = 5 * time.Second  // for each of several servers, where the address does not say
	goneAfter   = 15 * time.Second // how long server and client hear nothing of one another until the connection has ended
	probeEvery  = goneAfter / 3
	leastServer = 150000
)

// IsPostgres reports whether a database's name, as Open takes it, is the
// address of a Postgres database.
func IsPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// DisplayName returns a database's name without the secrets in it.
func DisplayName(name string) string {
	if !IsPostgres(name) {
		return name
	}
	u, err := url.Parse(name)
	if err != nil {
		return "postgres"
	}
	return "postgres://" + u.Host + u.Path
}

// postgres is the dialect of a server that replicas share.
type postgres struct {
	config   *pgx.ConnConfig
	primary  *primacy
	replica  string
	turn     chan struct{} // holds one while a transaction writes, until its outcome is known
	sealed   int64         // the last transaction's number; the turn's
	work     *sql.DB       // River's connections
	listener *pgxpool.Pool // for LISTEN
	presence *presence
}

// newPostgres makes the pools of s for the database at address; nothing is
// asked of it yet.
func newPostgres(s *Store, address string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return err // which hides the password
	}
	listen, err := pgxpool.ParseConfig(address)
	if err != nil {
		return err
	}
	listen.MinConns, listen.MaxConns = 0, listeners
	for _, c := range []*pgx.ConnConfig{config, listen.ConnConfig} {
		if c.ValidateConnect == nil { // of several servers a stand-by would take us as well
			c.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsPrimary
		}
		bound(c)
	}
	primary := newPrimacy(config, s.log)
	for _, c := range []*pgx.ConnConfig{config, listen.ConnConfig} {
		c.ValidateConnect = primary.accept(c.ValidateConnect)
	}
	listen.BeforeConnect = primary.begin
	p := &postgres{config: config, primary: primary, replica: replicaName(), turn: make(chan struct{}, 1)}
	if p.listener, err = pgxpool.NewWithConfig(context.Background(), listen); err != nil {
		return err
	}
	p.work = p.pool(workers, nil)
	p.presence = newPresence(p.pool(1, map[string]string{"idle_session_timeout": "0"})) // a frozen replica's must not look like one that has ended
	s.write = p.pool(1, nil)
	s.read = p.pool(max(readers, runtime.NumCPU()), map[string]string{
		readOnly:          "on",
		"plan_cache_mode": "force_custom_plan", // a plan for any word and span takes a span for short, and goes through it report by report
	})
	s.dialect, s.replica = p, p.replica
	return nil
}

// bound has neither side hold on to what the other has let go of: where packets
// are dropped nobody is told that a connection is over, and a server keeps the
// locks of its transaction for two hours unless it is told otherwise, on which
// all other replicas wait.
func bound(c *pgx.ConnConfig) {
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = dialWithin
	}
	c.DialFunc = dial
	probe := fmt.Sprint(int(probeEvery.Seconds()))
	for name, value := range map[string]string{
		"tcp_keepalives_idle": probe, "tcp_keepalives_interval": probe, "tcp_keepalives_count": fmt.Sprint(probes), "tcp_user_timeout": fmt.Sprint(goneAfter.Milliseconds()),
	} {
		if c.RuntimeParams[name] == "" { // who runs it may know its network better
			c.RuntimeParams[name] = value
		}
	}
	c.RuntimeParams["idle_in_transaction_session_timeout"] = fmt.Sprint(idleWithin.Milliseconds())
}

// probes is how many may remain unanswered.
const probes = int(goneAfter/probeEvery) - 1

// dial connects to the server. The kernel ends the connection when the server
// is silent: it would else send what has no answer again and again for a quarter
// of an hour.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	d := net.Dialer{
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: probeEvery, Interval: probeEvery, Count: probes},
		Control: func(network, _ string, c syscall.RawConn) (err error) {
			if runtime.GOOS != "linux" || !strings.HasPrefix(network, "tcp") {
				return nil
			}
			if failed := c.Control(func(fd uintptr) {
				err = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, userTimeout, int(goneAfter.Milliseconds()))
			}); failed != nil {
				return failed
			}
			return err
		},
	}
	return d.DialContext(ctx, network, address)
}

// userTimeout is Linux's TCP_USER_TIMEOUT, which package syscall does not name.
const userTimeout = 18

// replicaName returns a name that no other process has.
func replicaName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "replica"
	}
	return fmt.Sprintf("%s %d %s", host, os.Getpid(), newKey())
}

const readOnly = "default_transaction_read_only"

// pool returns a pool of connections with the parameters set.
func (p *postgres) pool(connections int, params map[string]string) *sql.DB {
	config := p.config.Copy()
	if params[readOnly] != "" { // which target_session_attrs=read-write would take for a stand-by's
		config.ValidateConnect = p.primary.accept(pgconn.ValidateConnectTargetSessionAttrsPrimary)
	}
	config.RuntimeParams["application_name"] = "vedette"
	config.RuntimeParams["jit"] = "off" // compiling a statement costs a hundred times what ours take, and a backlog looks costly enough for it
	maps.Copy(config.RuntimeParams, params)
	db := sql.OpenDB(&connector{Connector: stdlib.GetConnector(*config, stdlib.OptionBeforeConnect(p.primary.begin), stdlib.OptionResetSession(p.primary.stay))})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if len(p.primary.servers) > 0 {
		db.SetConnMaxLifetime(connectAnew)
	}
	return db
}

// fit reports why the server would not keep our promises.
func (p *postgres) fit(ctx context.Context) error {
	var version int
	var encoding, fsync, commit, idle string
	err := p.work.QueryRowContext(ctx, `
		SELECT CAST(current_setting('server_version_num') AS INTEGER), current_setting('server_encoding'), current_setting('fsync'), current_setting('synchronous_commit'),
			(SELECT setting FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout')`).
		Scan(&version, &encoding, &fsync, &commit, &idle)
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == protocolViolation {
		err = fmt.Errorf("%w: %w", errPooled, err)
	}
	switch {
	case err != nil:
		return err
	case idle != fmt.Sprint(idleWithin.Milliseconds()):
		return errPooled
	case version < leastServer:
		return fmt.Errorf("this is PostgreSQL %d; vedette needs 15 or newer", version/10_000)
	case encoding != "UTF8":
		return fmt.Errorf("the database's encoding is %s; make it with ENCODING 'UTF8'", encoding)
	case fsync == "off" || commit == "off":
		return errors.New("fsync or synchronous_commit is off: what is saved would not outlive a power cut; set both on")
	}
	return nil
}

// errPooled says that a session is not what was asked for. A pool hands
// connections, and with them locks, from one replica to another, and has a
// start wait without end for a lock that nobody knows to let go.
var errPooled = errors.New("what vedette asks of its sessions does not reach PostgreSQL, as when a pool of connections stands between: name the server itself in VEDETTE_DATABASE_URL")

// protocolViolation is what pools say of a parameter that they do not know.
const protocolViolation = "08P01"

// Check reports why the Postgres database at address cannot be used.
func Check(ctx context.Context, address string) (err error) {
	s := Store{log: slog.New(slog.DiscardHandler)} // the error says it
	if err := newPostgres(&s, address); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.dialect.(*postgres).fit(ctx)
}

// alone returns when no other transaction of this process writes, and what ends
// that: a seal is not made anew before it was asked how the last one ended.
func (p *postgres) alone(ctx context.Context) (done func(), err error) {
	select {
	case p.turn <- struct{}{}:
		return func() { <-p.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// begin takes the lock that makes writers serial, as they are on SQLite, and
// seals the transaction: its number is in the database if, and only if, it was
// saved. The server's own number would not do: after a crash or a fail-over
// the ones that it had not written down yet are given to other transactions.
func (p *postgres) begin(ctx context.Context, tx *sql.Tx) (number int64, err error) {
	p.sealed++
	_, err = tx.ExecContext(ctx, `
		INSERT INTO leases (name, holder, term, until) SELECT ?1, ?2, ?3, CAST(?4 AS BIGINT) + `+p.clock()+` FROM pg_advisory_xact_lock(?5)
		ON CONFLICT (name) DO UPDATE SET term = excluded.term, until = excluded.until`, seal+p.replica, p.replica, p.sealed, sealFor.Microseconds(), writeLock) // #nosec G202 -- the clock is ours
	return p.sealed, err
}

// seal begins the name under which a replica's last transaction is kept, for as
// long as sealFor. It is asked for within seconds.
const (
	seal    = "saved by "
	sealFor = time.Hour
)

// outcome asks the server how the transaction ended if the answer to its
// commit was lost: whoever began it would else do it again, or not at all. The
// question waits while the transaction is under way, and writes: where a
// stand-by must have what is saved, it has the transaction when the answer
// comes.
func (p *postgres) outcome(ctx context.Context, number int64, err error) error {
	if _, refused := errors.AsType[*pgconn.PgError](err); err == nil || refused && !cutOff(err) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askedWithin)
	defer cancel()
	for {
		var last int64
		asked := p.work.QueryRowContext(ctx, `
			INSERT INTO leases (name, holder, term, until) VALUES (?1, ?2, 0, CAST(?3 AS BIGINT) + `+p.clock()+`)
			ON CONFLICT (name) DO UPDATE SET until = excluded.until RETURNING term`, seal+p.replica, p.replica, sealFor.Microseconds()).Scan(&last)
		switch {
		case asked == nil && last == number:
			return nil
		case asked == nil:
			return err // it was rolled back
		}
		again := time.NewTimer(100 * time.Millisecond)
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("whether it was saved is not known: %w", errors.Join(err, asked))
		}
	}
}

// cutOff reports whether the server says that it ends the connection, which it
// may do with the transaction saved.
func cutOff(err error) bool {
	e, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (strings.HasPrefix(e.Code, "57P") || strings.HasPrefix(e.Code, "08"))
}

func (*postgres) clock() string {
	if fault.Sabotaged == fault.WallLease {
		return fmt.Sprint(time.Now().Add(fault.Skew()).UnixMicro())
	}
	return `CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)`
}

func (p *postgres) driver() riverdriver.Driver[*sql.Tx] {
	return riverdatabasesql.NewWithPgxListener(p.work, p.listener)
}

// close closes what only this dialect has.
func (p *postgres) close() error {
	p.listener.Close()
	return errors.Join(p.presence.close(), p.work.Close())
}

// A connector makes connections that take the statements of this package as
// they are.
type connector struct {
	driver.Connector

	rewritten sync.Map // by the statement
}

// Connect implements [driver.Connector].
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn.(*stdlib.Conn), of: c}, nil
}

// A connection writes placeholders as Postgres has them, and binds no text
// that it cannot hold.
type connection struct {
	*stdlib.Conn

	of *connector
}

// PrepareContext implements [driver.ConnPrepareContext].
func (c *connection) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.PrepareContext(ctx, c.of.rewrite(query))
}

// ExecContext implements [driver.ExecerContext].
func (c *connection) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.ExecContext(ctx, c.of.rewrite(query), args)
}

// QueryContext implements [driver.QueryerContext].
func (c *connection) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.QueryContext(ctx, c.of.rewrite(query), args)
}

// CheckNamedValue has arguments bound as database/sql binds them anywhere. A
// text loses what Postgres refuses, and with it the whole poll: NUL, and what
// is no UTF-8.
func (c *connection) CheckNamedValue(v *driver.NamedValue) error {
	plain, err := driver.DefaultParameterConverter.ConvertValue(v.Value)
	if err != nil {
		return c.Conn.CheckNamedValue(v) // pgx knows more types
	}
	if text, ok := plain.(string); ok {
		plain = storable(text)
	}
	v.Value = plain
	return nil
}

// storable returns a text as Postgres can hold it.
func storable(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
}

// rewrite returns query with $1 for ?1, and with $1, $2 … for ?. A statement
// that has them already, as River's do, stays as it is.
func (c *connector) rewrite(query string) string {
	if !strings.Contains(query, "?") || strings.Contains(query, "$1") {
		return query
	}
	if done, ok := c.rewritten.Load(query); ok {
		return done.(string)
	}
	done := placeholders(query)
	c.rewritten.Store(query, done)
	return done
}

// placeholders writes those of a statement as Postgres has them; a question
// mark in quotes is none.
func placeholders(query string) string {
	var b strings.Builder
	n := 0
	for i, quoted := 0, false; i < len(query); i++ {
		c := query[i]
		quoted = quoted != (c == '\'')
		if c != '?' || quoted {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('$')
		if i+1 == len(query) || query[i+1] < '0' || query[i+1] > '9' {
			n++
			fmt.Fprint(&b, n)
		}
	}
	return b.String()
}

// besidePostgres opens the database at address for look-ups and for what
// people do. Its error wraps [ErrNewer] if the schema is newer than this program
// can work on.
func besidePostgres(ctx context.Context, address string, opts Options) (_ *Store, err error) {
	s := &Store{path: address, log: opts.Log, fold: opts.Fold}
	if err := newPostgres(s, address); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open %s: %w", DisplayName(address), err), s.Close())
		}
	}()
	var made bool
	if err := s.read.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&made); err != nil {
		return nil, err
	}
	if !made { // and looking must not make it
		return nil, errors.New("there are no tables yet: vedette run makes them, or vedette migrate-store")
	}
	if s.jobs, err = s.NewClient(&river.Config{Logger: opts.Log}); err != nil {
		return nil, err
	}
	return s, s.current(ctx)
}

// openPostgres opens the database at address, and brings its schema up to date.
func openPostgres(ctx context.Context, address string, opts Options) (_ *Store, err error) {
	s := &Store{path: address, log: opts.Log, fold: opts.Fold}
	if err := newPostgres(s, address); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	p := s.dialect.(*postgres)
	if err := p.fit(ctx); err != nil {
		return nil, err
	}
	conn, err := p.work.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, migrateLock); err != nil {
		return nil, err
	}
	defer func() {
		_, unlocked := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrateLock)
		err = errors.Join(err, unlocked)
	}()
	if err := s.migrate(ctx); err != nil {
		return nil, err
	}
	if s.jobs, err = s.NewClient(&river.Config{Logger: opts.Log}); err != nil {
		return nil, err
	}
	_, err = s.Secret(ctx, deliveryKeys)
	return s, err
}
