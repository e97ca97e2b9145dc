package fetch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"io"
	"strings"
)

// Up to freeRatio decoded bytes a body may be packed as tightly as it likes;
// beyond, no more than maxRatio to one.
const (
	freeRatio = 1 << 20
	maxRatio  = 100
)

// A meter counts what is read, tells of progress and refuses to go beyond
// its limit.
type meter struct {
	from     io.Reader
	limit    int64
	progress func()
	read     int64
}

// Read reads on, or reports errLarge.
func (m *meter) Read(p []byte) (int, error) {
	n, err := m.from.Read(p)
	m.read += int64(n)
	if n > 0 {
		m.progress()
	}
	if m.read > m.limit {
		return n, errLarge
	}
	return n, err
}

// decode returns the decoded form of wire. Servers that serve a file ending
// in .gz as it is do not label it, so the bytes are believed before a missing
// label; a label is never disbelieved.
func decode(wire *meter, labels []string, opts Options) (io.Reader, error) {
	label := strings.ToLower(strings.TrimSpace(strings.Join(labels, ",")))
	ahead := bufio.NewReader(wire)
	switch label {
	case "", "identity":
		if magic, err := ahead.Peek(2); err != nil || !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
			return ahead, nil //nolint:nilerr // a body too short to peek into is read as it is
		}
	case "gzip", "x-gzip":
		if _, err := ahead.Peek(1); err == io.EOF {
			return ahead, nil
		}
	default:
		return nil, errEncoding
	}
	wire.limit = opts.MaxCompressed
	unpacked, err := gzip.NewReader(ahead)
	if err != nil {
		return nil, err
	}
	return &bounded{from: unpacked, wire: wire, limit: opts.MaxBody}, nil
}

// A bounded reads what is unpacked from wire, and refuses a bomb.
type bounded struct {
	from  io.Reader
	wire  *meter
	limit int64
	read  int64
}

// Read reads on, or reports errLarge or errRatio.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	b.read += int64(n)
	switch {
	case b.read > b.limit:
		return n, errLarge
	case b.read > freeRatio && b.read > maxRatio*b.wire.read:
		return n, errRatio
	}
	return n, err
}
