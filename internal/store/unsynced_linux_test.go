package store_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"vedette/internal/store"
	"vedette/story"
)

// failing is set for the process whose disk is to fail.
const failing = "VEDETTE_TEST_FAILING_DISK"

// TestADiskThatFailedToSyncIsNotAskedAgain has the kernel fail each sync from
// some moment on: what is saved then is not taken for saved, nothing more is
// tried, and who waits for it hears of it. What the process was saving just then
// another one may find or not: the kernel still has it, whatever the disk has.
func TestADiskThatFailedToSyncIsNotAskedAgain(t *testing.T) {
	if path := os.Getenv(failing); path != "" {
		failUnder(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "v.db")
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v") // #nosec G204 G702 -- this test itself
	child.Env = append(os.Environ(), failing+"="+path)
	said, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(said), "the disk fails") {
		t.Fatalf("%v\n%s", err, said)
	}
	s, err := store.Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	feeds, err := s.Feeds(t.Context())
	if err != nil || len(feeds) != 1 || feeds[0].Feed == "again" {
		t.Errorf("the next process finds %v (%v), want what was saved before the disk failed, or was being saved then", feeds, err)
	}
}

// failUnder is the process whose disk fails.
func failUnder(t *testing.T, path string) {
	t.Helper()
	s, err := store.Open(t.Context(), path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	declare := func(name story.FeedName) error {
		return s.DeclareFeeds(t.Context(), []story.Feed{{Name: name, URL: "https://wire.example/rss", Every: time.Hour}}, time.Now())
	}
	if err := declare("before"); err != nil {
		t.Fatal(err)
	}
	failSyncs(t)
	t.Log("the disk fails")
	for _, name := range []story.FeedName{"first", "again"} {
		if err := declare(name); !errors.Is(err, store.ErrUnsynced) {
			t.Errorf("%s: %v, want %v", name, err, store.ErrUnsynced)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := s.Broken(ctx); !errors.Is(err, store.ErrUnsynced) {
		t.Errorf("who waits for the disk to fail hears %v", err)
	}
	cancel()
	for range 20 {
		if err := s.Broken(ctx); !errors.Is(err, store.ErrUnsynced) {
			t.Fatalf("who asks as it ends hears %v", err)
		}
	}
}

// failSyncs has the kernel answer EIO to each sync of this process from here on.
func failSyncs(t *testing.T) {
	t.Helper()
	const load, equal, answer, number = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_RET | unix.BPF_K, 0
	filter := []unix.SockFilter{
		{Code: load, K: number},
		{Code: equal, Jt: 1, K: unix.SYS_FSYNC},
		{Code: equal, Jf: 1, K: unix.SYS_FDATASYNC},
		{Code: answer, K: unix.SECCOMP_RET_ERRNO | uint32(unix.EIO)},
		{Code: answer, K: unix.SECCOMP_RET_ALLOW},
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	prog := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog))) // #nosec G103 -- the kernel takes it no other way
	if errno != 0 {
		t.Fatal(errno)
	}
}
