package store_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// An interceptor stands between a store and its server.
type interceptor struct {
	address string
	state   atomic.Int32 // what becomes of the next commit
	held    chan func()  // how to drop a commit that waits for that
	silent  sync.RWMutex // held by whoever speaks; by the test when nobody may
	pools   atomic.Bool  // keeps back what sessions ask for
}

const (
	pass int32 = iota
	dropAnswer
	dropCommit
	holdCommit
)

// cut has the connection end at the next commit: after the server has made it,
// or before it hears of it.
func (p *interceptor) cut(after bool) {
	if after {
		p.state.Store(dropAnswer)
	} else {
		p.state.Store(dropCommit)
	}
}

// hold has the next commit wait, and sends what drops it to held.
func (p *interceptor) hold() { p.state.Store(holdCommit) }

// silence has neither side hear anything of the other until the test ends.
func (p *interceptor) silence(t *testing.T) {
	t.Helper()
	p.silent.Lock()
	t.Cleanup(p.silent.Unlock)
}

// intercept returns an interceptor before the server of the database at
// address, which listens on a socket in a folder.
func intercept(t *testing.T, address string) *interceptor {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	server := filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432")
	folder := t.TempDir()
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", filepath.Join(folder, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	p := &interceptor{held: make(chan func()), address: strings.Replace(address, url.QueryEscape(u.Query().Get("host")), url.QueryEscape(folder), 1)}
	go func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			to, err := new(net.Dialer).DialContext(t.Context(), "unix", server)
			if err != nil {
				_ = from.Close()
				continue
			}
			go p.relay(from, to)
		}
	}()
	return p
}

// relay carries what the store says to the server, and its answers back.
func (p *interceptor) relay(from, to net.Conn) {
	defer from.Close()
	var silent atomic.Bool
	var keep sync.Mutex // held while a commit is: the store does not hear that the server is gone
	go func() {
		defer to.Close()
		answers := make([]byte, 64<<10)
		for {
			n, err := to.Read(answers)
			if err != nil {
				keep.Lock()
				_ = from.Close()
				keep.Unlock()
				return
			}
			if silent.Load() {
				_ = from.Close() // the commit is made, and its answer lost
				return
			}
			p.silent.RLock()
			_, err = from.Write(answers[:n])
			p.silent.RUnlock()
			if err != nil {
				return
			}
		}
	}()
	said := make([]byte, 64<<10)
	for first := true; ; first = false {
		n, err := from.Read(said)
		if err != nil {
			_ = to.Close()
			return
		}
		if bytes.Contains(said[:n], []byte("commit")) {
			switch p.state.Swap(pass) {
			case holdCommit:
				ctx, drop := context.WithCancel(context.Background())
				keep.Lock()
				p.held <- drop
				<-ctx.Done()
				keep.Unlock()
				_ = to.Close()
				return
			case dropCommit:
				_ = to.Close()
				return
			case dropAnswer:
				silent.Store(true)
			}
		}
		if first && p.pools.Load() { // as a parameter of nobody's
			copy(said, bytes.ReplaceAll(said[:n], []byte("idle_in_transaction_session"), []byte("idle.in_transaction_session")))
		}
		p.silent.RLock()
		_, err = io.Copy(to, bytes.NewReader(said[:n]))
		p.silent.RUnlock()
		if err != nil {
			return
		}
	}
}
