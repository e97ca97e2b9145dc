package discord

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"vedette/bot"
)

// A call is one request of Discord's API.
type call struct {
	method  string
	path    string // below the base URL
	bucket  string // names the calls that share a limit
	later   bool   // it can be made later, and is not waited for
	answers bool   // it names a message that may be gone
	silent  bool   // what it is answered with is empty
	body    any
}

// do carries c out once and returns the id of what it made or changed.
func (a *Account) do(ctx context.Context, c call) (string, *refusal) {
	var made struct {
		ID string `json:"id"`
	}
	no := a.exchange(ctx, c, func(body []byte) bool { return json.Unmarshal(body, &made) == nil && snowflake(made.ID) })
	if no != nil {
		return "", no
	}
	return made.ID, nil
}

// exchange carries c out once, and has take look at the answer to what
// succeeded: it reports whether that was understood.
//
// What the client library returns as an error is no guide: it has one type
// for a refusal, another for a limit, and none for a gateway that fails, a
// limit that is told in HTML, or headers that it cannot read. The wire and
// the answer's body are.
func (a *Account) exchange(ctx context.Context, c call, take func(body []byte) bool) *refusal {
	if wait := a.pace.barred(); wait > 0 {
		return &refusal{exchange: &bot.Exchange{Status: http.StatusUnauthorized}, json: true, wait: wait} // as it said
	}
	most := mostPause
	if c.later {
		most = bot.LookPause
	}
	leave, wait := a.pace.enter(ctx, c.bucket, most)
	if leave == nil {
		if c.later {
			wait = max(wait, bot.LookEvery)
		}
		return &refusal{exchange: new(bot.Exchange), paced: true, wait: wait}
	}
	defer leave()
	var x bot.Exchange
	body, err := a.session.RequestWithBucketID(c.method, discordgo.EndpointAPI+c.path, c.body, c.bucket,
		discordgo.WithContext(bot.WithExchange(ctx, &x)))
	if x.Status != 0 {
		a.skew.Store(int64(x.Ahead))
	}
	a.pace.heard(c.bucket, x.Status)
	if err == nil && (take(body) || c.silent && x.Status == http.StatusNoContent) {
		return nil
	}
	var said struct {
		Code       int     `json:"code"`
		Global     bool    `json:"global"`
		RetryAfter float64 `json:"retry_after"`
	}
	understood := json.Unmarshal(body, &said) == nil
	no := &refusal{exchange: &x, answers: c.answers, json: understood, code: said.Code}
	if x.Status == http.StatusUnauthorized {
		a.pace.refuse()
		no.wait = bot.BarredFor
	}
	if x.Status == http.StatusTooManyRequests {
		no.wait = busyFor(understood, max(x.RetryAfter, seconds(said.RetryAfter)))
		if said.Global || !understood {
			a.pace.rest(no.wait)
		}
	}
	return no
}

// What Discord is left alone for if it is busy and does not say for how
// long. A limit that is told in HTML is Cloudflare's, which bans for longer.
const (
	busyWait = 30 * time.Second
	banWait  = time.Minute
	mostWait = 24 * time.Hour // more is a mistake, and would be an outage of ours
)

// busyFor returns how long to wait after an answer that asked for wait.
func busyFor(understood bool, wait time.Duration) time.Duration {
	switch {
	case !understood:
		return max(wait, banWait)
	case wait == 0:
		return busyWait
	}
	return wait
}

// seconds returns s as a duration that can be waited for.
func seconds(s float64) time.Duration {
	if !(s > 0) { // which no comparison with what is not a number is
		return 0
	}
	return time.Duration(min(s, mostWait.Seconds()) * float64(time.Second))
}

// A wire sends the client library's requests to the base URL, and makes the
// answers' limits fit to be read: what the library finds odd there would
// hide the answer, and what is far away would make it sleep for as long.
type wire struct {
	base *url.URL
	next http.RoundTripper
}

// mostAnswer is more than the longest answer to any call of ours: a hundred
// messages that each answer another, all as long as they may be and each letter
// of them written as an escape.
const mostAnswer = 32 << 20

// RoundTrip sends a copy of req.
func (w wire) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	path, query, _ := strings.Cut(strings.TrimPrefix(req.URL.String(), discordgo.EndpointAPI), "?")
	req.URL = w.base.JoinPath(path)
	req.URL.RawQuery = query
	req.Host = ""
	res, err := w.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	res.Header = limits(res.Header)
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, mostAnswer), res.Body}
	return res, nil
}

// farthest is how long a bucket may be closed.
const farthest = time.Hour

// limits returns h with what it says of a bucket's limit, if that makes
// sense. A limit of the whole account is kept elsewhere, as the library
// cannot be asked to wait for it under a context.
func limits(h http.Header) http.Header {
	h = h.Clone()
	after, err := strconv.ParseFloat(h.Get("X-RateLimit-Reset-After"), 64)
	left, wrong := strconv.ParseUint(h.Get("X-RateLimit-Remaining"), 10, 16)
	for _, name := range []string{"Reset", "Reset-After", "Remaining", "Global"} {
		h.Del("X-RateLimit-" + name)
	}
	if err == nil && wrong == nil && after >= 0 {
		h.Set("X-RateLimit-Reset-After", strconv.FormatFloat(min(after, farthest.Seconds()), 'f', 3, 64))
		h.Set("X-RateLimit-Remaining", strconv.FormatUint(left, 10))
	}
	return h
}
