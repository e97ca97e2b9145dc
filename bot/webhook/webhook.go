package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"vedette/bot"
	"vedette/story"
)

// A Format says what a receiver understands.
type Format string

// The formats.
const (
	Vedette   Format = "vedette"   // a [Document], signed by the rules of Standard Webhooks
	PagerDuty Format = "pagerduty" // an event of PagerDuty's Events API v2
	Opsgenie  Format = "opsgenie"  // an alert of Opsgenie's Alert API, or of its successor's
)

// Patience is how long a message is tried before it is given up: over a
// weekend, and about as long as Standard Webhooks advises.
const Patience = 72 * time.Hour

// Options set a room up.
type Options struct {
	URL       string            // required: https anywhere, http on loopback
	Secret    string            // required: whsec_…, a PagerDuty routing key or an Opsgenie API key
	Format    Format            // "" is Vedette
	Transport http.RoundTripper // nil is [bot.Transport]; another one calls the hooks of [net/http/httptrace]
}

// A Room is a receiver. It implements [bot.Room]; a message's remote is the
// name that it was sent under. Its methods may be called from several
// goroutines.
type Room struct {
	url    *url.URL
	pen    writer
	client *http.Client
	gone   atomic.Bool // it answered 410: it is not called again
}

// A writer puts a message in the words of a format. A letter without a body
// need not be sent.
type writer interface {
	write(act story.Act, id, root story.Remote, m *bot.Message) (letter, error)
}

// A letter is a call of the receiver.
type letter struct {
	body []byte
	head http.Header // beside those that every call has
	path []string    // below the address, or none
	ask  string      // a query beside the address's own, or ""
}

// New returns the room that o describes. It sends nothing. Its error says
// what is wrong with o, without the secret.
func New(o Options) (*Room, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("webhook: the address is not an http or https URL")
	}
	r := &Room{url: u}
	switch o.Format {
	case Vedette, "":
		r.pen, err = newSigner(o.Secret)
	case PagerDuty:
		r.pen, err = newPager(o.Secret)
	case Opsgenie:
		r.pen, err = newGenie(o.Secret)
	default:
		err = errors.New("webhook: there is no such format")
	}
	if err != nil {
		return nil, err
	}
	if o.Transport == nil {
		o.Transport = bot.Transport()
	}
	r.client = &http.Client{
		Transport: bot.Recorder{Base: o.Transport},
		// What is signed for one receiver is no other's to read.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return r, nil
}

// Post tells m as a message of its own. The key is its name.
func (r *Room) Post(ctx context.Context, key string, m *bot.Message) (story.Remote, error) {
	return story.Remote(key), r.tell(ctx, story.Post, story.Remote(key), "", m)
}

// Reply tells m as an answer to root.
func (r *Room) Reply(ctx context.Context, root story.Remote, key string, m *bot.Message) (story.Remote, error) {
	return story.Remote(key), r.tell(ctx, story.Reply, story.Remote(key), root, m)
}

// Edit tells how root looks from here on. Its name is made of root's and of
// all that it says, time included: the same edit has the same name, and
// another one another.
func (r *Room) Edit(ctx context.Context, root story.Remote, _ string, m *bot.Message) error {
	said, err := json.Marshal(content(m))
	if err != nil {
		return unwritten()
	}
	sum := sha256.Sum256(slices.Concat(said, []byte(m.At.UTC().Format(time.RFC3339Nano))))
	return r.tell(ctx, story.Edit, root+"-"+story.Remote(hex.EncodeToString(sum[:8])), root, m)
}

// tell writes the message and sends it.
func (r *Room) tell(ctx context.Context, act story.Act, id, root story.Remote, m *bot.Message) error {
	l, err := r.pen.write(act, id, root, m)
	if err != nil {
		return unwritten()
	}
	if l.body == nil {
		return nil
	}
	return r.send(ctx, l)
}

// unwritten is the failure of a message that cannot be encoded, as every
// message of strings and numbers can.
func unwritten() *bot.Failure {
	return &bot.Failure{Kind: bot.Unfit, Why: "the message cannot be written as JSON"}
}

// Find says that it need not be known: the receiver takes what comes twice
// once, by its name.
func (r *Room) Find(context.Context, bot.Trace) (story.Remote, bool, error) {
	return "", false, &bot.Failure{Kind: bot.Repeatable, Why: "the answer was lost"}
}

// Link returns "": nobody reads what was sent at an address of the receiver's.
func (r *Room) Link(context.Context, story.Remote) string { return "" }
