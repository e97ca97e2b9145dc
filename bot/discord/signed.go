package discord

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/bwmarrin/discordgo"
)

const (
	mostBody = 1 << 20 // bytes of a signed request, which is read whole before its signature can be checked
	mostAge  = 5 * time.Minute
)

// Handler returns what answers Discord's requests where the app has a public
// address: at /discord/interactions, which is what the app's page is to name.
// It answers nobody without a public key, and no person while the inbox does
// not run.
func (in *Inbox) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /discord/interactions", in.serve)
	return mux
}

// serve answers a request. Whoever did not sign it is told nothing but that.
func (in *Inbox) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	body, status := in.signed(w, r)
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	var asked struct {
		Type discordgo.InteractionType `json:"type"`
	}
	if json.Unmarshal(body, &asked) == nil && asked.Type == discordgo.InteractionPing {
		write(w, response{Type: discordgo.InteractionResponsePong})
		return
	}
	if !in.queue.Takes() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	h, err := decodeInteraction(body)
	if err != nil {
		in.refused(r.Context(), err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	switch in.receive(h) {
	case nothing:
		w.WriteHeader(http.StatusAccepted) // it is being answered
	case flooded:
		write(w, in.flood(h).rich)
	case taken:
		first, rest := in.begin(r.Context(), h)
		stands := write(w, first.rich)
		go rest(stands) // which Run waits for
	}
}

// write sends a response, before anything else is done about it, and reports
// whether it left.
func write(w http.ResponseWriter, first response) bool {
	w.Header().Set("Content-Type", jsonKind)
	return json.NewEncoder(w).Encode(first) == nil && http.NewResponseController(w).Flush() == nil
}

// flood returns what is said of a call that is not taken.
func (in *Inbox) flood(h *heard) opening {
	if h.kind == discordgo.InteractionApplicationCommandAutocomplete {
		return suggested(nil)
	}
	f := seen(faces(say(busyWords, in.answerer.Words(h.Where)))[0], false)
	const says = discordgo.InteractionResponseChannelMessageWithSource
	return opening{response{says, f.rich}, response{says, f.plain}}
}

// refused logs why a delivery comes to nothing.
func (in *Inbox) refused(ctx context.Context, err error) {
	in.log.LogAttrs(ctx, slog.LevelWarn, "a delivery was refused", slog.String("why", err.Error()))
}

// signed returns the body of a request that Discord signed within the last
// minutes, or the status to refuse it with.
//
// The client library checks the signature, but not how old it is: what
// somebody recorded would hold for ever.
func (in *Inbox) signed(w http.ResponseWriter, r *http.Request) (body []byte, refused int) {
	if r.ContentLength > mostBody {
		return nil, http.StatusRequestEntityTooLarge
	}
	signature, err := hex.DecodeString(r.Header.Get("X-Signature-Ed25519"))
	stamp := r.Header.Get("X-Signature-Timestamp")
	at, wrong := strconv.ParseUint(stamp, 10, 40)
	if in.key == nil || err != nil || len(signature) != ed25519.SignatureSize || wrong != nil || time.Since(time.Unix(int64(at), 0)).Abs() > mostAge {
		return nil, http.StatusUnauthorized
	}
	if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, mostBody)); err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			return nil, http.StatusRequestEntityTooLarge
		}
		return nil, http.StatusBadRequest
	}
	if !ed25519.Verify(in.key, append([]byte(stamp), body...), signature) {
		return nil, http.StatusUnauthorized
	}
	return body, 0
}
