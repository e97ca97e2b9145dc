package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"vedette/internal/fault"
)

// Bounds that no setting changes.
const (
	maxHops        = 5
	maxHeaderBytes = 64 << 10
	maxValidator   = 8 << 10
	accept         = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1"
)

// Options set a Client up. Every zero value but Allow, HostGap and Roots
// stands for the default named beside it.
type Options struct {
	Allow         []netip.Prefix   // addresses to be dialled although they are not public
	UserAgent     string           // "vedette"; an operator adds how to reach them
	Timeout       time.Duration    // 20 s, for one exchange with its redirects and body
	MaxCompressed int64            // 2 MiB, of a compressed body as sent
	MaxBody       int64            // 8 MiB, of a body decoded
	HostGap       time.Duration    // between the starts of two requests to one host, one at a time; 0 is no limit
	Concurrency   int              // 16 exchanges at once
	Roots         *x509.CertPool   // nil is the system's
	Now           func() time.Time // time.Now
}

// A Client asks strangers for documents. It is safe for concurrent use.
type Client struct {
	opts      Options
	transport *http.Transport // without a http.Client: it would follow, remember and rewrite
	slots     chan struct{}
	hosts     hosts
}

// New returns a Client.
func New(opts Options) *Client {
	opts = withDefaults(opts)
	dialer := &net.Dialer{Timeout: opts.Timeout / 2, Control: newGuard(opts.Allow).control}
	if fault.Sabotaged == fault.Prechecked {
		dialer.Control = nil
	}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: opts.Roots},
		TLSHandshakeTimeout:    opts.Timeout / 2,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    2,
		IdleConnTimeout:        90 * time.Second,
		// A line of HTTP/2 that is lost, and of which nobody is told, would be
		// used for each poll of its host until the kernel gives it up.
		HTTP2: &http.HTTP2Config{SendPingTimeout: opts.Timeout, PingTimeout: opts.Timeout / 4},
	}
	return &Client{
		opts:      opts,
		transport: transport,
		slots:     make(chan struct{}, opts.Concurrency),
		hosts:     hosts{gap: opts.HostGap, turns: map[string]*turn{}},
	}
}

func withDefaults(o Options) Options {
	if o.UserAgent == "" {
		o.UserAgent = "vedette"
	}
	if o.Timeout <= 0 {
		o.Timeout = 20 * time.Second
	}
	if o.MaxCompressed <= 0 {
		o.MaxCompressed = 2 << 20
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 8 << 20
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 16
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Close drops the connections that wait to be used again.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// A Request names a document and what is known of it.
type Request struct {
	URL          string
	ETag         string // as a Response had it
	LastModified string // as a Response had it
	ValidFor     string // the URL, after redirects, that the two belong to; "" is URL. They are sent nowhere else

	identity bool // the body is asked for as it is, not packed
}

// A Response is what the last hop answered.
type Response struct {
	Status       int
	URL          string        // that answered, after redirects
	Permanent    bool          // every hop to URL said so
	NotModified  bool          // the validators still hold: there is no Body
	Body         []byte        // decoded, whole; only of a 200 or 203
	ContentType  string        // as sent
	ETag         string        // opaque, byte for byte
	LastModified string        // opaque, byte for byte
	RetryAfter   time.Duration // not to be asked again before; 0 if not said; at most a day
	Fresh        time.Duration // the answer calls itself fresh for so long; 0 if not said
	FreshWhy     string        // as said: "max-age 420"
	Cached       bool          // it says how long it may be kept, if only by 0
	Encoding     string        // how the body was packed, as labelled
	Links        []string      // its Link headers, as sent
	Hops         []Hop         // all that answered, the last included
}

// A Hop is one answer on the way to a document.
type Hop struct {
	URL    string
	Status int
}

// Get asks for one document. Any status is an answer, not an error. An error
// is in plain words fit to be shown, and never holds more of a URL than its
// host. If ctx ends first, the error wraps its cause.
func (c *Client) Get(ctx context.Context, req Request) (Response, error) {
	u, err := checkURL(req.URL)
	if err != nil {
		return Response{}, fmt.Errorf("get feed: %w", err)
	}
	done, err := c.enter(ctx, u.Host)
	if err != nil {
		return Response{}, fmt.Errorf("get %s: %w", u.Host, err)
	}
	defer done()
	bounded, cancel := context.WithTimeoutCause(ctx, c.opts.Timeout, errSlow)
	defer cancel()
	resp, err := c.follow(bounded, u, req)
	switch {
	case err == nil:
		return resp, nil
	case ctx.Err() != nil:
		return Response{}, fmt.Errorf("get %s: %w", u.Host, context.Cause(ctx))
	}
	return Response{}, fmt.Errorf("get %s: %w", u.Host, plain(bounded, err))
}

// enter waits for the host's turn and for a slot; done gives both back.
func (c *Client) enter(ctx context.Context, host string) (done func(), err error) {
	leave, err := c.hosts.enter(ctx, host)
	if err != nil {
		return nil, err
	}
	select {
	case c.slots <- struct{}{}:
		return func() { <-c.slots; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}

// follow asks u and where it redirects to, in turn.
func (c *Client) follow(ctx context.Context, u *url.URL, req Request) (Response, error) {
	if req.ValidFor == "" {
		req.ValidFor = u.String()
	}
	permanent := true
	var hops []Hop
	for seen := map[string]bool{}; ; {
		seen[u.String()] = true
		resp, next, err := c.hop(ctx, u, req)
		if (errors.Is(err, errEncoding) || errors.Is(plain(ctx, err), errNotGzip)) && !req.identity {
			// Its label is wrong, or it packs without being asked to.
			req.identity = true
			resp, next, err = c.hop(ctx, u, req)
		}
		hops = append(hops, Hop{URL: u.String(), Status: resp.Status})
		if err != nil || next == "" {
			resp.Permanent, resp.Hops = err == nil && permanent && len(seen) > 1, hops
			return resp, err
		}
		permanent = permanent && (resp.Status == http.StatusMovedPermanently || resp.Status == http.StatusPermanentRedirect)
		to, err := redirect(u, next)
		switch {
		case err != nil:
			return Response{}, err
		case seen[to.String()]:
			return Response{}, errLoop
		case len(seen) > maxHops:
			return Response{}, errHops
		}
		u = to
	}
}

// redirect returns where next, said by the server of u, leads.
func redirect(u *url.URL, next string) (*url.URL, error) {
	ref, err := url.Parse(next)
	if err != nil {
		return nil, fmt.Errorf("%w: the redirect is malformed", ErrBlocked)
	}
	to, err := checkURL(u.ResolveReference(ref).String())
	if err != nil {
		return nil, fmt.Errorf("redirect: %w", err)
	}
	if u.Scheme == "https" && to.Scheme == "http" {
		return nil, fmt.Errorf("%w: the redirect leads from https to http", ErrBlocked)
	}
	return to, nil
}

// hop makes one request; next is where it redirects to, or "".
func (c *Client) hop(ctx context.Context, u *url.URL, req Request) (resp Response, next string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Response{}, "", fmt.Errorf("%w: the url is malformed", ErrBlocked)
	}
	conditional := c.dress(ask, req)
	if fault.Sabotaged == fault.Prechecked {
		if err := newGuard(c.opts.Allow).literal(u); err != nil {
			return Response{}, "", err
		}
	}
	fault.Point("feed.asking")
	got, err := c.transport.RoundTrip(ask)
	fault.Point("feed.answered")
	if err != nil {
		return Response{}, "", err
	}
	defer got.Body.Close()
	resp = c.describe(got, u)
	switch got.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp, got.Header.Get("Location"), nil
	case http.StatusNotModified:
		resp.NotModified = conditional
	case http.StatusOK, http.StatusNonAuthoritativeInfo:
		stall := time.AfterFunc(c.opts.Timeout/2, func() { cancel(errStalled) })
		defer stall.Stop()
		progress := func() { stall.Reset(c.opts.Timeout / 2) }
		resp.Body, err = c.read(got, progress)
		if errors.Is(context.Cause(ctx), errStalled) {
			err = errStalled
		}
	}
	return resp, "", err
}

// dress sets the headers of ask and reports whether it is conditional.
func (c *Client) dress(ask *http.Request, req Request) (conditional bool) {
	ask.Header.Set("User-Agent", c.opts.UserAgent)
	ask.Header.Set("Accept", accept)
	ask.Header.Set("Accept-Encoding", "gzip")
	if req.identity {
		ask.Header.Set("Accept-Encoding", "identity")
	}
	if ask.URL.String() != req.ValidFor {
		return false
	}
	if req.ETag != "" {
		ask.Header.Set("If-None-Match", req.ETag)
	}
	if req.LastModified != "" {
		ask.Header.Set("If-Modified-Since", req.LastModified)
	}
	return req.ETag != "" || req.LastModified != ""
}

func (c *Client) describe(got *http.Response, u *url.URL) Response {
	fresh, why := freshness(got)
	return Response{
		Fresh: fresh, FreshWhy: why, Cached: cached(got),
		Encoding:     strings.Join(got.Header.Values("Content-Encoding"), ", "),
		Status:       got.StatusCode,
		URL:          u.String(),
		ContentType:  got.Header.Get("Content-Type"),
		Links:        got.Header.Values("Link"),
		ETag:         validator(got.Header.Get("ETag")),
		LastModified: validator(got.Header.Get("Last-Modified")),
		RetryAfter:   retryAfter(got, c.opts.Now()),
	}
}

// read returns the body, whole and decoded, or an error.
func (c *Client) read(got *http.Response, progress func()) ([]byte, error) {
	if got.ContentLength > c.opts.MaxBody {
		return nil, errLarge
	}
	wire := &meter{from: got.Body, limit: c.opts.MaxBody, progress: progress}
	body, err := decode(wire, got.Header.Values("Content-Encoding"), c.opts)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}
