package slack_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	library "github.com/slack-go/slack"
	"github.com/slack-go/slack/slacktest"

	"vedette/bot"
	"vedette/bot/slack"
	"vedette/internal/fakeroom"
	"vedette/story"
)

var _ bot.Room = (*slack.Room)(nil)

// message returns a root message with little in it.
func message(title string) *bot.Message {
	return &bot.Message{
		Level: story.Elevated, Watches: []string{"Idlib front"}, Origins: 3, Outlets: 7,
		Title: story.Sentence{Text: title}, Link: "https://news.example/idlib",
		Brief:   []story.Sentence{{Text: "Three posts are encircled.", Marks: []story.Span{{Start: 6, End: 11}}}},
		Sources: []bot.Source{{Outlet: "AFP", Link: "https://afp.example/1"}},
		Buttons: []bot.Button{{Label: "Open report", Link: "https://news.example/idlib"}},
		At:      time.Date(2020, 2, 29, 14, 5, 0, 0, time.UTC),
	}
}

func refusal(code string) answer { return answer{body: `{"ok":false,"error":"` + code + `"}`} }

func TestEachFaultIsOneKindOfFailure(t *testing.T) {
	const (
		post  = 1 << iota // the row holds for each of these acts
		reply = 1 << iota
		edit  = 1 << iota
		all   = post | reply | edit
	)
	stands := func(a answer) answer { a.commit = true; return a }
	tests := map[string]struct {
		acts    int
		answers []answer
		kind    bot.Kind
		wait    time.Duration
		why     string // a part of it
		calls   int
		stand   int
	}{
		"TooManyRequests":           {all, []answer{{status: 429, header: http.Header{"Retry-After": {"7"}}}}, bot.NotSent, 7 * time.Second, "429", 1, 0},
		"TooManyRequestsAndAHalf":   {all, []answer{{status: 429, header: http.Header{"Retry-After": {"1.5"}}}}, bot.NotSent, 1500 * time.Millisecond, "429", 1, 0},
		"TooManyRequestsForHowLong": {all, []answer{{status: 429}}, bot.NotSent, 30 * time.Second, "429", 1, 0},
		"RateLimitedInTheBody":      {all, []answer{refusal("ratelimited")}, bot.NotSent, 30 * time.Second, "ratelimited", 1, 0},
		"RateLimitedTheOtherWay":    {all, []answer{{body: `{"ok":false,"error":"rate_limited"}`, header: http.Header{"Retry-After": {"3"}}}}, bot.NotSent, 3 * time.Second, "rate_limited", 1, 0},
		"MonthlyMessagesUsedUp":     {all, []answer{refusal("message_limit_exceeded")}, bot.NotSent, 30 * time.Second, "used up", 1, 0},

		"NoSuchChannel":     {all, []answer{refusal("channel_not_found")}, bot.RoomShut, 0, "/invite @vedette", 1, 0},
		"NotInvited":        {all, []answer{refusal("not_in_channel")}, bot.RoomShut, 0, "/invite @vedette", 1, 0},
		"Archived":          {all, []answer{refusal("is_archived")}, bot.RoomShut, 0, "unarchive", 1, 0},
		"Frozen":            {edit, []answer{refusal("is_inactive")}, bot.RoomShut, 0, "unarchive", 1, 0},
		"Restricted":        {all, []answer{refusal("restricted_action")}, bot.RoomShut, 0, "admins", 1, 0},
		"ReadOnly":          {all, []answer{refusal("restricted_action_read_only_channel")}, bot.RoomShut, 0, "managers", 1, 0},
		"NoPermission":      {all, []answer{refusal("no_permission")}, bot.RoomShut, 0, "chat:write", 1, 0},
		"AccessDenied":      {all, []answer{refusal("access_denied")}, bot.RoomShut, 0, "admins", 1, 0},
		"TokenInvalid":      {all, []answer{refusal("invalid_auth")}, bot.Barred, 5 * time.Minute, "VEDETTE_SLACK_TOKEN", 1, 0},
		"TokenMissing":      {all, []answer{refusal("not_authed")}, bot.Barred, 5 * time.Minute, "VEDETTE_SLACK_TOKEN", 1, 0},
		"TokenRevoked":      {all, []answer{refusal("token_revoked")}, bot.Barred, 5 * time.Minute, "VEDETTE_SLACK_TOKEN", 1, 0},
		"TokenExpired":      {all, []answer{refusal("token_expired")}, bot.Barred, 5 * time.Minute, "VEDETTE_SLACK_TOKEN", 1, 0},
		"AccountInactive":   {all, []answer{refusal("account_inactive")}, bot.Barred, 5 * time.Minute, "VEDETTE_SLACK_TOKEN", 1, 0},
		"ScopeMissing":      {all, []answer{refusal("missing_scope")}, bot.RoomShut, 0, "chat:write", 1, 0},
		"OrgMoving":         {all, []answer{refusal("org_login_required")}, bot.RoomShut, 0, "moved", 1, 0},
		"TeamMoving":        {all, []answer{refusal("team_added_to_org")}, bot.RoomShut, 0, "moved", 1, 0},
		"TeamNotGranted":    {all, []answer{refusal("team_access_not_granted")}, bot.RoomShut, 0, "admins", 1, 0},
		"KeysDenied":        {all, []answer{refusal("ekm_access_denied")}, bot.RoomShut, 0, "admins", 1, 0},
		"WrongAPIUnknown":   {all, []answer{{status: 404, body: "<html>"}}, bot.RoomShut, 0, "VEDETTE_SLACK_API", 1, 0},
		"WrongAPIForbidden": {all, []answer{{status: 403}}, bot.RoomShut, 0, "VEDETTE_SLACK_API", 1, 0},
		"WrongAPILogin":     {all, []answer{{status: 401}}, bot.RoomShut, 0, "VEDETTE_SLACK_API", 1, 0},
		"WrongAPIElsewhere": {all, []answer{{status: 307, header: http.Header{"Location": {"/api/chat.postMessage"}}}}, bot.RoomShut, 0, "HTTP 307", 1, 0},

		"RootDeleted":            {reply | edit, []answer{refusal("message_not_found")}, bot.RootMissing, 0, "not in the channel any more", 1, 0},
		"ThreadDeleted":          {reply | edit, []answer{refusal("thread_not_found")}, bot.RootMissing, 0, "not in the channel any more", 1, 0},
		"NotOursToEdit":          {edit, []answer{refusal("cant_update_message")}, bot.Unedited, 0, "never will be", 1, 0},
		"TooOldToEdit":           {edit, []answer{refusal("edit_window_closed")}, bot.Unedited, 0, "this age", 1, 0},
		"ThreadNotOne":           {reply, []answer{refusal("invalid_thread_ts")}, bot.RootMissing, 0, "in a thread", 1, 0},
		"ThreadLocked":           {reply, []answer{refusal("restricted_action_thread_locked")}, bot.RootMissing, 0, "in a thread", 1, 0},
		"ThreadsNotAllowed":      {reply, []answer{refusal("restricted_action_non_threadable_channel")}, bot.RootMissing, 0, "in a thread", 1, 0},
		"RootMissingForNoRoot":   {post, []answer{refusal("message_not_found"), refusal("message_not_found")}, bot.Unfit, 0, "message_not_found", 2, 0},
		"ThreadLockedForNoReply": {post, []answer{refusal("restricted_action_thread_locked")}, bot.RoomShut, 0, "managers", 1, 0},

		"InternalError":      {all, []answer{refusal("internal_error")}, bot.Ambiguous, 0, "internal_error", 1, 0},
		"InternalErrorAfter": {post | reply, []answer{stands(refusal("internal_error"))}, bot.Ambiguous, 0, "internal_error", 1, 1},
		"FatalError":         {all, []answer{refusal("fatal_error")}, bot.Ambiguous, 0, "fatal_error", 1, 0},
		"ServiceUnavailable": {all, []answer{refusal("service_unavailable")}, bot.Ambiguous, 0, "service_unavailable", 1, 0},
		"RequestTimeout":     {all, []answer{refusal("request_timeout")}, bot.Ambiguous, 0, "request_timeout", 1, 0},
		"UpdateFailed":       {edit, []answer{refusal("update_failed")}, bot.Ambiguous, 0, "update_failed", 1, 0},
		"ServerError":        {all, []answer{{status: 500, body: "<html>"}}, bot.Ambiguous, 0, "HTTP 500", 1, 0},
		"BadGatewayAfter":    {post | reply, []answer{{status: 502, commit: true}}, bot.Ambiguous, 0, "HTTP 502", 1, 1},
		"GatewayTimeout":     {all, []answer{{status: 504}}, bot.Ambiguous, 0, "HTTP 504", 1, 0},
		"Truncated":          {post | reply, []answer{{body: `{"ok":true,"ts":"158`, commit: true}}, bot.Ambiguous, 0, "not understood", 1, 1},
		"HTML":               {all, []answer{{body: "<html>Hello</html>"}}, bot.Ambiguous, 0, "not understood", 1, 0},
		"NeitherOKNorError":  {all, []answer{{body: `{"ok":false}`}}, bot.Ambiguous, 0, "not understood", 1, 0},
		"NoTimestamp":        {post | reply, []answer{{body: `{"ok":true}`, commit: true}}, bot.Ambiguous, 0, "not understood", 1, 1},
		"AnswerLost":         {post | reply, []answer{{cut: true, commit: true}}, bot.Ambiguous, 0, "lost", 1, 1},
		"LostBefore":         {all, []answer{{cut: true}}, bot.Ambiguous, 0, "lost", 1, 0},

		"BlocksRefusedTwice":    {all, []answer{refusal("invalid_blocks"), refusal("invalid_blocks")}, bot.Unfit, 0, "invalid_blocks", 2, 0},
		"UnknownCodeTwice":      {all, []answer{refusal("what_is_this"), refusal("what_is_this")}, bot.Unfit, 0, "what_is_this", 2, 0},
		"CodeThatIsNone":        {all, []answer{refusal(token + " https://x.example"), refusal(token)}, bot.Unfit, 0, "a code that is none", 2, 0},
		"APageTwice":            {all, []answer{{status: 400, body: "<html>Bad Request"}, {status: 421}}, bot.RoomShut, 0, "VEDETTE_SLACK_API", 2, 0},
		"TooLargeTwice":         {all, []answer{{status: 413}, {status: 413}}, bot.Unfit, 0, "HTTP 413", 2, 0},
		"PlainHitsTheLimit":     {all, []answer{refusal("invalid_blocks"), {status: 429}}, bot.NotSent, 30 * time.Second, "429", 2, 0},
		"PlainLosesItsAnswer":   {post | reply, []answer{refusal("invalid_blocks"), {cut: true, commit: true}}, bot.Ambiguous, 0, "lost", 2, 1},
		"MetadataRefusedAndAll": {post | reply, []answer{refusal("metadata_too_large"), refusal("no_text")}, bot.Unfit, 0, "no_text", 2, 0},
	}
	for name, test := range tests {
		for act, how := range map[int]struct {
			name string
			do   func(context.Context, *slack.Room) error
		}{
			post: {"Post", func(ctx context.Context, r *slack.Room) error {
				_, err := r.Post(ctx, "key0000000000001", message("T"))
				return err
			}},
			reply: {"Reply", func(ctx context.Context, r *slack.Room) error {
				_, err := r.Reply(ctx, "1.1", "k", message("T"))
				return err
			}},
			edit: {"Edit", func(ctx context.Context, r *slack.Room) error {
				return r.Edit(ctx, "1.1", "key0000000000001", message("T"))
			}},
		} {
			if test.acts&act == 0 {
				continue
			}
			t.Run(name+"/"+how.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := serve(t, test.answers...)
					var f *bot.Failure
					if err := how.do(t.Context(), s.room(t)); !errors.As(err, &f) {
						t.Fatalf("error %v, want a failure", err)
					}
					if f.Kind != test.kind || f.Wait != test.wait || !strings.Contains(f.Why, test.why) {
						t.Errorf("got %q, wait %v; want %v, wait %v, why %q", f, f.Wait, test.kind, test.wait, test.why)
					}
					if strings.Contains(f.Why, "canary") || strings.Contains(f.Why, "http:") || strings.Contains(f.Why, "https:") {
						t.Errorf("why tells a secret: %s", f.Why)
					}
					if len(s.sent()) != test.calls || len(s.standing) != test.stand {
						t.Errorf("%d calls, %d messages stand; want %d, %d", len(s.sent()), len(s.standing), test.calls, test.stand)
					}
				})
			})
		}
	}
}

// TestARootOfAnotherPlatformIsMissing holds that a room that moved to Slack is told
// there of the stories that it heard of elsewhere.
func TestARootOfAnotherPlatformIsMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		r := s.room(t)
		for _, root := range []story.Remote{"1012345678901234567", "mfrggzdfmztwq2lk", ""} {
			_, replied := r.Reply(t.Context(), root, "k", message("T"))
			for act, err := range map[string]error{"reply": replied, "edit": r.Edit(t.Context(), root, "key0000000000001", message("T"))} {
				var f *bot.Failure
				if !errors.As(err, &f) || f.Kind != bot.RootMissing {
					t.Errorf("%s to %q: %v, want that the root is missing", act, root, err)
				}
			}
		}
		if n := len(s.sent()); n != 0 {
			t.Errorf("%d calls, want none", n)
		}
	})
}

func TestFormNeverCostsAnAlert(t *testing.T) {
	for _, code := range []string{
		"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long",
		"invalid_arguments", "invalid_attachments", "block_mismatch", "metadata_must_be_sent_from_app", "what_is_this",
	} {
		t.Run(code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := serve(t, refusal(code))
				remote, err := s.room(t).Post(t.Context(), "key0000000000001", message("A < B"))
				if err != nil || remote == "" || len(s.standing) != 1 {
					t.Fatalf("remote %q, error %v, %d messages stand; want one", remote, err, len(s.standing))
				}
				told := s.standing[0]
				if !strings.Contains(told.Get("text"), "A &lt; B") || told.Has("blocks") || told.Get("mrkdwn") != "false" {
					t.Errorf("told as %v; want plain text", told)
				}
				if named := told.Has("metadata"); named == strings.Contains(code, "metadata") {
					t.Errorf("metadata sent: %v", named)
				}
			})
		})
	}
}

func TestAnEditInPlainTextTakesTheBlocksAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, refusal("invalid_blocks"))
		if err := s.room(t).Edit(t.Context(), "1.1", "key0000000000001", message("T")); err != nil {
			t.Fatal(err)
		}
		if got := s.sent()[1]; got.Get("blocks") != "[]" || got.Get("ts") != "1.1" || got.Get("text") == "" {
			t.Errorf("edited with %v; want text and no blocks", got)
		}
	})
}

func TestASlackThatIsNotThereWasNotSentAnything(t *testing.T) {
	w, err := slack.New(slack.Options{Token: token, API: "http://127.0.0.1:1/api"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Room(channel).Post(t.Context(), "k", message("T"))
	if f, ok := errors.AsType[*bot.Failure](err); !ok || f.Kind != bot.NotSent {
		t.Errorf("got %v, want not sent", err)
	}
}

func TestWhatIsSentIsTextAndNamesItsDelivery(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t)
		room := s.room(t)
		remote, err := room.Post(t.Context(), "key0000000000001", message("<!channel> & &lt;!here&gt;"))
		if err != nil {
			t.Fatal(err)
		}
		if err := room.Edit(t.Context(), remote, "key0000000000001", message("T")); err != nil {
			t.Fatal(err)
		}
		if _, err := room.Reply(t.Context(), remote, "key0000000000002", message("T")); err != nil {
			t.Fatal(err)
		}
		post, edit, reply := s.sent()[0], s.sent()[1], s.sent()[2]
		check := func(form url.Values, want map[string]string) {
			t.Helper()
			for k, v := range want {
				if form.Get(k) != v {
					t.Errorf("%s: %s is %q, want %q", form.Get("method"), k, form.Get(k), v)
				}
			}
		}
		check(post, map[string]string{
			"method": "chat.postMessage", "channel": channel, "thread_ts": "",
			"parse": "none", "link_names": "false", "unfurl_links": "false", "unfurl_media": "false",
			"metadata": `{"event_type":"vedette_delivery","event_payload":{"delivery_id":"key0000000000001"}}`,
			"text":     "▲ ELEVATED · Idlib front · 3 origins · 7 outlets · 29 Feb 14:05 UTC\n&lt;!channel&gt; &amp; &amp;lt;!here&amp;gt;\nThree posts are encircled.\nhttps://news.example/idlib\nSources: AFP",
		})
		check(edit, map[string]string{
			"method": "chat.update", "channel": channel, "ts": string(remote), "parse": "none", "link_names": "false",
		})
		if edit.Has("metadata") {
			t.Error("the edit says anew which delivery the message is")
		}
		check(reply, map[string]string{"method": "chat.postMessage", "thread_ts": string(remote)})
	})
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	for name, o := range map[string]slack.Options{
		"NoToken": {}, "NoScheme": {Token: token, API: "slack.com/api"}, "NoHost": {Token: token, API: "https:///api"},
		"NotWeb": {Token: token, API: "ftp://slack.com/api"}, "NotAURL": {Token: token, API: "https://%zz"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := slack.New(o); err == nil || strings.Contains(err.Error(), token) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A wire is a connection that is always there and answers after a while.
type wire struct {
	takes time.Duration
	at    []time.Time
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	w.at = append(w.at, time.Now())
	select {
	case <-time.After(w.takes):
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body(`{"ok":true,"ts":"1.1"}`), Request: r}, nil
}

func TestAChannelHearsAtMostOnePostASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		ws := open(t, w)
		for range 10 {
			if _, err := ws.Room(channel).Post(t.Context(), "k", message("T")); err != nil {
				t.Fatal(err)
			}
		}
		for i := range w.at[1:] {
			if gap := w.at[i+1].Sub(w.at[i]); gap < time.Second {
				t.Errorf("post %d came %v after the one before it", i+1, gap)
			}
		}
		before := time.Now()
		if _, err := ws.Room("COTHER").Post(t.Context(), "k", message("T")); err != nil || time.Since(before) > 0 {
			t.Errorf("another channel waited %v: %v", time.Since(before), err)
		}
	})
}

func TestAWorkspaceTakesAtMostFiftyEditsAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		ws := open(t, w)
		for i := range 200 {
			if err := ws.Room([]string{"C1", "C2", "C3"}[i%3]).Edit(t.Context(), "1.1", "key0000000000001", message("T")); err != nil {
				t.Fatal(err)
			}
		}
		for i := range w.at[50:] {
			if gap := w.at[i+50].Sub(w.at[i]); gap < time.Minute {
				t.Errorf("51 edits in %v", gap)
			}
		}
		if took := w.at[199].Sub(w.at[0]); took > 5*time.Minute {
			t.Errorf("200 edits took %v", took)
		}
	})
}

func TestWhatIsStillWaitingItsTurnWasNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		room := open(t, w).Room(channel)
		if _, err := room.Post(t.Context(), "k", message("T")); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		_, err := room.Post(ctx, "k", message("T"))
		if f, ok := errors.AsType[*bot.Failure](err); !ok || f.Kind != bot.NotSent || len(w.at) != 1 {
			t.Errorf("got %v after %d calls; want not sent after 1", err, len(w.at))
		}
	})
}

func TestWhatSlackTakesTooLongToAnswerIsAmbiguous(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{takes: time.Minute}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		_, err := open(t, w).Room(channel).Post(ctx, "k", message("T"))
		if f, ok := errors.AsType[*bot.Failure](err); !ok || f.Kind != bot.Ambiguous || len(w.at) != 1 {
			t.Errorf("got %v after %d calls; want ambiguous after 1", err, len(w.at))
		}
	})
}

func TestALinkLeadsToTheMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := fakeroom.NewPipes()
		srv := fakeroom.NewSlackOn(calls, token)
		defer srv.Close()
		transport := &http.Transport{DialContext: calls.Dial}
		defer transport.CloseIdleConnections()
		ws, err := slack.New(slack.Options{Token: token, API: srv.API(), Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		room := ws.Room(channel)
		remote, err := room.Post(t.Context(), "k", message("T"))
		if err != nil {
			t.Fatal(err)
		}
		want := "https://fakeroom.slack.com/archives/" + channel + "/p" + strings.Replace(string(remote), ".", "", 1)
		down := fakeroom.Fault{Method: "auth.test", Status: http.StatusServiceUnavailable}
		srv.Fail(down)
		for range 2 { // the second time Slack is not asked: an answer would wait for it
			if link := room.Link(t.Context(), remote); link != "" {
				t.Errorf("link is %q while Slack does not answer, want none", link)
			}
		}
		time.Sleep(30 * time.Second)
		for range 2 {
			if link := room.Link(t.Context(), remote); link != want {
				t.Errorf("link is %q, want %q", link, want)
			}
			srv.Fail(down) // Slack need not be asked again
		}
		if link := room.Link(t.Context(), "abcdefgh01234567"); link != "" {
			t.Errorf("link to what never stood in Slack is %q", link)
		}
		if v := srv.Violations(); len(v) > 0 {
			t.Errorf("asked against the rules: %q", v)
		}
	})
}

func open(t *testing.T, w *wire) *slack.Workspace {
	t.Helper()
	ws, err := slack.New(slack.Options{Token: token, Transport: w})
	if err != nil {
		t.Fatal(err)
	}
	return ws
}

// TestTheLibrarysOwnServerHearsAPost asks a server that is not ours what it
// heard.
func TestTheLibrarysOwnServerHearsAPost(t *testing.T) {
	srv := slacktest.NewTestServer()
	srv.Start()
	defer srv.Stop()
	rtm := library.New(token, library.OptionAPIURL(srv.GetAPIURL())).NewRTM()
	go rtm.ManageConnection()
	defer rtm.Disconnect()

	ws, err := slack.New(slack.Options{Token: token, API: srv.GetAPIURL()})
	if err != nil {
		t.Fatal(err)
	}
	remote, err := ws.Room(channel).Post(t.Context(), "k", message("Odra & <!channel>"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		select {
		case e := <-rtm.IncomingEvents:
			m, ok := e.Data.(*library.MessageEvent)
			if !ok {
				continue
			}
			if m.Channel != channel || m.Timestamp != string(remote) || !strings.Contains(m.Text, "Odra &amp; &lt;!channel&gt;") {
				t.Errorf("heard %+v", m.Msg)
			}
			if len(m.Blocks.BlockSet) != 4 {
				t.Errorf("heard %d blocks, want 4", len(m.Blocks.BlockSet))
			}
			return
		case <-ctx.Done():
			t.Fatal("nothing was heard")
		}
	}
}
