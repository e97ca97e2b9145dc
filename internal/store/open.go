package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivermigrate"

	"vedette/internal/fault"
)

//go:embed migrations/*/*.sql
var migrations embed.FS

// Open opens the SQLite database at path, or makes it if there is none, or the
// PostgreSQL database whose address path is, and brings its schema up to date;
// one that a newer program has left behind it serves as it is, if it still can.
// Its error wraps [ErrLocked], [ErrNewer], [ErrDamaged], [ErrReadOnly] or
// [ErrFull] where one of them is the reason. What a process that ended without closing a file
// had given to a platform, without having heard the answer, is ambiguous from
// here on; of a replica of PostgreSQL, when its time to send is over.
func Open(ctx context.Context, path string, opts Options) (_ *Store, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("open %s: %w", DisplayName(path), err)
		}
	}()
	if IsPostgres(path) {
		return openPostgres(ctx, path, opts)
	}
	l, err := acquire(path + "-lock")
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, log: opts.Log, lock: l, fold: opts.Fold}
	if opts.Reserve > 0 {
		s.reserve = openReserve(path+"-reserve", opts.Reserve, opts.Log)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.ready(ctx); err != nil {
		return nil, err
	}
	if s.reserve != nil {
		if err := s.reserve.first(); err != nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "nothing is kept for a full disk", slog.Any("error", err))
		}
	}
	return s, nil
}

// ready opens the file for work: once more, without the reserve, if
// that is what it takes: to open a database takes room on its disk.
func (s *Store) ready(ctx context.Context) error {
	err := s.bringUp(ctx)
	if !s.full(err) {
		return err
	}
	if s.reserve.holds() {
		s.reserve.giveUp()
		if err = errors.Join(s.closePools()...); err != nil {
			return err
		}
		err = s.bringUp(ctx)
	}
	if s.full(err) {
		return outOf(err)
	}
	return err
}

// bringUp opens the file, brings its schema up to date, and takes over what
// another process had under way.
func (s *Store) bringUp(ctx context.Context) (err error) {
	if err := inspect(s.path); err != nil {
		return err
	}
	if err := s.create(ctx); err != nil {
		return err
	}
	fault.Point("store.opening")
	if s.write, s.disk, err = writer(s.path, writing()); err != nil {
		return err
	}
	s.dialect = sqlite{s.write}
	fault.Point("store.migrating")
	if err := s.migrate(ctx); err != nil {
		return err
	}
	fault.Point("store.migrated")
	if _, err := s.write.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`); err != nil {
		return damaged(err)
	}
	fault.Point("store.checkpointed")
	if err := inspect(s.path); err != nil { // now that the log was moved into it
		return err
	}
	if s.read, err = pool(s.path, "_pragma=query_only(1)", max(4, runtime.NumCPU())); err != nil {
		return err
	}
	if s.jobs, err = s.NewClient(&river.Config{Logger: s.log}); err != nil {
		return err
	}
	return s.resume(ctx)
}

// create makes the database if there is none: beside its place, and moved there
// when it is whole. So a power cut or a kill leaves none or all of it, and a
// file that is empty or cut short is never the trace of a first start but
// always a loss, which is refused. What an earlier attempt left beside was
// never used.
func (s *Store) create(ctx context.Context) error {
	if _, err := os.Stat(s.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	beside := s.path + "-new"
	if err := errors.Join(gone(beside), gone(beside+"-wal"), gone(beside+"-shm"), gone(beside+"-journal")); err != nil {
		return err
	}
	fault.Point("store.making")
	db, _, err := writer(beside, writing())
	if err != nil {
		return err
	}
	made := &Store{path: beside, write: db, log: s.log, dialect: sqlite{db}}
	if err = made.migrate(ctx); err == nil {
		_, err = db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	}
	if err := errors.Join(err, db.Close()); err != nil { // which removes its log
		return err
	}
	fault.Point("store.moving")
	if err := os.Rename(beside, s.path); err != nil {
		return err
	}
	err = syncDir(filepath.Dir(s.path))
	fault.Point("store.made")
	return err
}

// OpenArchive opens the database at path for look-ups and backups, also
// beside a running vedette. Only what reads may be called on what it returns,
// and Backup and Close.
func OpenArchive(ctx context.Context, path string) (*Store, error) {
	if IsPostgres(path) {
		return besidePostgres(ctx, path, Options{Log: slog.New(slog.DiscardHandler)})
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open %s: there is no database yet: vedette run makes it", path)
	}
	if err := inspect(path); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	read, err := pool(path, "_pragma=query_only(1)", 1)
	if err != nil {
		return nil, err
	}
	return &Store{path: path, read: read, log: slog.New(slog.DiscardHandler), dialect: sqlite{}}, nil
}

// OpenBeside opens the database at path for look-ups and for what people do,
// beside a running vedette or without one: it neither brings the schema up to
// date nor takes over what another process has under way. Whatever it saves,
// a running vedette takes up within seconds. Its error wraps [ErrNewer] if the
// schema is newer than this program can work on.
func OpenBeside(ctx context.Context, path string, opts Options) (_ *Store, err error) {
	if IsPostgres(path) {
		return besidePostgres(ctx, path, opts)
	}
	s, err := OpenArchive(ctx, path)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open %s: %w", path, err), s.Close())
		}
	}()
	s.log, s.fold = opts.Log, opts.Fold
	if s.write, s.disk, err = writer(path, writing()); err != nil {
		return nil, err
	}
	s.dialect = sqlite{s.write}
	if s.jobs, err = s.NewClient(&river.Config{Logger: opts.Log}); err != nil {
		return nil, err
	}
	return s, s.current(ctx)
}

// current reports whether the schema is one that this program may work on.
func (s *Store) current(ctx context.Context) error {
	_, have, newest, err := s.schema(ctx)
	switch {
	case err != nil || have == newest:
		return err
	case have < newest:
		return fmt.Errorf("its schema is %d, this program's %d; start vedette run once", have, newest)
	}
	return s.compatible(ctx, have, newest)
}

// compatible reports whether the schema, which is newer than the newest that
// this program knows, still has all that the program needs: a newer one that
// works beside this says so.
func (s *Store) compatible(ctx context.Context, have, newest int64) error {
	var since int64
	err := s.write.QueryRowContext(ctx, `SELECT since FROM compatible`).Scan(&since)
	if err == nil && since <= newest {
		return nil
	}
	if err == nil {
		err = fmt.Errorf("its schema is %d and serves programs that know %d, this program knows up to %d", have, since, newest)
	}
	return fmt.Errorf("%w: %w", ErrNewer, err)
}

// schema returns what brings the schema up to date, the version that it has,
// and the newest that this program knows.
func (s *Store) schema(ctx context.Context) (ours *goose.Provider, have, newest int64, err error) {
	dialect, folder := goose.DialectSQLite3, "migrations/sqlite"
	if IsPostgres(s.path) {
		dialect, folder = goose.DialectPostgres, "migrations/postgres"
	}
	files, err := fs.Sub(migrations, folder)
	if err != nil {
		return nil, 0, 0, err
	}
	if ours, err = goose.NewProvider(dialect, s.write, files); err != nil {
		return nil, 0, 0, err
	}
	if have, err = ours.GetDBVersion(ctx); err != nil {
		return nil, 0, 0, damaged(err)
	}
	sources := ours.ListSources()
	return ours, have, sources[len(sources)-1].Version, nil
}

// writing returns the parameters of the connection that writes: a commit has
// returned only when what it saved is on the disk.
func writing() string {
	synchronous := "FULL"
	if fault.Sabotaged == fault.NotSynced {
		synchronous = "NORMAL"
	}
	return "_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(" + synchronous + ")&_pragma=foreign_keys(1)"
}

// pool opens connections to the database at path.
func pool(path, params string, connections int) (*sql.DB, error) {
	name, err := dsn(path, params)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, err
	}
	return limited(db, connections), nil
}

// limited has db keep so many connections open.
func limited(db *sql.DB, connections int) *sql.DB {
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db
}

// dsn returns the name by which the driver opens the database at path.
func dsn(path, params string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return (&url.URL{Scheme: "file", Path: abs, RawQuery: "_pragma=busy_timeout(10000)&" + params}).String(), nil
}

const (
	magic      = "SQLite format 3\x00"
	headerSize = 100

	walHeaderSize = 32
)

// inspect reports what SQLite would find out too late, or mend by beginning
// anew: a file that is empty, cut short, something else, or not ours to
// write. The offsets are those of SQLite's file format.
func inspect(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Stat(path + "-wal"); err == nil {
			return fmt.Errorf("%w: its write-ahead log is there and itself is not", ErrDamaged)
		}
		return nil
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	case err != nil:
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(f, header); err != nil || string(header[:len(magic)]) != magic {
		return fmt.Errorf("%w: it is not a SQLite database, or its beginning is lost", ErrDamaged)
	}
	if log, err := os.Stat(path + "-wal"); err == nil && log.Size() > walHeaderSize {
		// The log holds what the file has not got yet: while another process
		// moves it there, and after one was killed while it did.
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 65536
	}
	if want := page * int64(binary.BigEndian.Uint32(header[28:])); info.Size() < want {
		return fmt.Errorf("%w: it holds %d of %d bytes", ErrDamaged, info.Size(), want)
	}
	return nil
}

// migrate brings our tables and River's up to date.
func (s *Store) migrate(ctx context.Context) error {
	ours, have, newest, err := s.schema(ctx)
	if err != nil {
		return err
	}
	if have > newest {
		s.log.LogAttrs(ctx, slog.LevelWarn, "the database was brought up to date by a newer vedette", slog.Int64("schema", have), slog.Int64("known", newest))
		return s.compatible(ctx, have, newest)
	}
	if _, err := ours.Up(ctx); err != nil {
		return damaged(err)
	}
	fault.Point("store.migratedours")
	theirs, err := rivermigrate.New(s.dialect.driver(), &rivermigrate.Config{Logger: s.log})
	if err != nil {
		return err
	}
	_, err = theirs.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// damaged says so if that is what SQLite says.
func damaged(err error) error {
	var code interface{ Code() int }
	const corrupt, notADatabase = 11, 26
	if errors.As(err, &code) && (code.Code()&0xff == corrupt || code.Code()&0xff == notADatabase) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// resume takes over from the process that had the database before: the lock
// says that it is gone, so nothing of it is under way any more.
func (s *Store) resume(ctx context.Context) error {
	return s.tx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE deliveries SET state = 'ambiguous', not_before = 0, why = 'vedette was stopped before the platform had answered' WHERE state = 'sending'`)
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n > 0 {
			s.log.LogAttrs(ctx, slog.LevelWarn, "deliveries are ambiguous: they may or may not stand in their rooms, and are looked for", slog.Int64("deliveries", n))
		}
		if _, err = tx.ExecContext(ctx, `UPDATE river_job SET state = 'available' WHERE state = 'running'`); err != nil {
			return err
		}
		_, err = secretOf(ctx, tx, deliveryKeys) // before the first backup
		return err
	})
}
