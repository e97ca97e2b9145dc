package arch

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// takesAway finds in a migration what the version before cannot do without:
// it reads and writes while this one changes the schema, and after that.
func takesAway(migration string) (found []string) {
	up, _, _ := strings.Cut(migration, "-- +goose Down")
	up = regexp.MustCompile(`--[^\n]*`).ReplaceAllString(up, "")
	for statement := range strings.SplitSeq(up, ";") {
		s := strings.Join(strings.Fields(strings.ToUpper(statement)), " ")
		adds := strings.Contains(s, " ADD COLUMN ")
		for what, is := range map[string]bool{
			"DROP":   regexp.MustCompile(`\bDROP (TABLE|COLUMN|VIEW|DEFAULT)\b`).MatchString(s),
			"RENAME": strings.Contains(s, "RENAME "),
			"TYPE":   regexp.MustCompile(`\bALTER COLUMN \S+ (SET DATA )?TYPE\b`).MatchString(s),
			"NOT NULL without DEFAULT": adds && strings.Contains(s, "NOT NULL") && !strings.Contains(s, "DEFAULT") ||
				strings.Contains(s, "SET NOT NULL"),
			"UNIQUE or CHECK of what there is":   strings.Contains(s, "CREATE UNIQUE INDEX") || strings.HasPrefix(s, "ALTER TABLE") && regexp.MustCompile(`\b(UNIQUE|CHECK|FOREIGN KEY|REFERENCES|ADD CONSTRAINT)\b`).MatchString(s),
			"DELETE or UPDATE of what was saved": regexp.MustCompile(`^(DELETE FROM|TRUNCATE|UPDATE)\b`).MatchString(s) && !strings.HasPrefix(s, "UPDATE COMPATIBLE "),
		} {
			if is {
				found = append(found, what)
			}
		}
	}
	slices.Sort(found)
	return found
}

// TestAMigrationServesTheVersionBefore holds the rule of docs/operating.md: a
// migration adds, and one that takes something away comes a version later and
// says from which version on the schema serves.
func TestAMigrationServesTheVersionBefore(t *testing.T) {
	names := make(map[string][]string)
	for _, dialect := range []string{"sqlite", "postgres"} {
		files, err := filepath.Glob(filepath.Join("..", "store", "migrations", dialect, "*.sql"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%d migrations of %s, %v", len(files), dialect, err)
		}
		for _, f := range files {
			name := filepath.Base(f)
			names[dialect] = append(names[dialect], name)
			if strings.HasPrefix(name, "00001_") { // there was nothing before
				continue
			}
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			raises := strings.Contains(string(raw), "UPDATE compatible SET since")
			if found := takesAway(string(raw)); len(found) > 0 && !raises {
				t.Errorf("%s: %q leaves the version before without what it needs: do it a version later, with UPDATE compatible SET since", f, found)
			}
		}
	}
	if !slices.Equal(names["sqlite"], names["postgres"]) {
		t.Errorf("SQLite has the migrations %q, Postgres %q", names["sqlite"], names["postgres"])
	}
}

func TestWhatAMigrationTakesAwayIsFound(t *testing.T) {
	for migration, want := range map[string][]string{
		"ALTER TABLE a ADD COLUMN b INTEGER;":                                        nil,
		"ALTER TABLE a ADD COLUMN b INTEGER NOT NULL DEFAULT 0;":                     nil,
		"CREATE TABLE a (b TEXT NOT NULL UNIQUE); CREATE INDEX c ON a (b);":          nil,
		"INSERT INTO a (b) VALUES (1); UPDATE compatible SET since = 2;":             nil,
		"-- DROP TABLE a;\nDROP INDEX b;":                                            nil,
		"SELECT 1;\n-- +goose Down\nDROP TABLE a;":                                   nil,
		"ALTER TABLE a ADD COLUMN b INTEGER NOT NULL;":                               {"NOT NULL without DEFAULT"},
		"alter table a\n  alter column b set not null;":                              {"NOT NULL without DEFAULT"},
		"DROP TABLE a; ALTER TABLE b DROP COLUMN c;":                                 {"DROP", "DROP"},
		"ALTER TABLE a RENAME COLUMN b TO c; ALTER TABLE a ALTER COLUMN b TYPE TEXT": {"RENAME", "TYPE"},
		"CREATE UNIQUE INDEX a ON b (c); ALTER TABLE a ADD CONSTRAINT b CHECK (c)":   {"UNIQUE or CHECK of what there is", "UNIQUE or CHECK of what there is"},
		"UPDATE deliveries SET state = 'new'; DELETE FROM deliveries":                {"DELETE or UPDATE of what was saved", "DELETE or UPDATE of what was saved"},
	} {
		if got := takesAway(migration); !slices.Equal(got, want) {
			t.Errorf("%s takes away %q, want %q", migration, got, want)
		}
	}
}
