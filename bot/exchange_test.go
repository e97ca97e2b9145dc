package bot_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"vedette/bot"
)

func TestExchangeTellsWhetherARequestLeft(t *testing.T) {
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "1.5")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer answers.Close()
	cuts := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer cuts.Close()
	nobody, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	for name, tt := range map[string]struct {
		url    string
		status int
		wait   time.Duration
		left   bool
	}{
		"Answered":           {answers.URL, http.StatusTooManyRequests, 1500 * time.Millisecond, true},
		"CutOff":             {cuts.URL, 0, 0, true},
		"NobodyListens":      {"http://" + nobody.Addr().String(), 0, 0, false},
		"NoHandshakeNoBytes": {"https://" + answers.Listener.Addr().String(), 0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			var x bot.Exchange
			req, err := http.NewRequestWithContext(bot.WithExchange(t.Context(), &x), http.MethodPost, tt.url, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := (&http.Client{Transport: bot.Recorder{Base: bot.Transport()}}).Do(req)
			if err == nil {
				res.Body.Close()
			}
			if x.Status != tt.status || x.RetryAfter != tt.wait || x.Left() != tt.left {
				t.Errorf("status %d, wait %v, left %v; want %d, %v, %v (%v)", x.Status, x.RetryAfter, x.Left(), tt.status, tt.wait, tt.left, err)
			}
		})
	}
}
