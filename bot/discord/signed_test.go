package discord_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vedette/bot/command"
	"vedette/bot/discord"
	"vedette/internal/fakeroom"
)

// signer returns the key that tests sign with.
func signer() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, 32)) }

// public is the public half of that.
func public() string { return hex.EncodeToString(signer().Public().(ed25519.PublicKey)) }

// behind is play for an inbox that hears by signed requests alone.
func behind(t *testing.T) *scene {
	t.Helper()
	s := stage(t, document(), public(), func(o *discord.InboxOptions) { o.Gateway = false })
	s.Sign("http://vedette.example/discord/interactions", signer(), &http.Client{Transport: within{s.inbox.Handler()}})
	return s
}

// A within carries requests to a handler without a network.
type within struct{ http.Handler }

func (h within) RoundTrip(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, req)
	res := w.Result()
	res.Request = req
	return res, nil
}

// request returns a body as Discord signs it at a time.
func request(body string, at time.Time) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/discord/interactions", strings.NewReader(body))
	stamp := strconv.FormatInt(at.Unix(), 10)
	r.Header.Set("X-Signature-Timestamp", stamp)
	r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(signer(), []byte(stamp+body))))
	return r
}

// answered returns what is said to a request.
func (s *scene) answered(r *http.Request) (status int, body string) {
	w := httptest.NewRecorder()
	s.inbox.Handler().ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

const press = `{"id":"42","application_id":"100000000000000001","type":3,"token":"aW50","guild_id":"` + guild + `","channel_id":"` + channel + `",
"member":{"user":{"id":"` + ada + `","username":"ada"},"roles":[]},"data":{"custom_id":"ack-7-abcdefghijklmnop:k","component_type":2}}`

func TestSignedRequestsDoWhatTheGatewayDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := behind(t)
		s.desk.answer = func(c *command.Call, do string) *command.Answer {
			switch c.Name {
			case "watch add":
				if c.Args["rule"] == "" {
					return &command.Answer{Form: &command.Form{Name: "watch add", Title: "Add a watch", Fields: []command.Field{{Param: "rule", Label: "Rule", Most: 100}}}}
				}
				return &command.Answer{Lines: []command.Line{command.Text("Added.")}}
			case "chart":
				return &command.Answer{Title: "Chart", File: &command.File{Name: "a.png", Type: "image/png", Data: []byte("PNG")}}
			}
			return &command.Answer{Lines: []command.Line{command.Text(c.Name + do)}, Shared: c.Args[command.Share] == "true"}
		}
		s.desk.suggests = []command.Choice{{Label: "Idlib", Value: "idlib"}}
		for _, act := range []func(){
			func() { s.Command(ada, channel, "status", nil) },
			func() { s.Command(ada, channel, "feeds", map[string]string{"share": "true"}) },
			func() { s.PressID(ada, channel, "ack-7-abcdefghijklmnop:"+key) },
			func() { s.Command(ada, channel, "watch add", nil) },
			func() { s.Submit(ada, "idlib") },
			func() { s.Command(ada, channel, "chart", map[string]string{"watch": "idlib"}) },
			func() { s.TypeAt(ada, channel, "status", "watch", "id") },
		} {
			act()
			time.Sleep(time.Second) // Discord may be told more before it has read the first
		}
		shows(t, s.seen(ada), "status", "ack-7-abcdefghijklmnop", "Added.", "Chart\n(file a.png: )")
		shows(t, s.said(), "feeds")
		if got := s.Suggested(ada); len(got) != 1 {
			t.Errorf("suggested %v", got)
		}
		s.desk.takes = 5 * time.Second
		s.Command(ada, channel, "digest", nil)
		time.Sleep(6 * time.Second)
		if all := s.seen(ada); all[len(all)-1] != "digest" {
			t.Errorf("a slow answer is %q", all)
		}
		for _, o := range s.Openings() {
			if o.After > 300*time.Millisecond {
				t.Errorf("opened after %v", o.After)
			}
		}
		s.spotless(t)
	})
}

func TestForgedStaleAndBrokenRequestsAreRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(r *http.Request)
		body  string
		at    time.Duration
		want  int
	}{
		"Good":      {body: press, want: 200},
		"Ping":      {body: `{"type":1,"id":"1"}`, want: 200},                                                                            // I17
		"OtherKey":  {body: press, want: 401, spoil: func(r *http.Request) { sign(r, ed25519.NewKeyFromSeed(make([]byte, 32)), press) }}, // I14
		"OtherBody": {body: press, want: 401, spoil: func(r *http.Request) { sign(r, signer(), press+" ") }},
		"OtherTime": {body: press, want: 401, spoil: func(r *http.Request) {
			r.Header.Set("X-Signature-Timestamp", strconv.FormatInt(time.Now().Unix()+1, 10))
		}},
		"NoSignature":      {body: press, want: 401, spoil: func(r *http.Request) { r.Header.Del("X-Signature-Ed25519") }},
		"NoTime":           {body: press, want: 401, spoil: func(r *http.Request) { r.Header.Del("X-Signature-Timestamp") }},
		"NoHex":            {body: press, want: 401, spoil: func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", strings.Repeat("z", 128)) }},
		"ShortSignature":   {body: press, want: 401, spoil: func(r *http.Request) { r.Header.Set("X-Signature-Ed25519", "00") }},
		"OddTime":          {body: press, want: 401, spoil: func(r *http.Request) { r.Header.Set("X-Signature-Timestamp", "1e10") }},
		"FiveMinutes":      {body: press, at: -5 * time.Minute, want: 200},
		"MoreMinutes":      {body: press, at: -5*time.Minute - time.Second, want: 401},
		"TwoDays":          {body: press, at: -48 * time.Hour, want: 401}, // I15
		"Tomorrow":         {body: press, at: 24 * time.Hour, want: 401},
		"PingOfYesterday":  {body: `{"type":1}`, at: -24 * time.Hour, want: 401},
		"NoJSON":           {body: "canary", want: 400},
		"NobodyAsks":       {body: `{"type":2,"id":"1"}`, want: 400},
		"SomethingElse":    {body: strings.Replace(press, `"type":3`, `"type":77`, 1), want: 400},
		"TokenIsAPath":     {body: strings.Replace(press, "aW50", "../../channels", 1), want: 400},
		"TooLarge":         {body: strings.Repeat(" ", 1<<20+1), want: 413},
		"TooLargeUnnamed":  {body: strings.Repeat(" ", 1<<20+1), want: 413, spoil: func(r *http.Request) { r.ContentLength = -1 }},
		"LargestThatFits":  {body: press + strings.Repeat(" ", 1<<20-len(press)), want: 200},
		"WrongMethod":      {body: press, want: 405, spoil: func(r *http.Request) { r.Method = http.MethodGet }},
		"WrongPath":        {body: press, want: 404, spoil: func(r *http.Request) { r.URL.Path = "/" }},
		"DirectMessage":    {body: strings.Replace(press, `"guild_id":"`+guild+`",`, "", 1), want: 200},
		"AnotherCommand":   {body: `{"id":"42","application_id":"1","type":2,"token":"aW50","channel_id":"1","user":{"id":"7"},"data":{"name":"other","type":1}}`, want: 400},
		"OldNameOfAPerson": {body: strings.Replace(press, `"username":"ada"`, `"username":"`+strings.Repeat("@everyone ", 900)+`"`, 1), want: 200},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := stage(t, "", public(), nil)
				r := request(tt.body, time.Now().Add(tt.at))
				if tt.spoil != nil {
					tt.spoil(r)
				}
				status, body := s.answered(r)
				synctest.Wait()
				if status != tt.want || strings.Contains(body, "canary") {
					t.Errorf("%d %q, want %d", status, body, tt.want)
				}
				if n := len(s.desk.calls()); n > 0 && tt.want != 200 || n > 1 {
					t.Errorf("the desk was asked %d times", n)
				}
				if name == "Ping" && strings.TrimSpace(body) != `{"type":1}` {
					t.Errorf("a ping is answered with %q", body)
				}
			})
		})
	}
}

// sign signs r as if its body were another.
func sign(r *http.Request, key ed25519.PrivateKey, body string) {
	r.Header.Set("X-Signature-Ed25519", hex.EncodeToString(ed25519.Sign(key, []byte(r.Header.Get("X-Signature-Timestamp")+body))))
}

func TestARequestThatIsRepeatedActsOnce(t *testing.T) { // I16
	synctest.Test(t, func(t *testing.T) {
		s := behind(t)
		for i := range 3 {
			status, _ := s.answered(request(press, time.Now()))
			if want := []int{200, 202, 202}[i]; status != want {
				t.Errorf("request %d: %d, want %d", i, status, want)
			}
			time.Sleep(time.Minute)
		}
		if n := len(s.desk.calls()); n != 1 {
			t.Errorf("%d acts, want 1", n)
		}
	})
}

func TestWithoutAKeyOrBeforeItRunsNobodyIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, nil)
		if status, _ := s.answered(request(press, time.Now())); status != 401 {
			t.Errorf("without a key: %d", status)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := behind(t)
		s.stop()
		synctest.Wait()
		if status, _ := s.answered(request(press, time.Now())); status != 503 {
			t.Errorf("after its end: %d", status)
		}
		if status, _ := s.answered(request(`{"type":1}`, time.Now())); status != 200 {
			t.Errorf("a ping after its end: %d", status)
		}
	})
}

// FuzzDecode holds that no request hurts, and that what is taken of it can
// stand where it is put.
func FuzzDecode(f *testing.F) {
	f.Add(press)
	f.Add(strings.Replace(press, `"type":3`, `"type":2`, 1))
	f.Add(`{"id":"42","application_id":"1","type":4,"token":"t","channel_id":"1","guild_id":"1","channel":{"type":11,"parent_id":"2"},"member":{"user":{"id":"7"}},
"data":{"name":"vedette","options":[{"name":"watch","type":2,"options":[{"name":"show","type":1,"options":[{"name":"watch","type":3,"value":"i","focused":true},{"name":"p","type":6,"value":"8"}]}]}],"resolved":{"users":{"8":{"username":"b"}}}}}`)
	f.Add(`{"id":"42","application_id":"1","type":5,"token":"t","channel_id":"1","guild_id":"1","member":{"user":{"id":"7"}},
"data":{"custom_id":"form:watch add","components":[{"type":1,"components":[{"custom_id":"rule:0watch=a","value":"x"}]},{"type":18,"component":{"custom_id":"name:1","value":"y"}}]}}`)
	f.Add(`{"id":"42","channel_id":"1","guild_id":"1","content":"<@1> status","author":{"id":"7"},"mentions":[{"id":"1"}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		discord.Decoded(t, []byte(body))
	})
}

func ExampleInbox_Handler() {
	d, err := fakeroom.NewDiscord("token", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	account, err := discord.New(discord.Options{Token: "token", API: d.API(), PublicKey: public()})
	if err != nil {
		fmt.Println(err)
		return
	}
	inbox, err := account.Inbox(discord.InboxOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	inbox.Handler().ServeHTTP(w, request(`{"type":1}`, time.Now()))
	fmt.Print(w.Body)
	// Output: {"type":1}
}
