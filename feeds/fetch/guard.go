package fetch

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"syscall"

	"code.dny.dev/ssrf"
)

// ErrBlocked is wrapped by the error for a URL that this client refuses to
// ask, because of its form or of the address that it leads to.
var ErrBlocked = errors.New("refused")

// maxURL bounds a URL, in bytes.
const maxURL = 4096

// A guard decides, after name resolution, whether an address may be dialled.
type guard struct {
	allow  []netip.Prefix
	public *ssrf.Guardian
}

func newGuard(allow []netip.Prefix) *guard {
	return &guard{allow: allow, public: ssrf.New()}
}

// control has the form of net.Dialer.Control: it sees the address that is
// about to be connected to, so no second look-up can differ from it.
func (g *guard) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return fmt.Errorf("%w: no address to check", ErrBlocked)
	}
	return g.check(to)
}

// check refuses every address outside the public ones, as the IANA
// special-purpose tables have them, and every public port but those of the
// web. An allowed prefix is allowed with all its ports.
func (g *guard) check(to netip.AddrPort) error {
	addr := to.Addr().WithZone("")
	for _, prefix := range g.allow {
		if prefix.Contains(addr) || prefix.Contains(addr.Unmap()) {
			return nil
		}
	}
	if err := g.public.SafeAddr(addr); err != nil {
		return fmt.Errorf("%w: address %s is not public", ErrBlocked, addr)
	}
	if to.Port() != 80 && to.Port() != 443 {
		return fmt.Errorf("%w: port %d is neither 80 nor 443", ErrBlocked, to.Port())
	}
	return nil
}

// literal refuses a URL whose host is written as an address that must not be
// dialled. It is what a guard would be that looks at URLs: a name leads past
// it, and nothing but the sabotage of that name calls it.
func (g *guard) literal(u *url.URL) error {
	addr, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return nil //nolint:nilerr // a name
	}
	return g.check(netip.AddrPortFrom(addr, 443))
}

// checkURL refuses what must not be asked whatever it resolves to.
func checkURL(raw string) (*url.URL, error) {
	if len(raw) > maxURL {
		return nil, fmt.Errorf("%w: the url is longer than %d bytes", ErrBlocked, maxURL)
	}
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: the url is malformed", ErrBlocked)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("%w: the url is neither http nor https", ErrBlocked)
	case u.User != nil:
		return nil, fmt.Errorf("%w: the url carries credentials", ErrBlocked)
	case u.Hostname() == "":
		return nil, fmt.Errorf("%w: the url names no host", ErrBlocked)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}
