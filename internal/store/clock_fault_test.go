//go:build fault

package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"vedette/internal/pgtest"
	"vedette/internal/store"
)

// TestALeaseEndsByTheDatabasesClock has a replica take a lease and another one
// ask for it whose wall clock is an hour ahead: to it, too, the lease has not
// run out.
func TestALeaseEndsByTheDatabasesClock(t *testing.T) {
	clock := filepath.Join(t.TempDir(), "clock")
	t.Setenv("FAULT_CLOCK", clock)
	address := pgtest.Start(t).Database(t)
	holder, other := openAt(t, address), openAt(t, address)
	if held, err := holder.Lease(t.Context(), store.Judging, time.Minute); !held || err != nil {
		t.Fatalf("nobody has the lease, and it was not to be had (%v)", err)
	}
	if err := os.WriteFile(clock, []byte("1h"), 0o600); err != nil {
		t.Fatal(err)
	}
	if held, err := other.Lease(t.Context(), store.Judging, time.Minute); held || err != nil {
		t.Errorf("a clock that is ahead took the lease (%v)", err)
	}
}
