package webhook

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"vedette/bot"
)

// answerWithin bounds one call. Standard Webhooks asks for 15 to 30 seconds;
// whoever wants to think longer answers first.
const answerWithin = 20 * time.Second

// mostAnswer is how much of an answer is read, to be able to use the
// connection again. None of it is looked at.
const mostAnswer = 64 << 10

// send calls the receiver once.
func (r *Room) send(ctx context.Context, l letter) error {
	if r.gone.Load() {
		return goneFor()
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	var x bot.Exchange
	req, err := http.NewRequestWithContext(bot.WithExchange(ctx, &x), http.MethodPost, r.address(l), bytes.NewReader(l.body))
	if err != nil {
		return &bot.Failure{Kind: bot.RoomShut, Why: "the address of the webhook cannot be called"}
	}
	if l.head != nil {
		req.Header = l.head
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "vedette")
	res, err := r.client.Do(req)
	if err == nil {
		// What is said beside the status changes nothing.
		_, _ = io.CopyN(io.Discard, res.Body, mostAnswer)
		_ = res.Body.Close()
	}
	if x.Status >= 200 && x.Status < 300 {
		return nil
	}
	if x.Status == http.StatusGone {
		r.gone.Store(true)
		return goneFor()
	}
	return failed(&x)
}

// address returns where l goes.
func (r *Room) address(l letter) string {
	u := r.url.JoinPath(l.path...)
	u.RawQuery = strings.Trim(u.RawQuery+"&"+l.ask, "&")
	return u.String()
}

// goneFor is the failure of a receiver that wants nothing any more.
func goneFor() *bot.Failure {
	return &bot.Failure{Kind: bot.RoomShut, Why: "the receiver is gone (HTTP 410): it is not called again until the desk file is read anew; take the room out of it, or mend the address"}
}

// failed says what is known of a call that was not answered with a yes. An
// answer that a gateway can give as well as the receiver leaves it open
// whether the message was taken; it may be sent again all the same.
func failed(x *bot.Exchange) *bot.Failure {
	said := fmt.Sprintf(" (HTTP %d)", x.Status)
	switch s := x.Status; {
	case s == 0 && !x.Left():
		return &bot.Failure{Kind: bot.NotSent, Why: "the receiver was not reached"}
	case s == 0:
		return &bot.Failure{Kind: bot.Repeatable, Why: "the receiver's answer was lost"}
	case s == http.StatusTooManyRequests:
		return &bot.Failure{Kind: bot.NotSent, Wait: x.RetryAfter, Why: "the receiver is busy" + said}
	case s >= 500, s == http.StatusRequestTimeout, s == http.StatusTooEarly, s < 200:
		return &bot.Failure{Kind: bot.Repeatable, Wait: x.RetryAfter, Why: "the receiver stumbled" + said}
	case s < 400:
		return &bot.Failure{Kind: bot.RoomShut, Why: "the receiver sends on to another address" + said + ": name that one in the desk file; vedette follows none"}
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		return &bot.Failure{Kind: bot.RoomShut, Why: "the receiver does not accept the secret" + said + ": check the variable that the room names"}
	case s == http.StatusNotFound, s == http.StatusMethodNotAllowed, s == http.StatusProxyAuthRequired:
		return &bot.Failure{Kind: bot.RoomShut, Why: "nothing takes messages at the address" + said + ": check the url in the desk file"}
	default:
		return &bot.Failure{Kind: bot.Unfit, Why: "the receiver refused the message" + said}
	}
}
