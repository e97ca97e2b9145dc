package store

import (
	"syscall"
	"testing"
)

// TestRootHasTheRoomThatIsKeptForIt has a disk of which nothing is left but what
// its file system keeps for root: to root it is not full, and what it waits for
// may never come.
func TestRootHasTheRoomThatIsKeptForIt(t *testing.T) {
	disk := syscall.Statfs_t{Bsize: 4096, Bfree: 1000}
	for root, want := range map[bool]uint64{true: 4096 * 1000, false: 0} {
		if got := room(&disk, root); got != want {
			t.Errorf("root %v has room for %d bytes, want %d", root, got, want)
		}
	}
}
