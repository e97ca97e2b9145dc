package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"vedette/internal/fault"
)

// maxAnswer bounds what is read of the answer to a Post, so that its
// connection can be used again.
const maxAnswer = 4 << 10

// Post sends a form to address, and again to where a 307 or 308 leads, and
// returns the status of the last answer; what the answer says is dropped. It
// is bound by all that binds Get: the addresses that may be dialled, each
// host's turn, and the deadline. An error is in plain words fit to be shown,
// and never holds more of a URL than its host. If ctx ends first, the error
// wraps its cause.
func (c *Client) Post(ctx context.Context, address string, form url.Values) (status int, err error) {
	u, err := checkURL(address)
	if err != nil {
		return 0, fmt.Errorf("post: %w", err)
	}
	done, err := c.enter(ctx, u.Host)
	if err != nil {
		return 0, fmt.Errorf("post to %s: %w", u.Host, err)
	}
	defer done()
	bounded, cancel := context.WithTimeoutCause(ctx, c.opts.Timeout, errSlow)
	defer cancel()
	status, err = c.send(bounded, u, form.Encode())
	switch {
	case err == nil:
		return status, nil
	case ctx.Err() != nil:
		return 0, fmt.Errorf("post to %s: %w", u.Host, context.Cause(ctx))
	}
	return 0, fmt.Errorf("post to %s: %w", u.Host, plain(bounded, err))
}

// send posts body to u and where that redirects to.
func (c *Client) send(ctx context.Context, u *url.URL, body string) (status int, err error) {
	for range maxHops + 1 {
		ask, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(body))
		if err != nil {
			return 0, fmt.Errorf("%w: the url is malformed", ErrBlocked)
		}
		ask.Header.Set("User-Agent", c.opts.UserAgent)
		ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		fault.Point("hub.asking")
		got, err := c.transport.RoundTrip(ask)
		fault.Point("hub.asked")
		if err != nil {
			return 0, err
		}
		_, _ = io.CopyN(io.Discard, got.Body, maxAnswer) // it is the status that counts
		_ = got.Body.Close()
		if got.StatusCode != http.StatusTemporaryRedirect && got.StatusCode != http.StatusPermanentRedirect {
			return got.StatusCode, nil
		}
		if u, err = redirect(u, got.Header.Get("Location")); err != nil {
			return 0, err
		}
	}
	return 0, errHops
}
