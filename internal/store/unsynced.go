package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	modernc "modernc.org/sqlite"
)

// ErrUnsynced says that a disk could not be made to hold what was written to
// it. What returns it has saved nothing that is sure to last, and nothing more
// is saved by this process.
var ErrUnsynced = errors.New("the disk failed while it was made to keep what was written, so that nothing more is saved or sent; " +
	"see to the disk (the kernel's log says more) and start vedette again: it goes on from what was saved before")

// A guard lets the connection that writes to a SQLite file do no more once a
// sync of it has failed. The kernel may take what it could not write for
// written from then on: the next sync would succeed, and say nothing of it. A
// process that begins anew trusts nothing but what is in the file. What a guard
// does not hear of is a sync that fails in one of SQLite's own checkpoints
// after a commit: the next writes the same pages anew, from a log that was
// synced, before it syncs.
type guard struct {
	driver.Connector

	once   sync.Once
	broken chan struct{} // closed when a sync has failed
	why    error         // it did, from then on
}

// writer opens the connection that writes to the file at path.
func writer(path, params string) (*sql.DB, *guard, error) {
	name, err := dsn(path, params)
	if err != nil {
		return nil, nil, err
	}
	under, err := modernc.NewConnector(name)
	if err != nil {
		return nil, nil, err
	}
	g := &guard{Connector: under, broken: make(chan struct{})}
	return limited(sql.OpenDB(g), 1), g, nil
}

// Broken waits until the disk has failed to keep what was written to it, and
// returns an error that wraps [ErrUnsynced]; or until ctx ends, and returns
// nil if it has not failed by then. The process should end then.
func (s *Store) Broken(ctx context.Context) error {
	if s.disk == nil { // PostgreSQL ends by itself, and reads its log anew
		<-ctx.Done()
		return nil
	}
	select {
	case <-s.disk.broken:
	case <-ctx.Done():
	}
	return s.disk.over()
}

// heed returns err, and is broken from then on if a sync has failed by it.
func (g *guard) heed(err error) error {
	var code interface{ Code() int }
	const fsync, dirFsync = 1034, 1290 // SQLITE_IOERR_FSYNC, SQLITE_IOERR_DIR_FSYNC
	if !errors.As(err, &code) || code.Code() != fsync && code.Code() != dirFsync {
		return err
	}
	g.once.Do(func() {
		g.why = fmt.Errorf("%w: %w", ErrUnsynced, err)
		close(g.broken)
	})
	return g.why
}

// over returns why nothing more may be done, or nil.
func (g *guard) over() error {
	select {
	case <-g.broken:
		return g.why
	default:
		return nil
	}
}

// Connect implements [driver.Connector].
func (g *guard) Connect(ctx context.Context) (driver.Conn, error) {
	if err := g.over(); err != nil {
		return nil, err
	}
	c, err := g.Connector.Connect(ctx)
	if err != nil {
		return nil, g.heed(err)
	}
	under, ok := c.(connected)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver's connection is a %T", c), c.Close())
	}
	return &guarded{connected: under, by: g}, nil
}

// connected is what the driver's connection does.
type connected interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// A guarded is a connection before which a guard stands.
type guarded struct {
	connected

	by *guard
}

// BeginTx implements [driver.ConnBeginTx].
func (c *guarded) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if err := c.by.over(); err != nil {
		return nil, err
	}
	tx, err := c.connected.BeginTx(ctx, opts)
	if err != nil {
		return nil, c.by.heed(err)
	}
	return guardedTx{tx, c.by}, nil
}

// ExecContext implements [driver.ExecerContext].
func (c *guarded) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.by.over(); err != nil {
		return nil, err
	}
	res, err := c.connected.ExecContext(ctx, query, args)
	return res, c.by.heed(err)
}

// QueryContext implements [driver.QueryerContext].
func (c *guarded) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.by.over(); err != nil {
		return nil, err
	}
	rows, err := c.connected.QueryContext(ctx, query, args)
	if err != nil {
		return nil, c.by.heed(err)
	}
	return guardedRows{rows, c.by}, nil
}

// A guardedTx is a transaction of a guarded connection.
type guardedTx struct {
	driver.Tx

	by *guard
}

// Commit implements [driver.Tx].
func (t guardedTx) Commit() error { return t.by.heed(t.Tx.Commit()) }

// A guardedRows is what a statement returns that may save something: what it
// saves is synced as the last row is read.
type guardedRows struct {
	driver.Rows

	by *guard
}

// Next implements [driver.Rows].
func (r guardedRows) Next(dest []driver.Value) error { return r.by.heed(r.Rows.Next(dest)) }

// Close implements [driver.Rows].
func (r guardedRows) Close() error { return r.by.heed(r.Rows.Close()) }
