// Package corpus finds the data that measurements are made on, for tests.
//
// A path within the data goes in, where it is on this machine comes out; a
// test that needs what is not there is skipped, with a line that says what to
// set. The data belongs to others, stays beside the project and is never
// copied into it, and the package reads none of it.
package corpus

import (
	"os"
	"path/filepath"
	"testing"
)

// Env names the folder that holds the folder data. If it is not set, that is
// the folder shared beside the project.
const Env = "VEDETTE_SHARED"

// Path returns where elem, a path within the data, is. It skips tb's test or
// benchmark if it is nowhere.
func Path(tb testing.TB, elem ...string) string {
	tb.Helper()
	folder := os.Getenv(Env)
	if folder == "" {
		root, err := Root()
		if err != nil {
			tb.Fatal(err)
		}
		folder = filepath.Join(root, "..", "shared")
	}
	path := filepath.Join(append([]string{folder, "data"}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("skipped: needs %s; set %s to the folder that holds data", path, Env)
	}
	return path
}

// Root returns the module's folder: the one above the working folder, which
// for a test is its package's, that holds go.mod.
func Root() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", os.ErrNotExist
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}
