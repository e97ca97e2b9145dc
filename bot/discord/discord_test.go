package discord_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/internal/fakeroom"
	"vedette/story"
)

const (
	token   = "MTE.canary.canary"
	channel = "123456789012345678"
	key     = "abcdefgh01234567"

	posts   = "POST /channels/{channel}/messages"
	edits   = "PATCH /channels/{channel}/messages/{message}"
	threads = "POST /channels/{channel}/messages/{message}/threads"
)

// message returns a message of a root, or with a reason of a reply.
func message(title, reason string) *bot.Message {
	m := &bot.Message{
		Title: story.Sentence{Text: title}, Link: "https://wire.example/canary", Outlet: "Wire", Reason: reason,
		Brief:   []story.Sentence{{Text: "Officials said so."}},
		Buttons: []bot.Button{{Label: "Open report", Link: "https://wire.example/canary"}},
		At:      time.Date(2020, 2, 3, 9, 0, 0, 0, time.UTC),
	}
	if reason == "" {
		m.Watches, m.Origins, m.Outlets = []string{"Idlib"}, 1, 1
		m.Sources = []bot.Source{{Outlet: "Wire", Link: m.Link}}
	}
	return m
}

func root() *bot.Message    { return message("Canary shelled in Idlib", "") }
func further() *bot.Message { return message("Canary toll rises to three", "tells of the same event") }

// serve starts a fake Discord and returns it with an account there.
func serve(t *testing.T) (*fakeroom.Discord, *discord.Account) {
	t.Helper()
	d, err := fakeroom.NewDiscord(token, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Close()
		for _, v := range d.Violations() {
			t.Error(v)
		}
	})
	return d, account(t, d.API())
}

func account(t *testing.T, api string) *discord.Account {
	t.Helper()
	transport := bot.Transport()
	t.Cleanup(transport.CloseIdleConnections)
	a, err := discord.New(discord.Options{Token: token, API: api, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// said is a fault that answers with Discord's code.
func said(method string, status, code int) fakeroom.Fault {
	return fakeroom.Fault{Method: method, Status: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: fmt.Sprintf(`{"message":"canary","code":%d}`, code)}
}

// twice lets f happen to the plain form too.
func twice(f fakeroom.Fault) fakeroom.Fault { f.Times = 2; return f }

// committed lets the request take effect before f spoils the answer.
func committed(f fakeroom.Fault) fakeroom.Fault { f.Commit = true; return f }

const told = "told"

// outcome returns the failure's kind in words, or that there is none. A
// failure never tells what it must not.
func outcome(t *testing.T, err error) (string, time.Duration) {
	t.Helper()
	if err == nil {
		return told, 0
	}
	var f *bot.Failure
	if !errors.As(err, &f) {
		t.Fatalf("%T is no failure: %v", err, err)
	}
	// K02, K03 and K04: no address, header or token of a request is in it.
	if f.Why == "" || strings.Contains(strings.ToLower(f.Error()), "canary") || strings.Contains(f.Error(), "http://") {
		t.Errorf("why is %q", f.Why)
	}
	if f.Kind == bot.RoomShut && !strings.Contains(f.Why, ": ") {
		t.Errorf("why %q does not say what to do", f.Why)
	}
	return f.Kind.String(), f.Wait
}

var html = http.Header{"Content-Type": {"text/html"}}

func TestEachFaultOfAPostIsToldForWhatItIs(t *testing.T) {
	const ambiguous, notSent, shut, refused = "ambiguous", "not sent", "room shut", "refused"
	retry := func(s string) http.Header {
		return http.Header{"Retry-After": {s}, "Content-Type": {"application/json"}}
	}
	for name, tt := range map[string]struct {
		fault    fakeroom.Fault
		want     string
		wait     time.Duration
		standing int
	}{
		"None":                   {fakeroom.Fault{Method: edits}, told, 0, 1},
		"CutBefore":              {fakeroom.Fault{Cut: true}, ambiguous, 0, 0},
		"CutAfter":               {fakeroom.Fault{Cut: true, Commit: true}, ambiguous, 0, 1},
		"Truncated":              {fakeroom.Fault{Header: http.Header{"Content-Length": {"900"}}, Body: `{"id":"123456789012345678"`, Commit: true}, ambiguous, 0, 1},
		"TruncatedInAnId":        {fakeroom.Fault{Body: `{"id":"1234567890`, Commit: true}, ambiguous, 0, 1},
		"HTML":                   {fakeroom.Fault{Header: html, Body: "<html>", Commit: true}, ambiguous, 0, 1},
		"NoID":                   {fakeroom.Fault{Body: `{"ok":true}`, Commit: true}, ambiguous, 0, 1},
		"Accepted":               {fakeroom.Fault{Status: 202, Body: `{"message":"later"}`, Commit: true}, ambiguous, 0, 1},
		"NoContent":              {fakeroom.Fault{Status: 204, Commit: true}, ambiguous, 0, 1},
		"Error500":               {fakeroom.Fault{Status: 500, Body: `{"code":0,"message":"500: Internal Server Error"}`}, ambiguous, 0, 0},
		"Error502":               {fakeroom.Fault{Status: 502, Header: html, Body: "<html>"}, ambiguous, 0, 0},
		"Error502After":          {fakeroom.Fault{Status: 502, Header: html, Body: "<html>", Commit: true}, ambiguous, 0, 1},
		"Error503WithACode":      {said("", 503, 50035), ambiguous, 0, 0},
		"Error504":               {fakeroom.Fault{Status: 504}, ambiguous, 0, 0},
		"Timeout":                {fakeroom.Fault{Status: 408}, ambiguous, 0, 0},
		"LimitOfTheBucket":       {fakeroom.Fault{Status: 429, Header: retry("1.5"), Body: `{"message":"canary","retry_after":1.5,"global":false}`}, notSent, 1500 * time.Millisecond, 0},
		"LimitInTheBodyOnly":     {fakeroom.Fault{Status: 429, Body: `{"message":"canary","retry_after":64.25,"global":true}`}, notSent, 64250 * time.Millisecond, 0},
		"LimitWithoutAWait":      {fakeroom.Fault{Status: 429, Body: `{"message":"canary","code":20028}`}, notSent, 30 * time.Second, 0},
		"LimitWithABrokenWait":   {fakeroom.Fault{Status: 429, Header: retry("NaN"), Body: `{"retry_after":-1}`}, notSent, 30 * time.Second, 0},
		"LimitForYears":          {fakeroom.Fault{Status: 429, Header: retry("1e12"), Body: `{"retry_after":1e300}`}, notSent, 24 * time.Hour, 0},
		"Ban":                    {fakeroom.Fault{Status: 429, Header: http.Header{"Retry-After": {"3600"}}, Body: "<html>error code: 1015"}, notSent, time.Hour, 0},
		"BanWithoutAWait":        {fakeroom.Fault{Status: 429, Header: html, Body: "error code: 1015"}, notSent, time.Minute, 0},
		"BanWithAShortWait":      {fakeroom.Fault{Status: 429, Header: http.Header{"Retry-After": {"2"}}, Body: "<html>"}, notSent, time.Minute, 0},
		"Token":                  {fakeroom.Fault{Status: 401, Body: `{"message":"401: Unauthorized","code":0}`}, "platform shut", 5 * time.Minute, 0},
		"NoAccess":               {said("", 403, 50001), shut, 0, 0},
		"NoRight":                {said("", 403, 50013), shut, 0, 0},
		"Forbidden":              {said("", 403, 40002), shut, 0, 0},
		"ForbiddenByAWall":       {fakeroom.Fault{Status: 403, Header: html, Body: "<html>"}, shut, 0, 0},
		"NoChannel":              {said("", 404, 10003), shut, 0, 0},
		"NoServer":               {said("", 404, 10004), shut, 0, 0},
		"WrongAPI":               {fakeroom.Fault{Status: 404, Header: html, Body: "nginx"}, shut, 0, 0},
		"WrongAPIOfDiscord":      {said("", 404, 0), shut, 0, 0},
		"WrongMethod":            {said("", 405, 0), shut, 0, 0},
		"BadRequestOfAProxy":     {fakeroom.Fault{Status: 400, Header: html, Body: "<html>"}, shut, 0, 0},
		"Moved":                  {fakeroom.Fault{Status: 308, Header: http.Header{"Location": {"/elsewhere"}}}, shut, 0, 0},
		"Forum":                  {said("", 400, 50008), shut, 0, 0},
		"LockedThread":           {said("", 400, 160005), shut, 0, 0},
		"FormRefused":            {said("", 400, 50035), told, 0, 1},
		"Empty":                  {said("", 400, 50006), told, 0, 1},
		"TooLarge":               {fakeroom.Fault{Status: 413, Header: html, Body: "<html>"}, told, 0, 1},
		"Filtered":               {said("", 403, 200000), told, 0, 1},
		"Unknown":                {said("", 409, 99999), told, 0, 1},
		"FormRefusedTwice":       {twice(said("", 400, 50035)), refused, 0, 0},
		"TooLargeTwice":          {twice(fakeroom.Fault{Status: 413}), refused, 0, 0},
		"UnknownTwice":           {twice(said("", 409, 99999)), refused, 0, 0},
		"DeletedSinceItWasTold":  {twice(said("", 404, 10008)), refused, 0, 0},
		"HeadersThatAreNone":     {committed(fakeroom.Fault{Header: http.Header{"X-Ratelimit-Remaining": {"few"}, "X-Ratelimit-Reset": {"soon"}, "X-Ratelimit-Reset-After": {"NaN"}}, Body: `{"id":"123456789012345678"}`}), told, 0, 1},
		"HeadersOfAFarDay":       {committed(fakeroom.Fault{Header: http.Header{"X-Ratelimit-Remaining": {"5"}, "X-Ratelimit-Reset-After": {"1e300"}}, Body: `{"id":"123456789012345678"}`}), told, 0, 1},
		"RefusedWithHeadersNone": {fakeroom.Fault{Status: 403, Header: http.Header{"X-Ratelimit-Reset": {"soon"}}, Body: `{"code":50013}`}, shut, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := serve(t)
			d.Fail(tt.fault)
			_, err := a.Room(channel).Post(t.Context(), key, root())
			got, wait := outcome(t, err)
			if got != tt.want || wait != tt.wait || len(d.Posts(channel)) != tt.standing {
				t.Errorf("%s after %v, %d standing; want %s, %v, %d (%v)", got, wait, len(d.Posts(channel)), tt.want, tt.wait, tt.standing, err)
			}
		})
	}
}

func TestPostThatNeverLeftIsNotSent(t *testing.T) {
	d, a := serve(t)
	d.Close()
	_, err := a.Room(channel).Post(t.Context(), key, root())
	if got, _ := outcome(t, err); got != "not sent" {
		t.Errorf("nobody listens: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = a.Room(channel).Post(ended, key, root())
	if got, _ := outcome(t, err); got != "not sent" {
		t.Errorf("no time left: %v", err)
	}
}

func TestPostWhoseAnswerIsLateIsAmbiguous(t *testing.T) {
	d, a := serve(t)
	d.Fail(fakeroom.Fault{Method: posts, Commit: true, Delay: time.Minute})
	ctx, end := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer end()
	_, err := a.Room(channel).Post(ctx, key, root())
	if got, _ := outcome(t, err); got != "ambiguous" || len(d.Posts(channel)) != 1 {
		t.Errorf("%v, %d standing; want ambiguous and 1", err, len(d.Posts(channel)))
	}
}

func TestOneKeyIsOneMessage(t *testing.T) {
	d, a := serve(t)
	d.Fail(fakeroom.Fault{Method: posts, Commit: true, Cut: true})
	r := a.Room(channel)
	if _, err := r.Post(t.Context(), key, root()); err == nil {
		t.Fatal("an answer that was lost is told as one")
	}
	first, err := r.Post(t.Context(), key, root())
	if err != nil {
		t.Fatal(err)
	}
	second, err := r.Post(t.Context(), key, message("Another title", ""))
	if err != nil {
		t.Fatal(err)
	}
	standing := d.Posts(channel)
	if len(standing) != 1 || first != second || standing[0].ID != string(first) || standing[0].Key != key {
		t.Errorf("%d messages, %q and %q; want one", len(standing), first, second)
	}
}

func TestRefusedFormGoesOutAsPlainText(t *testing.T) {
	d, a := serve(t)
	d.Fail(said(posts, 400, 50035))
	if _, err := a.Room(channel).Post(t.Context(), key, root()); err != nil {
		t.Fatal(err)
	}
	p := d.Posts(channel)[0]
	want := "Idlib · 1 origin · 1 outlet · 3 Feb 09:00 UTC\nCanary shelled in Idlib\nOfficials said so.\n<https://wire.example/canary>\nSources: Wire"
	if diff := cmp.Diff(want, p.Text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	if p.Key != key || len(p.Links) != 1 || len(p.Mentions) != 0 {
		t.Errorf("key %q, links %q, mentions %q", p.Key, p.Links, p.Mentions)
	}
}

func TestRepliesStandInOneThread(t *testing.T) {
	d, a := serve(t)
	r := a.Room(channel)
	id, err := r.Post(t.Context(), "k1", root())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if _, err := r.Reply(t.Context(), id, fmt.Sprint("reply", i), further()); err != nil {
			t.Fatal(err)
		}
	}
	// An account that starts anew finds the thread that there is.
	if _, err := account(t, d.API()).Room(channel).Reply(t.Context(), id, "reply2", further()); err != nil {
		t.Fatal(err)
	}
	var in []string
	for _, p := range d.Posts(channel) {
		in = append(in, p.Thread)
	}
	if diff := cmp.Diff([]string{"", string(id), string(id), string(id)}, in); diff != "" {
		t.Errorf("threads (-want +got):\n%s", diff)
	}
}

func TestThreadIsOpenedOnce(t *testing.T) {
	d, a := serve(t)
	r := a.Room(channel)
	id, err := r.Post(t.Context(), "k1", root())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Reply(t.Context(), id, "k2", further()); err != nil {
		t.Fatal(err)
	}
	d.Fail(said(threads, 500, 0))
	if _, err := r.Reply(t.Context(), id, "k3", further()); err != nil {
		t.Errorf("the second reply asks for the thread again: %v", err)
	}
}

func TestNoReplyIsLostForWantOfAThread(t *testing.T) {
	const inThread, inChannel, byItself, nowhere = "thread", "channel", "channel, not as an answer", ""
	for name, tt := range map[string]struct {
		faults []fakeroom.Fault
		want   string
		where  string
	}{
		"Opened":                {nil, told, inThread},
		"ThereAlready":          {[]fakeroom.Fault{committed(said(threads, 400, 160004))}, told, inThread},
		"OpenedButGone":         {[]fakeroom.Fault{said(posts, 404, 10003)}, told, inChannel},
		"ThereButGone":          {[]fakeroom.Fault{said(threads, 400, 160004), said(posts, 404, 10003)}, told, inChannel},
		"WrongType":             {[]fakeroom.Fault{said(threads, 400, 50024)}, told, inChannel},
		"NoRightToOpen":         {[]fakeroom.Fault{said(threads, 403, 50013)}, told, inChannel},
		"NoAccess":              {[]fakeroom.Fault{said(threads, 403, 50001)}, told, inChannel},
		"TooMany":               {[]fakeroom.Fault{said(threads, 400, 160006)}, told, inChannel},
		"TooManyMembers":        {[]fakeroom.Fault{said(threads, 400, 30033)}, told, inChannel},
		"NameRefused":           {[]fakeroom.Fault{said(threads, 400, 50035)}, told, inChannel},
		"NoRightToPostThere":    {[]fakeroom.Fault{said(posts, 403, 50013)}, told, inChannel},
		"Archived":              {[]fakeroom.Fault{said(posts, 400, 50083)}, told, inChannel},
		"Locked":                {[]fakeroom.Fault{said(posts, 400, 160005)}, told, inChannel},
		"FormRefused":           {[]fakeroom.Fault{said(posts, 400, 50035)}, told, inThread},
		"FormRefusedTwice":      {[]fakeroom.Fault{twice(said(posts, 400, 50035))}, "refused", nowhere},
		"NoRightToReadThat":     {[]fakeroom.Fault{said(threads, 403, 50013), said(posts, 403, 160002)}, told, byItself},
		"NoRightToReferToThat":  {[]fakeroom.Fault{said(threads, 403, 50013), said(posts, 403, 160009)}, told, byItself},
		"FilteredTwice":         {[]fakeroom.Fault{twice(said(posts, 403, 200000))}, "refused", nowhere},
		"ChannelShutToo":        {[]fakeroom.Fault{said(threads, 403, 50001), said(posts, 403, 50001)}, "room shut", nowhere},
		"TokenGone":             {[]fakeroom.Fault{said(threads, 401, 0)}, "platform shut", nowhere},
		"RootGone":              {[]fakeroom.Fault{said(threads, 404, 10008)}, "root message missing", nowhere},
		"OpeningStumbles":       {[]fakeroom.Fault{said(threads, 500, 0)}, "not sent", nowhere},
		"OpeningLost":           {[]fakeroom.Fault{{Method: threads, Commit: true, Cut: true}}, "not sent", nowhere},
		"OpeningNotUnderstood":  {[]fakeroom.Fault{{Method: threads, Commit: true, Body: "<html>"}}, "not sent", nowhere},
		"OpeningStumblesOnCode": {[]fakeroom.Fault{said(threads, 502, 160004)}, "not sent", nowhere},
		"Busy":                  {[]fakeroom.Fault{said(threads, 429, 0)}, "not sent", nowhere},
		"PostLost":              {[]fakeroom.Fault{{Method: posts, Commit: true, Cut: true}}, "ambiguous", inThread},
		"PostStumblesOnACode":   {[]fakeroom.Fault{said(posts, 500, 10003)}, "ambiguous", nowhere},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := serve(t)
			r := a.Room(channel)
			id, err := r.Post(t.Context(), "k1", root())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range tt.faults {
				d.Fail(f)
			}
			_, err = r.Reply(t.Context(), id, key, further())
			got, _ := outcome(t, err)
			where := nowhere
			for _, p := range d.Posts(channel)[1:] {
				where = map[bool]string{true: inChannel, false: inThread}[p.Thread == ""]
				answers := strings.Contains(string(p.Raw), fmt.Sprintf(`"message_reference":{"message_id":%q,"fail_if_not_exists":false}`, id))
				if where == inChannel && !answers {
					where = byItself
				}
				if p.Key != key || answers && where == inThread {
					t.Errorf("body is %s", p.Raw)
				}
			}
			if got != tt.want || where != tt.where {
				t.Errorf("%s in %q, want %s in %q (%v)", got, where, tt.want, tt.where, err)
			}
		})
	}
}

func TestThreadThatIsGoneIsLookedForAgain(t *testing.T) {
	d, a := serve(t)
	r := a.Room(channel)
	id, err := r.Post(t.Context(), "k1", root())
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range []fakeroom.Fault{{Method: edits}, said(posts, 404, 10003), said(threads, 500, 0)} {
		d.Fail(f)
		_, err = r.Reply(t.Context(), id, fmt.Sprint("reply", i), further())
		if got, _ := outcome(t, err); (got == told) != (i < 2) {
			t.Errorf("reply %d: %v", i, err)
		}
	}
}

// TestAThreadBelongsToItsChannel holds that a room that the desk file has moved to
// another channel is told there, and not in the threads of the one before.
func TestAThreadBelongsToItsChannel(t *testing.T) {
	d, a := serve(t)
	id, err := a.Room(channel).Post(t.Context(), "k1", root())
	if err == nil {
		_, err = a.Room(channel).Reply(t.Context(), id, "k2", further())
	}
	if err != nil {
		t.Fatal(err)
	}
	d.Fail(said(threads, 404, 10008))
	_, err = a.Room("123456789012345679").Reply(t.Context(), id, key, further())
	if got, _ := outcome(t, err); got != "root message missing" || len(d.Posts(channel)) != 2 {
		t.Errorf("in another channel the reply is %s, and %d messages stand in the first (%v)", got, len(d.Posts(channel)), err)
	}
}

func TestReplyToARemovedRootSaysSo(t *testing.T) {
	d, a := serve(t)
	r := a.Room(channel)
	id, err := r.Post(t.Context(), "k1", root())
	if err != nil {
		t.Fatal(err)
	}
	d.Delete(channel, string(id))
	_, err = r.Reply(t.Context(), id, "k2", further())
	if got, _ := outcome(t, err); got != "root message missing" {
		t.Errorf("reply: %v", err)
	}
	if got, _ := outcome(t, r.Edit(t.Context(), id, "key0000000000001", root())); got != "root message missing" {
		t.Errorf("edit: %v", err)
	}
}

func TestRootOfAnotherPlatformIsMissing(t *testing.T) {
	_, a := serve(t)
	r := a.Room(channel)
	for _, id := range []story.Remote{"", "1580720400.000100", "../../users/@me"} {
		_, err := r.Reply(t.Context(), id, key, further())
		if got, _ := outcome(t, err); got != "root message missing" {
			t.Errorf("reply to %q: %v", id, err)
		}
		if got, _ := outcome(t, r.Edit(t.Context(), id, "key0000000000001", root())); got != "root message missing" {
			t.Errorf("edit of %q is %s", id, got)
		}
	}
}

func TestEachFaultOfAnEditIsToldForWhatItIs(t *testing.T) {
	for name, tt := range map[string]struct {
		fault fakeroom.Fault
		want  string
	}{
		"None":             {fakeroom.Fault{Method: posts}, told},
		"Gone":             {said(edits, 404, 10008), "root message missing"},
		"TooManyEdits":     {said(edits, 429, 30046), "not edited"},
		"TooManyEdits400":  {said(edits, 400, 30046), "not edited"},
		"AnotherBots":      {said(edits, 403, 50005), "not edited"},
		"NoChannel":        {said(edits, 404, 10003), "room shut"},
		"Busy":             {said(edits, 429, 0), "not sent"},
		"Stumbled":         {said(edits, 500, 10008), "ambiguous"},
		"Lost":             {fakeroom.Fault{Method: edits, Commit: true, Cut: true}, "ambiguous"},
		"FormRefused":      {said(edits, 400, 50035), told},
		"FormRefusedTwice": {twice(said(edits, 400, 50035)), "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := serve(t)
			r := a.Room(channel)
			id, err := r.Post(t.Context(), key, root())
			if err != nil {
				t.Fatal(err)
			}
			d.Fail(tt.fault)
			err = r.Edit(t.Context(), id, "key0000000000001", message("Second title", ""))
			got, _ := outcome(t, err)
			p := d.Posts(channel)[0]
			if changed := strings.Contains(p.Text, "Second title"); got != tt.want || (got == told) != changed && name != "Lost" {
				t.Errorf("%s, want %s; it reads %q (%v)", got, tt.want, p.Text, err)
			}
		})
	}
}

func TestEditShowsAllAnewAfterPlainText(t *testing.T) {
	d, a := serve(t)
	r := a.Room(channel)
	d.Fail(said(posts, 400, 50035))
	id, err := r.Post(t.Context(), key, root())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Edit(t.Context(), id, "key0000000000001", root()); err != nil {
		t.Fatal(err)
	}
	want := "Idlib · 1 origin · 1 outlet · 3 Feb 09:00 UTC\nCanary shelled in Idlib\nOfficials said so.\nSources Wire\n[Open report]"
	if diff := cmp.Diff(want, d.Posts(channel)[0].Text); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
}

func TestLimitIsKeptWithoutBeingAskedTwice(t *testing.T) {
	limited := func(after string) fakeroom.Fault {
		return fakeroom.Fault{Method: posts, Commit: true, Body: `{"id":"123456789012345678"}`, Header: http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset-After": {after}}}
	}
	for name, tt := range map[string]struct {
		after    string
		want     string
		least    time.Duration
		standing int
	}{
		"ShortIsSatOut":    {"0.050", told, 0, 2},
		"LongIsTheRooms":   {"600", "not sent", 9 * time.Minute, 1},
		"AYearIsAnHour":    {"31536000", "not sent", 59 * time.Minute, 1},
		"LateForTheCaller": {"4", "not sent", 3 * time.Second, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := serve(t)
			d.Fail(limited(tt.after))
			r := a.Room(channel)
			ctx, end := context.WithTimeout(t.Context(), 2*time.Second)
			defer end()
			if _, err := r.Post(ctx, "k1", root()); err != nil {
				t.Fatal(err)
			}
			begin := time.Now()
			_, err := r.Post(ctx, "k2", root())
			got, wait := outcome(t, err)
			if got != tt.want || wait < tt.least || wait > time.Hour || len(d.Posts(channel)) != tt.standing || time.Since(begin) > time.Second {
				t.Errorf("%s, wait %v, %d standing; want %s, %v, %d", got, wait, len(d.Posts(channel)), tt.want, tt.least, tt.standing)
			}
			if _, err := a.Room("223456789012345678").Post(ctx, "k3", root()); err != nil {
				t.Errorf("another room suffers: %v", err)
			}
		})
	}
}

func TestLimitOfTheAccountSparesNoRoom(t *testing.T) {
	for name, f := range map[string]fakeroom.Fault{
		"Global": {Status: 429, Body: `{"message":"canary","retry_after":60,"global":true}`},
		"Ban":    {Status: 429, Header: html, Body: "error code: 1015"},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := serve(t)
			d.Fail(f)
			for i, id := range []string{channel, "223456789012345678"} {
				_, err := a.Room(id).Post(t.Context(), fmt.Sprint("k", i), root())
				if got, wait := outcome(t, err); got != "not sent" || wait < 59*time.Second {
					t.Errorf("room %d: %s, wait %v", i, got, wait)
				}
				if n := len(d.Posts(id)); n != 0 {
					t.Errorf("room %d: %d standing, want none", i, n)
				}
			}
		})
	}
}

func TestRoomsAreToldAtOnce(t *testing.T) {
	d, a := serve(t)
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			r := a.Room(fmt.Sprint("12345678901234567", i%3))
			id, err := r.Post(t.Context(), fmt.Sprint("root", i), root())
			if err == nil {
				_, err = r.Reply(t.Context(), id, fmt.Sprint("reply", i), further())
			}
			if err == nil {
				err = r.Edit(t.Context(), id, "key0000000000001", root())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for i := range 3 {
		n += len(d.Posts(fmt.Sprint("12345678901234567", i)))
	}
	if n != 48 {
		t.Errorf("%d messages, want 48", n)
	}
}

func TestBodiesAreAsDiscordDescribesThem(t *testing.T) {
	shared := os.Getenv("VEDETTE_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(shared, "data", "platform", "discord-openapi.json")
	if _, err := os.Stat(path); err != nil {
		t.Skip("Discord's description of its API is not there")
	}
	d, err := fakeroom.NewDiscord(token, path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	r := account(t, d.API()).Room(channel)
	for i, f := range []fakeroom.Fault{{Method: "none"}, said(posts, 400, 50035), said(threads, 403, 50013), said(edits, 400, 50035)} {
		d.Fail(f)
		id, err := r.Post(t.Context(), fmt.Sprint("root", i), root())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Reply(t.Context(), id, fmt.Sprint("reply", i), further()); err != nil {
			t.Fatal(err)
		}
		if err := r.Edit(t.Context(), id, "key0000000000001", root()); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range d.Violations() {
		t.Error(v)
	}
}

func TestAccountIsRefusedThatCannotBe(t *testing.T) {
	for name, o := range map[string]discord.Options{
		"NoToken": {}, "NoScheme": {Token: token, API: "discord"}, "File": {Token: token, API: "file:///etc"},
		"NoHost": {Token: token, API: "https:///api"}, "NoURL": {Token: token, API: "http://\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := discord.New(o); err == nil || strings.Contains(err.Error(), "canary") {
				t.Errorf("error is %v", err)
			}
		})
	}
	if _, err := discord.New(discord.Options{Token: token}); err != nil {
		t.Errorf("Discord's own API: %v", err)
	}
}

func TestALinkLeadsToTheMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := fakeroom.NewPipes()
		d, err := fakeroom.NewDiscordOn(calls, token, "")
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		transport := &http.Transport{DialContext: calls.Dial}
		defer transport.CloseIdleConnections()
		account, err := discord.New(discord.Options{Token: token, API: d.API(), Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		room := account.Room(channel)
		down := fakeroom.Fault{Method: "GET /channels/{channel}", Status: http.StatusServiceUnavailable}
		d.Fail(down)
		for range 2 { // the second time Discord is not asked: an answer would wait for it
			if link := room.Link(t.Context(), channel); link != "" {
				t.Errorf("link is %q while Discord does not answer, want none", link)
			}
		}
		time.Sleep(30 * time.Second)
		for range 2 {
			want := "https://discord.com/channels/100000000000000002/" + channel + "/123456789012345679"
			if link := room.Link(t.Context(), "123456789012345679"); link != want {
				t.Errorf("link is %q, want %q", link, want)
			}
			d.Fail(down) // Discord need not be asked again
		}
		if link := room.Link(t.Context(), "1.5"); link != "" {
			t.Errorf("link to what never stood in Discord is %q", link)
		}
	})
}

func ExampleNew() {
	d, err := fakeroom.NewDiscord("token", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer d.Close()
	account, err := discord.New(discord.Options{Token: "token", API: d.API()})
	if err != nil {
		fmt.Println(err)
		return
	}
	var room bot.Room = account.Room("123456789012345678")
	_, err = room.Post(context.Background(), "abcdefgh01234567", &bot.Message{
		Level: story.High, Watches: []string{"Idlib"}, Origins: 2, Outlets: 3,
		Title: story.Sentence{Text: "Post shelled at dawn"}, Link: "https://wire.example/1",
		Brief:   []story.Sentence{{Text: "Two were hurt, @everyone.", Marks: []story.Span{{Start: 9, End: 13}}}},
		Sources: []bot.Source{{Outlet: "Wire", Link: "https://wire.example/1"}},
		At:      time.Date(2020, 2, 3, 6, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	p := d.Posts("123456789012345678")[0]
	var body struct {
		Embeds []struct{ Description string }
	}
	if err := json.Unmarshal(p.Raw, &body); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.Text)
	fmt.Println(body.Embeds[0].Description)
	// Output:
	// ■ HIGH · Idlib · 2 origins · 3 outlets · 3 Feb 06:00 UTC
	// Post shelled at dawn
	// Two were hurt, @everyone.
	// Sources Wire
	// Two were **hurt**, \@everyone.
}
