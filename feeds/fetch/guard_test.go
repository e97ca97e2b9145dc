package fetch

import (
	"errors"
	"net/netip"
	"testing"
)

func TestGuardLetsOnlyPublicAddressesThrough(t *testing.T) {
	special := []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
		"169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.0.192", "192.0.2.1",
		"192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.175.48.1", "198.18.0.1", "198.19.255.255",
		"198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
		"64:ff9b:1::a9fe:a9fe", "100::1", "100:0:0:1::1", "2001::80ff:fffe", "2001:1::1", "2001:1::2", "2001:2::1", "2001:3::1",
		"2001:4:112::1", "2001:10::1", "2001:20::1", "2001:30::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
		"2620:4f:8000::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%lo", "fec0::1", "ff00::1", "ff02::1",
		"4000::1", "e000::1",
	}
	g := newGuard(nil)
	for _, text := range special {
		if err := g.check(netip.AddrPortFrom(netip.MustParseAddr(text), 80)); !errors.Is(err, ErrBlocked) {
			t.Errorf("check(%s) = %v, want ErrBlocked", text, err)
		}
	}
	for _, text := range []string{"1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001::1"} {
		for _, port := range []uint16{80, 443} {
			if err := g.check(netip.AddrPortFrom(netip.MustParseAddr(text), port)); err != nil {
				t.Errorf("check(%s port %d) = %v, want nil", text, port, err)
			}
		}
		for _, port := range []uint16{22, 25, 6379, 8080} {
			if err := g.check(netip.AddrPortFrom(netip.MustParseAddr(text), port)); !errors.Is(err, ErrBlocked) {
				t.Errorf("check(%s port %d) = %v, want ErrBlocked", text, port, err)
			}
		}
	}
}

func TestGuardAllowsWhatTheOperatorAllowsAndNoMore(t *testing.T) {
	g := newGuard([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("fd12::/16")})
	tests := map[string]struct {
		addr string
		want bool
	}{
		"Inside":       {"10.1.2.3", true},
		"InsideMapped": {"::ffff:10.1.2.3", true},
		"InsideV6":     {"fd12::1", true},
		"Outside":      {"10.2.0.1", false},
		"OutsideV6":    {"fd13::1", false},
		"Loopback":     {"127.0.0.1", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := g.check(netip.AddrPortFrom(netip.MustParseAddr(test.addr), 1200))
			if (err == nil) != test.want {
				t.Errorf("check(%s) = %v, want allowed %v", test.addr, err, test.want)
			}
		})
	}
}
