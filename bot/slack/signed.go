package slack

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"

	"github.com/slack-go/slack"
)

// mostBody is the size of a signed request, in bytes. It is read whole before
// its signature can be checked.
const mostBody = 1 << 20

// Handler returns what answers Slack's requests where the app has a public
// address, at the paths that the manifest names.
// It takes none while the inbox does not run, or without a signing secret.
func (in *Inbox) Handler() http.Handler {
	mux := http.NewServeMux()
	for path, k := range map[string]kind{CommandPath: slash, ActionPath: interact, EventPath: events} {
		mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) { in.serve(w, r, k) })
	}
	return mux
}

// serve answers a request. Whoever did not sign it is told nothing but that.
func (in *Inbox) serve(w http.ResponseWriter, r *http.Request, k kind) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	body, status := in.signed(w, r)
	if status != 0 {
		in.forged.Do(func() {
			in.log.LogAttrs(r.Context(), slog.LevelWarn, "a request was not signed by Slack just now: check VEDETTE_SLACK_SIGNING_SECRET if it came from Slack", slog.Int("status", status))
		})
		w.WriteHeader(status)
		return
	}
	if k == events && challenged(w, body) {
		return
	}
	if !in.queue.Takes() { // Slack asks again
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if k != events {
		var err error
		if body, err = formJSON(k, body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	got, err := in.receive(delivery{kind: k, payload: body})
	switch {
	case errors.Is(err, errStranger):
		in.refused(r.Context(), k, err)
		w.WriteHeader(http.StatusForbidden)
		return
	case err != nil:
		in.refused(r.Context(), k, err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if got.say != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		// If it does not arrive, Slack delivers again, which is then known.
		_ = json.NewEncoder(w).Encode(got.say)
	} else {
		w.WriteHeader(http.StatusOK)
	}
	_ = http.NewResponseController(w).Flush() // before anything is done about it
	if got.begin != nil {
		got.begin(r.Context())
	}
}

// signed returns the body of a request that Slack signed within the last five
// minutes, or the status to refuse it with.
//
// The client library checks the time and the signature, but takes both in
// other letters than Slack writes.
func (in *Inbox) signed(w http.ResponseWriter, r *http.Request) (body []byte, refused int) {
	if r.ContentLength > mostBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	if in.secret == "" ||
		!regexp.MustCompile(`^v0=[0-9a-f]{64}$`).MatchString(r.Header.Get("X-Slack-Signature")) ||
		!regexp.MustCompile(`^[0-9]{1,12}$`).MatchString(r.Header.Get("X-Slack-Request-Timestamp")) {
		return nil, http.StatusUnauthorized
	}
	signature, err := slack.NewSecretsVerifier(r.Header, in.secret)
	if err != nil {
		return nil, http.StatusUnauthorized
	}
	if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody)); err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			return nil, http.StatusRequestEntityTooLarge
		}
		return nil, http.StatusBadRequest
	}
	if _, err := signature.Write(body); err != nil || signature.Ensure() != nil {
		return nil, http.StatusUnauthorized
	}
	return body, 0
}

// challenged answers the question by which Slack finds out whether an address
// is the app's, and reports whether it was asked.
func challenged(w http.ResponseWriter, body []byte) bool {
	var asked struct {
		Type      string `json:"type"`
		Challenge string `json:"challenge"`
	}
	if json.Unmarshal(body, &asked) != nil || asked.Type != "url_verification" {
		return false
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, asked.Challenge)
	return true
}
