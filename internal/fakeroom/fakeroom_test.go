package fakeroom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"vedette/internal/fakeroom"

	"github.com/google/go-cmp/cmp"
)

const token = "xoxb-1-canary"

// An object is one of JSON's.
type object = map[string]any

// A said is an answer.
type said struct {
	status int
	header http.Header
	body   object
	list   []object // if the body is one
	text   string
}

// ask sends a request and fails the test if nothing comes back.
func ask(t *testing.T, method, url string, header http.Header, body string) said {
	t.Helper()
	got, err := try(t.Context(), method, url, header, body)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// try sends a request on a connection of its own.
func try(ctx context.Context, method, url string, header http.Header, body string) (said, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return said{}, err
	}
	req.Header, req.Close = header, true
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return said{}, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	got := said{status: resp.StatusCode, header: resp.Header, text: string(raw)}
	if bytes.HasPrefix(raw, []byte("[")) {
		_ = json.Unmarshal(raw, &got.list)
	} else {
		_ = json.Unmarshal(raw, &got.body)
	}
	return got, err
}

// slackServer starts one.
func slackServer(t *testing.T) *fakeroom.Slack {
	t.Helper()
	s := fakeroom.NewSlack(token)
	t.Cleanup(s.Close)
	return s
}

// slackJSON calls a method as a client does that knows its manners, with what
// a test has to say besides; nil takes an argument away.
func slackJSON(t *testing.T, s *fakeroom.Slack, method string, args object) said {
	t.Helper()
	all := object{"channel": "C1", "unfurl_links": false, "unfurl_media": false}
	for name, v := range args {
		if all[name] = v; v == nil {
			delete(all, name)
		}
	}
	raw, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
	return ask(t, http.MethodPost, s.API()+"/"+method, h, string(raw))
}

// slackForm calls a method as client libraries do.
func slackForm(t *testing.T, s *fakeroom.Slack, method string, args url.Values) said {
	t.Helper()
	args.Set("token", token)
	h := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	return ask(t, http.MethodPost, s.API()+"/"+method, h, args.Encode())
}

// discordServer starts one that knows no OpenAPI document.
func discordServer(t *testing.T) *fakeroom.Discord {
	t.Helper()
	return discordOf(t, "")
}

// discordOf starts one that holds bodies against the document at path.
func discordOf(t *testing.T, path string) *fakeroom.Discord {
	t.Helper()
	d, err := fakeroom.NewDiscord(token, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

// channel is where tests post on Discord.
const channel = "123456789012345678"

// discord sends a request as a client does that knows its manners.
func discord(t *testing.T, d *fakeroom.Discord, method, path string, body object) said {
	t.Helper()
	raw := ""
	if body != nil {
		if _, ok := body["allowed_mentions"]; !ok && !strings.HasSuffix(path, "/threads") {
			body["allowed_mentions"] = object{"parse": []string{}}
		}
		b, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		raw = string(b)
	}
	return ask(t, method, d.API()+path, discordHeader(), raw)
}

func discordHeader() http.Header {
	return http.Header{
		"Authorization": {"Bot " + token}, "Content-Type": {"application/json"},
		"User-Agent": {"DiscordBot (https://example.org, 1)"},
	}
}

// A room is what both servers have in common.
type room interface {
	Posts(channel string) []fakeroom.Post
	Violations() []string
	Fail(f fakeroom.Fault)
	Close()
}

// spotless fails the test if a request was not as it should be.
func spotless(t *testing.T, r room) {
	t.Helper()
	if v := r.Violations(); len(v) > 0 {
		t.Errorf("violations: %q; want none", v)
	}
}

// blamed fails the test unless the one violation says so.
func blamed(t *testing.T, r room, want string) {
	t.Helper()
	v := r.Violations()
	for _, s := range v {
		if strings.Contains(s, want) {
			return
		}
	}
	t.Errorf("violations: %q; want one that says %q", v, want)
}

// texts returns what the posts of a channel say.
func texts(r room, channel string) []string {
	var all []string
	for _, p := range r.Posts(channel) {
		all = append(all, p.Text)
	}
	return all
}

// TestFaultsSpoilTheNextRequests also shows what stands after each.
func TestFaultsSpoilTheNextRequests(t *testing.T) {
	type want struct {
		status int // 0 is no answer
		text   string
		stands int
	}
	for name, tt := range map[string]struct {
		fault fakeroom.Fault
		want  want
	}{
		"Busy": {
			fakeroom.Fault{Status: 429, Header: http.Header{"Retry-After": {"3"}}, Body: "later"},
			want{429, "later", 0},
		},
		"LostAnswer":     {fakeroom.Fault{Commit: true, Cut: true}, want{0, "", 1}},
		"LostRequest":    {fakeroom.Fault{Cut: true}, want{0, "", 0}},
		"SpoiledAnswer":  {fakeroom.Fault{Commit: true, Status: 502, Body: "<html>"}, want{502, "<html>", 1}},
		"NoAnswer":       {fakeroom.Fault{Status: 200}, want{200, "", 0}},
		"SlowAnswer":     {fakeroom.Fault{Commit: true, Delay: time.Millisecond}, want{200, `"ok":true`, 1}},
		"SlowRequest":    {fakeroom.Fault{Delay: time.Millisecond}, want{200, `"ok":true`, 1}},
		"OtherMethod":    {fakeroom.Fault{Method: "chat.update", Cut: true}, want{200, `"ok":true`, 1}},
		"FittingMethod":  {fakeroom.Fault{Method: "chat.postMessage", Cut: true}, want{0, "", 0}},
		"HeaderOfAFault": {fakeroom.Fault{Header: http.Header{"Retry-After": {"3"}}, Body: "x"}, want{200, "x", 0}},
	} {
		t.Run(name, func(t *testing.T) {
			s := slackServer(t)
			s.Fail(tt.fault)
			h := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
			body := `{"channel":"C1","text":"x","unfurl_links":false,"unfurl_media":false}`
			got, err := try(t.Context(), http.MethodPost, s.API()+"/chat.postMessage", h, body)
			if (err != nil) != (tt.want.status == 0) {
				t.Fatalf("error %v; want one only without an answer", err)
			}
			if got.status != tt.want.status || !strings.Contains(got.text, tt.want.text) {
				t.Errorf("answer %d %q; want %d with %q", got.status, got.text, tt.want.status, tt.want.text)
			}
			if n := len(s.Posts("C1")); n != tt.want.stands {
				t.Errorf("%d messages stand; want %d", n, tt.want.stands)
			}
			for name, v := range tt.fault.Header {
				if got.header.Get(name) != v[0] {
					t.Errorf("%s is %q; want %q", name, got.header.Get(name), v[0])
				}
			}
			spotless(t, s)
		})
	}
}

func TestFaultsAreUsedUpInTheirOrder(t *testing.T) {
	s := slackServer(t)
	s.Fail(fakeroom.Fault{Status: 500, Times: 2})
	s.Fail(fakeroom.Fault{Method: "chat.postMessage", Status: 501})
	s.Fail(fakeroom.Fault{Method: "auth.test", Status: 502})
	var got []int
	for range 4 {
		got = append(got, slackJSON(t, s, "chat.postMessage", object{"text": "x"}).status)
	}
	if want := []int{500, 500, 501, 200}; !cmp.Equal(got, want) {
		t.Errorf("statuses %v; want %v", got, want)
	}
	if got := slackJSON(t, s, "auth.test", nil).status; got != 502 {
		t.Errorf("auth.test answered %d; want its own fault, 502", got)
	}
}

// TestASlowRequestIsForgottenWithItsClient would take a minute if it were not.
func TestASlowRequestIsForgottenWithItsClient(t *testing.T) {
	s := slackServer(t)
	s.Fail(fakeroom.Fault{Delay: time.Minute})
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	_, err := try(ctx, http.MethodPost, s.API()+"/auth.test", http.Header{}, "")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v; want the client's own", err)
	}
	s.Close() // returns only once no request is under way
	spotless(t, s)
}

func TestCloseEndsDelays(t *testing.T) {
	s := slackServer(t)
	s.Fail(fakeroom.Fault{Commit: true, Delay: time.Minute})
	ended := make(chan error)
	go func() {
		h := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
		_, err := try(context.WithoutCancel(t.Context()), http.MethodPost, s.API()+"/chat.postMessage", h,
			`{"channel":"C1","text":"x","unfurl_links":false,"unfurl_media":false}`)
		ended <- err
	}()
	for len(s.Posts("C1")) == 0 {
		if err := t.Context().Err(); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	if err := <-ended; err == nil {
		t.Error("the answer came; want none")
	}
	if n := len(s.Posts("C1")); n != 1 {
		t.Errorf("%d messages stand after Close; want the transcript to stay", n)
	}
}

// TestLimitsAreKeptAndRefusalsCounted has each limit used up.
func TestLimitsAreKeptAndRefusalsCounted(t *testing.T) {
	d := discordServer(t)
	d.PerChannel, d.PerAccount = fakeroom.Limit{Most: 2, While: time.Hour}, fakeroom.Limit{Most: 4, While: time.Hour}
	for i, tt := range []struct {
		path        string
		status      int
		left, scope string
	}{
		{messages, http.StatusOK, "1", ""},
		{messages, http.StatusOK, "0", ""},
		{messages, http.StatusTooManyRequests, "", "user"},
		{"/channels/123456789012345679/messages", http.StatusOK, "1", ""},
		{messages, http.StatusTooManyRequests, "", "global"},
	} {
		got := discord(t, d, http.MethodPost, tt.path, object{"content": "x"})
		left, scope := got.header.Get("X-RateLimit-Remaining"), got.header.Get("X-RateLimit-Scope")
		if got.status != tt.status || left != tt.left || scope != tt.scope {
			t.Errorf("request %d: %d, %q left, scope %q; want %d, %q, %q", i, got.status, left, scope, tt.status, tt.left, tt.scope)
		}
	}
	if n := len(d.Refused()); n != 2 {
		t.Errorf("%d refusals, want 2", n)
	}
	s := slackServer(t)
	s.PerChannel = fakeroom.Limit{Most: 1, While: time.Hour}
	for _, want := range []int{http.StatusOK, http.StatusTooManyRequests} {
		if got := slackJSON(t, s, "chat.postMessage", object{"channel": "C0123456789", "text": "x"}); got.status != want {
			t.Errorf("Slack answers %d, want %d", got.status, want)
		}
	}
	if n := len(s.Refused()); n != 1 {
		t.Errorf("%d refusals of Slack's, want 1", n)
	}
}
