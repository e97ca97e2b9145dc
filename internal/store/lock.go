package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// A lock is held on a file beside the database for as long as the process
// lives; the kernel lets go of it however the process ends.
type lock struct {
	file *os.File
}

// acquire takes the lock at path, or fails with ErrLocked at once.
func acquire(path string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return nil, fmt.Errorf("%w: %w", ErrReadOnly, err)
	}
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(refused(err, path), f.Close())
	}
	// Who holds it is only for people to read. A full disk has no room for it,
	// which must not keep a process from its work.
	own := []byte(strconv.Itoa(os.Getpid()) + "\n")
	if _, err := f.WriteAt(own, 0); err == nil {
		_ = f.Truncate(int64(len(own)))
	}
	return &lock{file: f}, nil
}

// refused returns why the lock at path was not to be had. Not each file system
// has locks.
func refused(err error, path string) error {
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("lock %s: %w; keep the database where files can be locked", path, err)
	}
	holder, _ := os.ReadFile(path)
	return fmt.Errorf("%w (process %s)", ErrLocked, strings.TrimSpace(string(holder)))
}

// release lets go of the lock. The file stays: removing it would let two
// processes lock two files of one name.
func (l *lock) release() error { return l.file.Close() }
