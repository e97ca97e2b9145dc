package bot

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"vedette/internal/fault"
)

// An Exchange is what went over the wire for one call of a platform's client
// library: what the libraries forget, and what tells a message that was not
// sent from one whose fate is unknown.
type Exchange struct {
	Status     int           // of the answer; 0 if none came
	RetryAfter time.Duration // as the answer asks, or 0
	Ahead      time.Duration // how far the answer's clock is after ours; 0 if it does not say
	connected  atomic.Bool   // set by the transport's goroutines
}

// Left reports whether anything of the request may have left this machine.
// If not, it was certainly not carried out.
func (x *Exchange) Left() bool { return x.connected.Load() }

// exchangeKey is the key of the exchange in a context.
type exchangeKey struct{}

// WithExchange returns a context under which a request through [Recorder]
// fills in x. Use one exchange for one request.
func WithExchange(ctx context.Context, x *Exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

// A Recorder is the transport below a platform's client library. It fills in
// the request's [Exchange], and changes and retries nothing.
type Recorder struct {
	Base http.RoundTripper // required
}

// RoundTrip sends req.
func (r Recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	fault.Point("wire.leaving")
	res, err := r.record(req)
	fault.Point("wire.answered")
	return res, err
}

// record sends req and fills in its exchange, if it has one.
func (r Recorder) record(req *http.Request) (*http.Response, error) {
	x, ok := req.Context().Value(exchangeKey{}).(*Exchange)
	if !ok {
		return r.Base.RoundTrip(req)
	}
	// A connection is got once name, dial and TLS succeeded: before that, no
	// byte of a request can have left.
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { x.connected.Store(true) }}
	res, err := r.Base.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if res != nil {
		x.Status, x.RetryAfter = res.StatusCode, retryAfter(res.Header)
		if at, err := http.ParseTime(res.Header.Get("Date")); err == nil {
			x.Ahead = time.Until(at)
		}
	}
	return res, err
}

// retryAfter reads a number of seconds, which Discord writes with a fraction.
// What is not a number or negative asks for nothing.
func retryAfter(h http.Header) time.Duration {
	s, err := strconv.ParseFloat(h.Get("Retry-After"), 64)
	if err != nil || !(s > 0) {
		return 0
	}
	return time.Duration(min(s, longestWait.Seconds()) * float64(time.Second))
}

// longestWait is the longest that a platform may ask to be left alone: more
// is a mistake of its, and would be an outage of ours.
const longestWait = 24 * time.Hour

// Transport returns the transport that platforms are reached by: pooled
// connections and limits on each step. The whole exchange is limited by its
// context.
func Transport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dial,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   64, // as many rooms are told at once where HTTP/2 is not spoken
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 20 * time.Second,
		// A line of HTTP/2 that is lost, and of which nobody is told, would be
		// used for each request until the kernel gives it up.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 5 * time.Second},
	}
}

// dialWithin is how long a platform may take to answer a call: nothing was
// sent, and another replica may reach it.
const dialWithin = 10 * time.Second

// dial connects to a platform. A connection that is given up takes back what has
// not arrived. The kernel would else send that again and again, and it would
// arrive when the network is whole: of a message that was looked for since, did
// not stand there and was sent anew.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: dialWithin}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		if err := tcp.SetLinger(0); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	return c, nil
}
