package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// A table is one of ours, as its database describes it.
type table struct {
	name    string
	columns []column
}

// A column is one of a table.
type column struct {
	name   string
	kind   string // as the database calls it
	needed bool   // it is never NULL
	key    int    // its place in the primary key, from 1 on; 0: none
}

// names returns the columns' names, as a statement lists them.
func (t *table) names() string {
	var names []string
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	return strings.Join(names, ", ")
}

// order returns the columns of the primary key, or all if there is none, as a
// statement lists them.
func (t *table) order() string {
	keys := slices.DeleteFunc(slices.Clone(t.columns), func(c column) bool { return c.key == 0 })
	slices.SortFunc(keys, func(a, b column) int { return a.key - b.key })
	if len(keys) == 0 {
		return t.names()
	}
	return (&table{columns: keys}).names()
}

// ours reports whether a table is one whose rows are the truth: not the
// engine's, the schema's own, or an index.
func ours(name string) bool {
	for _, theirs := range []string{"river_", "goose_", "sqlite_", "words"} {
		if strings.HasPrefix(name, theirs) {
			return false
		}
	}
	// What runs on a database, and what may, is no part of what it says.
	return name != "leases" && name != "compatible"
}

// tablesOf returns our tables with their columns, in the order of their names.
func tablesOf(ctx context.Context, q querier, catalogue string) ([]table, error) {
	rows, err := q.QueryContext(ctx, catalogue)
	var all []table
	_, err = collect(rows, err, func(r *sql.Rows) (struct{}, error) {
		var name string
		var c column
		if err := r.Scan(&name, &c.name, &c.kind, &c.needed, &c.key); err != nil {
			return struct{}{}, err
		}
		c.kind = strings.ToLower(c.kind)
		if !ours(name) {
			return struct{}{}, nil
		}
		if len(all) == 0 || all[len(all)-1].name != name {
			all = append(all, table{name: name})
		}
		t := &all[len(all)-1]
		t.columns = append(t.columns, c)
		return struct{}{}, nil
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("there are no tables")
	}
	return all, err
}

// What the databases say of their own tables, in the order of their names and
// of the columns' places.
const (
	sqliteCatalogue = `
		SELECT t.name, c.name, c.type, c."notnull" OR c.pk > 0, c.pk FROM pragma_table_list t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.schema = 'main' ORDER BY t.name, c.cid`

	postgresCatalogue = `
		SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(array_position(CAST(i.indkey AS SMALLINT[]), a.attnum) + 1, 0)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
		WHERE c.relkind = 'r' AND c.relnamespace = CAST(CAST(current_schema() AS TEXT) AS REGNAMESPACE) ORDER BY c.relname COLLATE "C", a.attnum`
)
