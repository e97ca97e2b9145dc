package discord_test

import (
	"bytes"
	"context"
	"net"
	"sync"
	"time"
)

// pipes is a listener whose connections are in memory.
type pipes struct {
	calls chan net.Conn
	ended chan struct{}
	close func()
}

func newPipes() *pipes {
	p := &pipes{calls: make(chan net.Conn), ended: make(chan struct{})}
	p.close = sync.OnceFunc(func() { close(p.ended) })
	return p
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.calls:
		return c, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.close(); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// dial connects to whoever accepts.
func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	one, other := net.Pipe()
	mine, theirs := buffer(one), buffer(other)
	select {
	case p.calls <- theirs:
		return mine, nil
	case <-p.ended:
	case <-ctx.Done():
	}
	mine.Close()
	theirs.Close()
	return nil, net.ErrClosed
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
	defer b.Conn.Close()
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

func (b *buffered) Write(p []byte) (int, error) {
	select {
	case <-b.closed:
		return 0, net.ErrClosed
	case b.out <- bytes.Clone(p):
		return len(p), nil
	}
}

func (b *buffered) SetDeadline(t time.Time) error    { return b.SetReadDeadline(t) }
func (b *buffered) SetWriteDeadline(time.Time) error { return nil }

func (b *buffered) Close() error {
	b.close()
	b.Conn.SetWriteDeadline(time.Now().Add(time.Second))
	return b.SetReadDeadline(time.Unix(1, 0))
}
