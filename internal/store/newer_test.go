package store_test

import (
	"database/sql"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"vedette/internal/pgtest"
	"vedette/internal/store"
	"vedette/story"
)

// TestEachKindOfNoticeIsTold holds that no kind of this program's own is taken
// for a newer one's, but for refreshes, which an edit covers.
func TestEachKindOfNoticeIsTold(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "story", "notice.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); !ok || kind.Name != "NoticeKind" {
			return true
		}
		n++
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if told := strings.Contains(store.ToldKinds, "'"+value+"'"); err != nil || told != (value != string(story.Refresh)) {
			t.Errorf("%q is told: %v (%v)", value, told, err)
		}
		return true
	})
	if n < 12 {
		t.Errorf("%d kinds are declared, want all", n)
	}
}

// TestAnOlderProgramServesANewerSchemaThatServesIt opens a database that a newer
// program has changed: by adding to it, or by taking away from it as well.
func TestAnOlderProgramServesANewerSchemaThatServesIt(t *testing.T) {
	for name, begin := range map[string]func(*testing.T) (address, driver string){
		"SQLite":   func(t *testing.T) (string, string) { t.Helper(); return filepath.Join(t.TempDir(), "v.db"), "sqlite" },
		"Postgres": func(t *testing.T) (string, string) { t.Helper(); return pgtest.Start(t).Database(t), "pgx" },
	} {
		t.Run(name, func(t *testing.T) {
			address, driver := begin(t)
			open := func() error {
				s, err := store.Open(t.Context(), address, quiet)
				if err != nil {
					return err
				}
				return s.Close()
			}
			beside := func() error {
				s, err := store.OpenBeside(t.Context(), address, store.Options{Log: slog.New(slog.DiscardHandler)})
				if err != nil {
					return err
				}
				return s.Close()
			}
			change := func(statements ...string) {
				t.Helper()
				db, err := sql.Open(driver, address)
				if err != nil {
					t.Fatal(err)
				}
				defer db.Close()
				for _, s := range statements {
					if _, err := db.ExecContext(t.Context(), s); err != nil {
						t.Fatalf("%s: %v", s, err)
					}
				}
			}
			if err := open(); err != nil {
				t.Fatal(err)
			}
			change(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (2, CAST('1' AS `+map[string]string{"sqlite": "INTEGER", "pgx": "BOOLEAN"}[driver]+`))`,
				`ALTER TABLE deliveries ADD COLUMN weight INTEGER NOT NULL DEFAULT 0`)
			for name, err := range map[string]error{"run": open(), "a command": beside()} {
				if err != nil {
					t.Errorf("%s: what serves it is refused: %v", name, err)
				}
			}
			change(`UPDATE compatible SET since = 2`)
			for name, err := range map[string]error{"run": open(), "a command": beside()} {
				if !errors.Is(err, store.ErrNewer) || !strings.Contains(err.Error(), "its schema is 2 and serves programs that know 2, this program knows up to 1") {
					t.Errorf("%s: error %v, want that a newer vedette is needed", name, err)
				}
			}
		})
	}
}

// TestEachKindOfJobHasAQueueOfItsOwn holds that no program works a queue in which
// there are jobs of a kind that it does not know: River would try and fail them.
func TestEachKindOfJobHasAQueueOfItsOwn(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds, queues := make(map[string]string), make(map[string]string)
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`func \((\w+)\) Kind\(\) string +\{ return (\w+) \}`).FindAllStringSubmatch(string(raw), -1) {
			kinds[m[1]] = m[2]
		}
		for _, m := range regexp.MustCompile(`func \((\w+)\) InsertOpts\(\) river.InsertOpts +\{ return single\((\w+)\) \}`).FindAllStringSubmatch(string(raw), -1) {
			if args := queues[m[2]]; args != "" {
				t.Errorf("%s and %s are in one queue", args, m[1])
			}
			queues[m[2]] = m[1]
		}
	}
	for args, kind := range kinds {
		if queues[kind] != args {
			t.Errorf("the queue of %s is not the one of its kind", args)
		}
	}
	if len(kinds) < 3 || len(kinds) != len(queues) {
		t.Errorf("%d kinds in %d queues, want those of polling, judging and delivering", len(kinds), len(queues))
	}
}
