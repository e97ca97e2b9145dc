package store

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestAFileSystemWithoutLocksIsNotTakenForAnotherProcess has the kernel refuse a
// lock for what nobody else has done.
func TestAFileSystemWithoutLocksIsNotTakenForAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "v.db-lock")
	if err := refused(syscall.ENOLCK, path); errors.Is(err, ErrLocked) || !errors.Is(err, syscall.ENOLCK) || !strings.Contains(err.Error(), path) {
		t.Errorf("%v, want that there are no locks", err)
	}
	if err := refused(syscall.EWOULDBLOCK, path); !errors.Is(err, ErrLocked) {
		t.Errorf("%v, want that another has it", err)
	}
}
