package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestWhatStraceSaysIsReadInTheOrderInWhichItEnded(t *testing.T) {
	const wal = `9<\x2f\x64\x2f\x77\x61\x6c>` // /d/wal
	begun := make(map[string]string)
	var got []write
	for _, line := range []string{
		`7  10.000001 pwrite64(` + wal + `, "\x61\x62\x63", 3, 24) = 3`,
		`7  10.000002 pwrite64(` + wal + `, "\x64", 1, 0 <unfinished ...>`,
		`8  10.000003 fdatasync(` + wal + `) = 0`,
		`7  10.000004 <... pwrite64 resumed>) = 1`,
		`7  10.000005 --- SIGURG {si_signo=SIGURG} ---`,
		`8  10.000006 ftruncate(` + wal + `, 0) = 0`,
		`8  10.000007 pwrite64(` + wal + `, "\x61\x62", 2, 0) = -1 ENOSPC (No space left on device)`,
		`8  10.000008 pwrite64(` + wal + `, "\x61\x62", 2, 0) = 1`,
		`8  10.000008 fsync(` + wal + `) = -1 EIO (Input/output error) (INJECTED)`,
		`8  10.000009 unlinkat(AT_FDCWD<\x2f>, "\x2f\x64\x2f\x77\x61\x6c", 0) = 0`,
		`8  10.000010 renameat(AT_FDCWD<\x2f>, "\x2f\x64\x2f\x61", AT_FDCWD<\x2f>, "\x2f\x64\x2f\x62") = 0`,
	} {
		w, ok, err := parseWrite(joined(line, begun))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if ok {
			got = append(got, w)
		}
	}
	at := func(us int64) time.Time { return time.UnixMicro(10e6 + us) }
	want := []write{
		{at: at(1), kind: writes, file: "wal", offset: 24, content: []byte("abc")},
		{at: at(3), kind: syncs, file: "wal"},
		{at: at(4), kind: writes, file: "wal", content: []byte("d")},
		{at: at(6), kind: truncates, file: "wal"},
		{at: at(8), kind: writes, file: "wal", content: []byte("a")},
		{at: at(8), kind: fails, file: "wal"},
		{at: at(9), kind: removes, file: "wal"},
		{at: at(10), kind: renames, file: "a", to: "b"},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(write{})); d != "" {
		t.Error(d)
	}
}

func TestADiskKeepsWhatWasSyncedAndMayKeepTheRest(t *testing.T) {
	d := newDisk(nil)
	d.apply(write{kind: writes, file: "db", content: []byte("old")})
	d.apply(write{kind: syncs, file: "db"})
	d.apply(write{kind: writes, file: "db", content: []byte("new")})
	d.apply(write{kind: writes, file: "wal", offset: 2, content: []byte("x")})
	for kind, want := range map[string]map[string][]byte{
		"synced":  {"db": []byte("old")},
		"written": {"db": []byte("new"), "wal": []byte("\x00\x00x")},
	} {
		if diff := cmp.Diff(want, d.image(kind)); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
}

func TestAFileHasItsNewNameForSureWhenItsFolderIsSynced(t *testing.T) {
	d := newDisk(nil)
	d.apply(write{kind: writes, file: "a", content: []byte("x")})
	d.apply(write{kind: syncs, file: "a"})
	d.apply(write{kind: renames, file: "a", to: "b"})
	for _, want := range []string{"a", "b"} {
		if diff := cmp.Diff(map[string][]byte{want: []byte("x")}, d.image("synced")); diff != "" {
			t.Error(diff)
		}
		d.apply(write{kind: syncs, file: dataFolder})
	}
}

func TestWhatASyncFailedToWriteIsGoneForGood(t *testing.T) {
	d := newDisk(nil)
	d.apply(write{kind: writes, file: "wal", content: []byte("kept lost")})
	d.apply(write{kind: fails, file: "wal"})
	d.apply(write{kind: writes, file: "wal", content: []byte("kept")})
	d.apply(write{kind: syncs, file: "wal"})
	if diff := cmp.Diff(map[string][]byte{"wal": []byte("kept")}, d.image("written")); diff != "" {
		t.Error(diff)
	}
}

func TestTheCallThatALifeEndedInIsRead(t *testing.T) {
	for line, want := range map[string][2]string{
		`7  1.2 pwrite64(9</d/v.db-wal>, "x\"\0"..., 3, 24) = ?`:          {"pwrite64", "v.db-wal"},
		`7  1.2 write(9<socket:[81]>, "POST <a>"..., 3)    = ?`:           {"write", "socket"},
		`7  1.2 unlinkat(AT_FDCWD</d>, "/d/v.db-wal", 0) = ?`:             {"unlinkat", "v.db-wal"},
		`7  1.2 renameat(AT_FDCWD</d>, "/d/a", AT_FDCWD</d>, "/d/b") = ?`: {"renameat", "a"},
		`7  1.2 fdatasync(9</d/v.db>)             = 0`:                    {"none", "nothing"},
	} {
		file := filepath.Join(t.TempDir(), "strace")
		if err := os.WriteFile(file, []byte(line+"\n7  1.3 +++ killed by SIGKILL +++\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		call, about, err := lastCall(file)
		if err != nil || call != want[0] || about != want[1] {
			t.Errorf("%s is read as %s of %s (%v)", line, call, about, err)
		}
	}
}
