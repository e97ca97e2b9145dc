package store

import (
	"context"
	"database/sql"
	"fmt"
)

// The catalogues, for the test that compares them.
const (
	SQLiteCatalogue   = sqliteCatalogue
	PostgresCatalogue = postgresCatalogue
)

// ToldKinds lists the kinds of notice that are told.
const ToldKinds = toldKinds

// Describe returns our tables in words that are the same for both databases,
// if the tables are.
func Describe(ctx context.Context, db *sql.DB, catalogue string) (all []string, err error) {
	tables, err := tablesOf(ctx, db, catalogue)
	for _, t := range tables {
		for _, c := range t.columns {
			kind := map[string]string{"boolean": "integer", "bigint": "integer", "bytea": "blob"}[c.kind]
			if kind == "" {
				kind = c.kind
			}
			all = append(all, fmt.Sprintf("%s.%s %s, never NULL %v, key %d", t.name, c.name, kind, c.needed, c.key))
		}
	}
	return all, err
}
