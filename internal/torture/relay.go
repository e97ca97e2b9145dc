package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"
)

// A way is a direction in which a relay passes bytes on.
type way int

const (
	there way = iota // to the server
	back
)

// A relay stands before a server, and passes on what processes say to it and
// what it answers. It can be cut, clogged and mended, and says when something
// comes in. (Toxiproxy knows no lost packets, and brings a web server, a metrics
// library and a logger.)
type relay struct {
	to    string // the server's address
	at    string // its own
	heard func()

	running sync.WaitGroup
	passed  atomic.Int64 // bytes, on the way back

	mu      sync.Mutex // guards what follows
	under   *net.TCPListener
	clogged [2]bool
	all     map[*net.TCPConn]way // its connections, by the direction in which what comes in at them goes
}

// newRelay returns a relay before the server at an address, until close.
func newRelay(ctx context.Context, to string, heard func()) (*relay, error) {
	r := &relay{to: to, at: "127.0.0.1:0", heard: heard, all: make(map[*net.TCPConn]way)}
	return r, r.listen(ctx)
}

// listen takes connections.
func (r *relay) listen(ctx context.Context) error {
	var plain net.ListenConfig
	plain.SetMultipathTCP(false) // which takes no filter
	l, err := plain.Listen(ctx, "tcp", r.at)
	if err != nil {
		return err
	}
	r.under, r.at = l.(*net.TCPListener), l.Addr().String()
	r.running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return // it was cut
			}
			r.running.Go(func() { r.join(ctx, c.(*net.TCPConn)) })
		}
	})
	return nil
}

// before returns the address of the server with the relay's in its place.
func (r *relay) before(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.Host = r.at
	return u.String()
}

// cut resets all connections, and has new ones refused until mend.
func (r *relay) cut() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.under == nil {
		return nil
	}
	for c := range r.all {
		reset(c)
	}
	err := r.under.Close()
	r.under = nil
	return err
}

// clog drops every packet in these directions, until mend: nobody is told, each
// side sends again what is not acknowledged, and what it still does when the
// relay is mended arrives late. Who was not connected before is not while it is
// clogged on the way there; while it is on the way back, what he asks arrives.
func (r *relay) clog(ways ...way) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, w := range ways {
		r.clogged[w] = true
	}
	return r.filter()
}

// mend takes connections again, at the same address, and passes all on.
func (r *relay) mend(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clogged = [2]bool{}
	if r.under == nil {
		return r.listen(ctx)
	}
	return r.filter()
}

// filter has the kernel drop what comes in where it is clogged, and nothing
// elsewhere. The caller holds the lock.
func (r *relay) filter() error {
	var errs []error
	for c, w := range r.all {
		if err := drop(c, r.clogged[w]); !errors.Is(err, net.ErrClosed) {
			errs = append(errs, err)
		}
	}
	if r.under != nil {
		errs = append(errs, drop(r.under, r.clogged[there]))
	}
	return errors.Join(errs...)
}

// close ends the relay.
func (r *relay) close() {
	_ = r.cut() // nobody comes any more
	r.running.Wait()
}

// join connects a process's connection with one to the server.
func (r *relay) join(ctx context.Context, from *net.TCPConn) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", r.to)
	if err != nil {
		reset(from)
		return
	}
	to := c.(*net.TCPConn)
	r.mu.Lock()
	r.all[from], r.all[to] = there, back
	err = r.filter()
	whole := r.under != nil // it may have been cut meanwhile
	r.mu.Unlock()
	if !whole || err != nil {
		reset(from)
		reset(to)
	}
	var both sync.WaitGroup
	both.Go(func() { r.carry(there, from, to) })
	both.Go(func() { r.carry(back, to, from) })
	both.Wait()
	r.mu.Lock()
	delete(r.all, from)
	delete(r.all, to)
	r.mu.Unlock()
	_ = errors.Join(from.Close(), to.Close()) // each has said all that it had to
}

// carry passes on what comes in at one connection to the other, and how it
// ends.
func (r *relay) carry(w way, from, to *net.TCPConn) {
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && w == there {
			r.heard()
		} else {
			r.passed.Add(int64(n))
		}
		if _, failed := to.Write(buf[:n]); failed != nil {
			reset(from)
			return
		}
		switch {
		case errors.Is(err, io.EOF):
			_ = to.CloseWrite() // the other way may have more to say
			return
		case err != nil:
			reset(to)
			return
		}
	}
}

// reset ends a connection with nothing more said.
func reset(c *net.TCPConn) { _ = errors.Join(c.SetLinger(0), c.Close()) }

// drop has the kernel drop all packets that come in at c, or none.
func drop(c syscall.Conn, all bool) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		if all {
			nothing := unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K} // of each packet is kept
			failed = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing})
		} else if failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0); errors.Is(failed, unix.ENOENT) {
			failed = nil // there was none
		}
	})
	return errors.Join(err, failed)
}
