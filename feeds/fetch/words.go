package fetch

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxRetryAfter bounds how long a server can send us away.
const maxRetryAfter = 24 * time.Hour

// ErrUnreached is wrapped by the error for a host that no connection was made
// to. If most hosts are so, it is our own network.
var ErrUnreached = errors.New("")

// What goes wrong, in words for whoever runs the desk.
var (
	errSlow      = errors.New("the answer took too long")
	errStalled   = errors.New("the answer stopped coming")
	errLarge     = errors.New("the document is too large")
	errRatio     = errors.New("the document is packed too tightly to be a feed")
	errEncoding  = errors.New("the document is compressed in a way that was not asked for")
	errNotGzip   = errors.New("the document is not compressed as the server says, or damaged")
	errShort     = errors.New("the connection ended before the document did")
	errLoop      = errors.New("the redirects lead in a circle")
	errHops      = errors.New("too many redirects")
	errNoHost    = fmt.Errorf("the host name does not resolve%w", ErrUnreached)
	errNoConnect = fmt.Errorf("the server refuses connections%w", ErrUnreached)
	errNoRoute   = fmt.Errorf("no way leads to the server%w", ErrUnreached)
	errNoAnswer  = fmt.Errorf("the server does not take the connection%w", ErrUnreached)
	errExpired   = errors.New("the server's certificate has expired or is not yet valid")
	errWrongHost = errors.New("the server's certificate is for another host")
	errUnknownCA = errors.New("the server's certificate is signed by nobody we know")
	errTLS       = errors.New("no secure connection could be made")
	errBroken    = errors.New("the connection failed")
)

// plain puts err in words. What the libraries say is dropped: it names whole
// URLs, which may hold secrets.
func plain(ctx context.Context, err error) error {
	var (
		dns     *net.DNSError
		dial    *net.OpError
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
		unknown x509.UnknownAuthorityError
		cert    *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		corrupt flate.CorruptInputError
	)
	for _, own := range []error{errStalled, errLarge, errRatio, errEncoding, errLoop, errHops} {
		if errors.Is(err, own) {
			return own
		}
	}
	switch {
	case errors.Is(err, ErrBlocked):
		if refused, ok := errors.AsType[*net.OpError](err); ok {
			return refused.Err
		}
		return err
	case errors.As(err, &dns):
		return errNoHost
	case errors.As(err, &dial) && dial.Op == "dial" && (dial.Timeout() || errors.Is(context.Cause(ctx), errSlow)):
		return errNoAnswer
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETDOWN):
		return errNoRoute
	case errors.Is(context.Cause(ctx), errSlow), errors.Is(err, context.DeadlineExceeded):
		return errSlow
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return errExpired
	case errors.As(err, &host):
		return errWrongHost
	case errors.As(err, &unknown):
		return errUnknownCA
	case errors.As(err, &cert), errors.As(err, &invalid), errors.As(err, &record):
		return errTLS
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.As(err, &corrupt):
		return errNotGzip
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return errShort
	case errors.Is(err, syscall.ECONNREFUSED):
		return errNoConnect
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errSlow
	}
	return errBroken
}

// retryAfter returns how long got's server wants to be left alone.
func retryAfter(got *http.Response, now time.Time) time.Duration {
	switch got.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusForbidden, http.StatusAccepted:
	default:
		return 0
	}
	said := strings.TrimSpace(got.Header.Get("Retry-After"))
	seconds, err := strconv.ParseUint(said, 10, 32)
	switch {
	case err == nil && seconds < uint64(maxRetryAfter/time.Second):
		return time.Duration(seconds) * time.Second
	case err == nil, errors.Is(err, strconv.ErrRange):
		return maxRetryAfter
	}
	date, err := http.ParseTime(said)
	if err != nil {
		return 0
	}
	return min(max(0, date.Sub(now)), maxRetryAfter)
}

// validator returns text unless it could not be sent back as it is.
func validator(text string) string {
	control := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
	if len(text) > maxValidator || strings.ContainsFunc(text, control) {
		return ""
	}
	return text
}
