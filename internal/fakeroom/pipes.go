package fakeroom

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// Pipes is a listener whose connections are in memory, so that a server and
// its clients may stand in a bubble of virtual time.
type Pipes struct {
	calls chan net.Conn
	ended chan struct{}
	close func()
}

// NewPipes returns a listener that nobody has dialled yet.
func NewPipes() *Pipes {
	p := &Pipes{calls: make(chan net.Conn), ended: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.ended) })
	return p
}

// Accept returns the next connection, or [net.ErrClosed].
func (p *Pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

// Close ends the listener, and no connection that it has accepted.
func (p *Pipes) Close() error { p.close(); return nil }

// Addr returns an address that means nothing.
func (p *Pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// Dial connects to whoever accepts, whatever the address.
func (p *Pipes) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	one, other := net.Pipe()
	mine, theirs := buffer(one), buffer(other)
	select {
	case p.calls <- theirs:
		return mine, nil
	case <-p.ended:
	case <-ctx.Done():
	}
	return nil, errors.Join(net.ErrClosed, mine.Close(), theirs.Close())
}

// A buffered is one side of a connection that holds what is written until it
// is read, as a network does: two that write at once do not wait for each
// other.
type buffered struct {
	net.Conn
	out    chan []byte
	closed chan struct{}
	close  func()
}

func buffer(c net.Conn) *buffered {
	b := &buffered{Conn: c, out: make(chan []byte, 1000), closed: make(chan struct{})}
	b.close = sync.OnceFunc(func() { close(b.closed) })
	go b.carry()
	return b
}

// carry carries what is written to the other side, the last of it for a second
// after the connection is closed.
func (b *buffered) carry() {
	defer func() { _ = b.Conn.Close() }() // the other side sees it
	for {
		select {
		case p := <-b.out:
			if _, err := b.Conn.Write(p); err != nil {
				return
			}
			continue
		case <-b.closed:
		}
		for len(b.out) > 0 {
			if _, err := b.Conn.Write(<-b.out); err != nil {
				return
			}
		}
		return
	}
}

// Write returns at once, whether anybody reads or not.
func (b *buffered) Write(p []byte) (int, error) {
	select {
	case <-b.closed:
		return 0, net.ErrClosed
	case b.out <- bytes.Clone(p):
		return len(p), nil
	}
}

// SetDeadline is for reading alone: nothing waits to write.
func (b *buffered) SetDeadline(t time.Time) error { return b.SetReadDeadline(t) }

// SetWriteDeadline does nothing.
func (b *buffered) SetWriteDeadline(time.Time) error { return nil }

// Close ends the connection once what was written has been read, or after a
// second.
func (b *buffered) Close() error {
	b.close()
	return errors.Join(b.Conn.SetWriteDeadline(time.Now().Add(time.Second)), b.SetReadDeadline(time.Unix(1, 0)))
}
