package fetch

import (
	"bufio"
	"context"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/net/dns/dnsmessage"

	"vedette/internal/corpus"
)

// inside names the file of cases for the process that runs in the namespace.
const inside = "VEDETTE_NAMESPACE"

// TestNoHostileAddressIsReached runs the addresses of data/hostile in a network
// namespace of its own that has no way out: what is private elsewhere is local
// there, and a canary listens on all of it.
func TestNoHostileAddressIsReached(t *testing.T) {
	if file := os.Getenv(inside); file != "" {
		inNamespace(t, file)
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoHostileAddressIsReached$", "-test.v")
	cmd.Env = append(os.Environ(), inside+"="+corpus.Path(t, "hostile", "cases.jsonl"), fmt.Sprintf("HTTP_PROXY=http://127.0.0.1:%d", canaryPort), fmt.Sprintf("http_proxy=http://127.0.0.1:%d", canaryPort))
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}, GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSYS) {
		t.Skip("skipped: this machine gives no namespaces:", err)
	}
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "reached no canary") {
		t.Errorf("in the namespace: %v", err)
	}
}

const (
	canaryPort = 1999
	publicHost = "93.184.215.14" // as public an address as any, and local in the namespace
)

// addAddress gives the loopback interface one more address.
func addAddress(alias int, addr string) error {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(fd)
	var req [40]byte
	name := "lo"
	if alias > 0 {
		name = fmt.Sprintf("lo:%d", alias)
	}
	copy(req[:15], name)
	binary.NativeEndian.PutUint16(req[16:], syscall.AF_INET)
	ip := netip.MustParseAddr(addr).As4()
	copy(req[20:], ip[:])
	if _, _, no := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFADDR, uintptr(unsafe.Pointer(&req))); no != 0 {
		return no
	}
	binary.NativeEndian.PutUint16(req[16:], syscall.IFF_UP|syscall.IFF_RUNNING)
	if _, _, no := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&req))); no != 0 {
		return no
	}
	return nil
}

func inNamespace(t *testing.T, file string) {
	t.Helper()
	for i, addr := range []string{"127.0.0.1", publicHost, "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "10.0.0.1", "172.31.255.255", "192.168.0.1", "198.18.0.1"} {
		if err := addAddress(i, addr); err != nil {
			t.Fatal(addr, err)
		}
	}
	var touched atomic.Int64
	heard := make(chan struct{}, 1000)
	for _, at := range []string{fmt.Sprintf(":%d", canaryPort), "169.254.169.254:80", "169.254.170.2:80", "100.100.100.200:80", "192.0.0.192:80", "10.0.0.1:80", "192.168.0.1:80", "198.18.0.1:80", "127.0.0.1:80", "[::1]:80"} {
		l := listen(t, at)
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				touched.Add(1)
				heard <- struct{}{}
				conn.Close()
			}
		}()
	}
	for _, at := range []string{"169.254.169.254:80", fmt.Sprintf("[::1]:%d", canaryPort), "10.0.0.1:80"} { // they do hear
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", at)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		<-heard
	}
	touched.Store(0)
	c := New(Options{Timeout: 2 * time.Second, Roots: public(t)})
	defer c.Close()
	c.transport.DialContext = (&net.Dialer{Timeout: time.Second, Control: newGuard(nil).control, Resolver: names(t)}).DialContext
	cases, blocked, unresolved, other := 0, 0, 0, 0
	ask := func(id, url string) {
		cases++
		c.Close() // so that each name is looked up anew
		before := touched.Load()
		res, err := c.Get(t.Context(), Request{URL: url})
		switch {
		case touched.Load() != before:
			t.Errorf("%s %.80s reached a canary", id, url)
		case err == nil && !strings.HasPrefix(string(res.Body), "public"):
			t.Errorf("%s %.80s = %d %.40q, want an error", id, url, res.Status, res.Body)
		case errors.Is(err, ErrBlocked):
			blocked++
		case errors.Is(err, errNoHost):
			unresolved++
		default:
			other++
			t.Logf("%s %.60s: %v", id, url, err)
		}
	}
	for id, payload := range payloads(t, file) {
		ask(id, strings.ReplaceAll(payload, "PORT", fmt.Sprint(canaryPort)))
	}
	for id, url := range map[string]string{
		"A57": "http://rebind.example/", "A57 again": "http://rebind.example/", "A58": "http://mixed.example/", "A59": "http://alias.example/",
		"A60": "http://good.example/to-loopback", "A61": "http://good.example/to-metadata", "A62": "https://example.com/downgrade", "A63": "http://good.example/chain/11",
		"A64": "http://good.example/loop", "A65": "http://good.example/to-file", "A66": "http://good.example/to-relative", "A67": "http://good.example/feed", "A68": "http://good.example/alt",
	} {
		ask(id, url)
	}
	t.Logf("%d cases: %d refused, %d did not resolve, %d were answered by the public host or ended otherwise; %d reached a canary", cases, blocked, unresolved, other, touched.Load())
	if touched.Load() == 0 && cases >= 68 && !t.Failed() {
		t.Log("reached no canary")
	}
}

func listen(t *testing.T, at string) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", at)
	if err != nil {
		t.Fatal(at, err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// payloads returns the addresses of category A that are given as such.
func payloads(t *testing.T, file string) map[string]string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := make(map[string]string)
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var c struct{ ID, Cat, Surface, Payload string }
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Cat == "A" && c.Surface == "feed-url" {
			all[c.ID] = c.Payload
		}
	}
	return all
}

// public serves the public host, by http and https, and returns who signs for
// it.
func public(t *testing.T) *x509.CertPool {
	t.Helper()
	mux := http.NewServeMux()
	to := func(path, target string) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", target)
			w.WriteHeader(http.StatusMovedPermanently)
		})
	}
	to("/to-loopback", fmt.Sprintf("http://127.0.0.1:%d/", canaryPort))
	to("/to-metadata", "http://[::ffff:169.254.169.254]/")
	to("/to-file", "file:///etc/passwd")
	to("/to-relative", fmt.Sprintf("//127.0.0.1:%d/", canaryPort))
	to("/downgrade", fmt.Sprintf("http://127.0.0.1:%d/", canaryPort))
	to("/loop", "/loop")
	for i := range 11 {
		to(fmt.Sprintf("/chain/%d", i+1), fmt.Sprintf("/chain/%d", i))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Alt-Svc", fmt.Sprintf(`h2="127.0.0.1:%d"; ma=86400`, canaryPort))
		w.Header().Set("Refresh", fmt.Sprintf("0; url=http://127.0.0.1:%d/", canaryPort))
		fmt.Fprint(w, "public")
	})
	plain := httptest.NewUnstartedServer(mux)
	plain.Listener = listen(t, publicHost+":80")
	plain.Start()
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(mux)
	secure.Listener = listen(t, publicHost+":443")
	secure.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	return roots
}

// names returns a resolver whose names lead where an attacker wants.
func names(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:53")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		asked := 0
		for buf := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var q dnsmessage.Message
			if q.Unpack(buf[:n]) != nil || len(q.Questions) != 1 {
				continue
			}
			q.Response, q.Additionals = true, nil
			if q.Questions[0].Type == dnsmessage.TypeA {
				name := q.Questions[0].Name
				if name.String() == "rebind.example." {
					asked++
				}
				q.Answers = answers(name, asked)
			}
			if len(q.Answers) == 0 && !strings.Contains("good.example. example.com. rebind.example. mixed.example. alias.example. metadata.google.internal. localhost.", q.Questions[0].Name.String()) {
				q.RCode = dnsmessage.RCodeNameError
			}
			if out, err := q.Pack(); err == nil {
				_, _ = conn.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", "127.0.0.1:53")
	}}
}

// answers returns the addresses of a name; asked counts how often the name
// that changes its mind was asked for.
func answers(name dnsmessage.Name, asked int) []dnsmessage.Resource {
	var addrs []string
	switch name.String() {
	case "good.example.", "example.com.":
		addrs = []string{publicHost}
	case "metadata.google.internal.":
		addrs = []string{"169.254.169.254"}
	case "mixed.example.":
		addrs = []string{"127.0.0.1", publicHost}
	case "alias.example.", "localhost.":
		addrs = []string{"127.0.0.1"}
	case "rebind.example.":
		addrs = []string{publicHost}
		if asked > 1 {
			addrs = []string{"127.0.0.1"}
		}
	}
	var all []dnsmessage.Resource
	for _, addr := range addrs {
		all = append(all, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET, TTL: 0},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(addr).As4()},
		})
	}
	return all
}
