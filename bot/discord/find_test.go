package discord_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/internal/fakeroom"
	"vedette/story"
)

const (
	reads  = "GET /channels/{channel}/messages"
	sought = "sought0000000001"
)

// pressed returns a message that asks for something.
func pressed(title, reason string) *bot.Message {
	m := message(title, reason)
	m.Buttons = append(m.Buttons, bot.Button{Label: "Why", Do: "why-1-0a_Z"})
	return m
}

// trace is what is known of a message that was given to Discord long ago.
func trace(root story.Remote) bot.Trace {
	return bot.Trace{Key: sought, Root: root, Since: time.Now(), Age: time.Hour}
}

func TestAMessageIsFoundByItsKey(t *testing.T) {
	lost := fakeroom.Fault{Method: posts, Commit: true, Cut: true}
	edit := func(t *testing.T, r *discord.Room, at story.Remote) {
		t.Helper()
		if err := r.Edit(t.Context(), at, sought, pressed("Another title", "")); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		reply bool
		fails []fakeroom.Fault
		after func(t *testing.T, r *discord.Room, at story.Remote)
	}{
		"ARoot":                    {false, []fakeroom.Fault{lost}, nil},
		"AReply":                   {true, []fakeroom.Fault{lost}, nil},
		"AReplyWithoutAThread":     {true, []fakeroom.Fault{said(threads, 403, 50013), lost}, nil},
		"OfPlainText":              {false, []fakeroom.Fault{said(posts, 400, 50035), lost}, nil},
		"ThatWasEdited":            {false, nil, edit},
		"ThatWasEditedToPlainText": {false, []fakeroom.Fault{said(edits, 400, 50035)}, edit},
		"BehindOthers": {false, []fakeroom.Fault{lost}, func(t *testing.T, r *discord.Room, _ story.Remote) {
			t.Helper()
			for i := range 250 {
				if _, err := r.Post(t.Context(), fmt.Sprint("other", i), pressed("T", "")); err != nil {
					t.Fatal(err)
				}
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := serve(t)
			r := a.Room(channel)
			root, err := r.Post(t.Context(), "root000000000001", pressed("Root", ""))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range tt.fails {
				d.Fail(f)
			}
			if tt.reply {
				_, _ = r.Reply(t.Context(), root, sought, pressed("Further", "more"))
			} else if at, err := r.Post(t.Context(), sought, pressed("T", "")); err == nil {
				tt.after(t, r, at)
			} else if tt.after != nil {
				tt.after(t, r, "")
			}
			found, ok, err := account(t, d.API()).Room(channel).Find(t.Context(), trace(root))
			if err != nil || !ok {
				t.Fatalf("found %v, %v", ok, err)
			}
			for _, p := range d.Posts(channel) {
				if p.ID == string(found) && p.Key != sought {
					t.Errorf("found is %s, want %s", p.Key, sought)
				}
			}
		})
	}
}

func TestAMessageThatDiscordDidNotTakeIsNotFound(t *testing.T) {
	d, a := serve(t)
	r := a.Room(channel)
	if _, ok, err := r.Find(t.Context(), trace("")); ok || err != nil {
		t.Errorf("found %v, %v in a channel in which nothing was ever written", ok, err)
	}
	root, err := r.Post(t.Context(), "root000000000001", pressed("Root", ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []story.Remote{"", root, "1580731200.000100"} {
		if _, ok, err := r.Find(t.Context(), trace(to)); ok || err != nil {
			t.Errorf("found %v, %v of an answer to %q", ok, err, to)
		}
	}
	d.Deny(channel, fakeroom.ReadMessageHistory)
	_, ok, err := r.Find(t.Context(), trace(""))
	if got, _ := outcome(t, err); ok || got != "room shut" {
		t.Errorf("found %v, %v; want that it is not known: the bot sees nothing", ok, err)
	}
}

// TestALookReadsNothingThatWasWrittenLongAfter has much told after an outage,
// which is no reason to read it for each message that is in doubt since then.
func TestALookReadsNothingThatWasWrittenLongAfter(t *testing.T) {
	d, a := serve(t)
	r := a.Room(channel)
	for i := range 250 {
		if _, err := r.Post(t.Context(), fmt.Sprint("other", i), pressed("T", "")); err != nil {
			t.Fatal(err)
		}
	}
	d.Fail(fakeroom.Fault{Method: reads, Commit: true, Times: 2}) // a page, and whether history may be read
	d.Fail(fakeroom.Fault{Method: reads, Status: 503})
	long := trace("")
	long.Since = long.Since.Add(-time.Hour)
	if _, ok, err := r.Find(t.Context(), long); ok || err != nil {
		t.Errorf("found %v, %v with one page read; want that it is not there", ok, err)
	}
}

// TestALookGoesOnWhereItsTimeWasOver has more to read than one look has time for,
// as where a day's backup was put back: none of them would come to the end.
func TestALookGoesOnWhereItsTimeWasOver(t *testing.T) {
	onPipes(t, func(t *testing.T, d *fakeroom.Discord, a *discord.Account) {
		t.Helper()
		time.Sleep(time.Until(time.Date(2026, 2, 3, 12, 0, 0, 0, time.UTC))) // Discord's IDs count from 2015
		for i := range 800 {
			if _, err := a.Room(channel).Post(t.Context(), fmt.Sprint("other", i), pressed("T", "")); err != nil {
				t.Fatal(err)
			}
		}
		at, err := a.Room(channel).Post(t.Context(), sought, pressed("T", ""))
		if err != nil {
			t.Fatal(err)
		}
		d.PerChannel = fakeroom.Limit{Most: 5, While: 5 * time.Second}
		told := trace("")
		told.Since, told.Until = time.Now().Add(-time.Hour), time.Now()
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
			found, ok, err := a.Room(channel).Find(ctx, told)
			cancel()
			if err == nil && ok && found == at {
				return
			}
			if err == nil {
				t.Fatalf("found %q, %v; want that it is not known, or %q", found, ok, at)
			}
			time.Sleep(bot.LookEvery)
		}
		t.Error("it never comes to the end")
	})
}

// TestAPageOfTheLongestMessagesIsRead has people answer each other at length in a
// script of which Discord writes each letter as six: what is not read to its end
// is no answer, and the message would be in doubt for ever.
func TestAPageOfTheLongestMessagesIsRead(t *testing.T) {
	d, a := serve(t)
	long := `"content":"` + strings.Repeat(`\u0639`, 4_000) + `","embeds":[{"description":"` + strings.Repeat(`\u0639`, 6_000) + `"}]`
	var page []string
	for i := range 100 {
		ours := `[]`
		if i == 0 {
			ours = `[{"components":[{"custom_id":"v1:why:` + sought + `"}]}]`
		}
		page = append(page, fmt.Sprintf(`{"id":"%d",%s,"referenced_message":{"id":"1",%s},"components":%s}`, 1_576_298_693_072_519_168-i, long, long, ours))
	}
	d.Fail(fakeroom.Fault{Method: reads, Body: "[" + strings.Join(page, ",") + "]"})
	found, ok, err := a.Room(channel).Find(t.Context(), trace(""))
	if err != nil || !ok || found != "1576298693072519168" {
		t.Errorf("found %q, %v, %v; want the newest", found, ok, err)
	}
}

// TestALookAfterARestoreReadsWhatWasWrittenSince has a message told long after
// the backup was made that knows nothing of it.
func TestALookAfterARestoreReadsWhatWasWrittenSince(t *testing.T) {
	d, a := serve(t)
	for i := range 120 {
		if _, err := a.Room(channel).Post(t.Context(), fmt.Sprint("other", i), pressed("T", "")); err != nil {
			t.Fatal(err)
		}
	}
	at, err := a.Room(channel).Post(t.Context(), sought, pressed("T", ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, until := range []time.Time{time.Now(), time.Date(2154, 6, 1, 0, 0, 0, 0, time.UTC)} { // of which no ID can be
		told := trace("")
		told.Since, told.Until = time.Now().Add(-6*time.Hour), until
		found, ok, err := account(t, d.API()).Room(channel).Find(t.Context(), told)
		if err != nil || !ok || found != at {
			t.Errorf("found %q, %v, %v until %v; want %q", found, ok, err, until, at)
		}
	}
}

func TestALookThatSaysNothingIsNoAnswer(t *testing.T) {
	for name, tt := range map[string]struct {
		fault fakeroom.Fault
		age   time.Duration
		want  string
	}{
		"Busy":       {fakeroom.Fault{Method: reads, Status: 429, Header: http.Header{"Retry-After": {"9"}}, Body: `{"retry_after":9}`}, time.Hour, "not sent"},
		"Stumbles":   {fakeroom.Fault{Method: reads, Status: 502}, time.Hour, "ambiguous"},
		"CutOff":     {fakeroom.Fault{Method: reads, Cut: true}, time.Hour, "ambiguous"},
		"HTML":       {fakeroom.Fault{Method: reads, Header: html, Body: "<html>"}, time.Hour, "ambiguous"},
		"NoAccess":   {said(reads, 403, 50001), time.Hour, "room shut"},
		"Odd":        {said(reads, 400, 50035), time.Hour, "room shut"},
		"Token":      {said(reads, 401, 0), time.Hour, "platform shut"},
		"SoonAfter":  {fakeroom.Fault{Method: reads, Cut: true}, 19 * time.Second, "may be repeated"},
		"ClockIsSet": {fakeroom.Fault{Method: reads, Cut: true}, -time.Second, "ambiguous"},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := serve(t)
			d.Fail(tt.fault)
			told := trace("")
			told.Age = tt.age
			_, ok, err := a.Room(channel).Find(t.Context(), told)
			if got, _ := outcome(t, err); ok || got != tt.want {
				t.Errorf("found %v, %v; want %s", ok, err, tt.want)
			}
			if f, is := err.(*bot.Failure); name == "SoonAfter" && (!is || f.Within != time.Second) { //nolint:errorlint // it is what a room returns
				t.Errorf("it may be repeated: %+v, want for a second, when twenty are over", f)
			}
		})
	}
}

func TestATokenThatIsNotAcceptedIsTriedNowAndThen(t *testing.T) {
	onPipes(t, func(t *testing.T, d *fakeroom.Discord, a *discord.Account) {
		t.Helper()
		d.Fail(said(posts, 401, 0))
		for _, room := range []string{channel, "123456789012345679"} { // the second is not asked
			_, err := a.Room(room).Post(t.Context(), key, root())
			if got, wait := outcome(t, err); got != "platform shut" || wait != 5*time.Minute {
				t.Errorf("%s after %v; want that the platform is shut for five minutes", got, wait)
			}
		}
		time.Sleep(5 * time.Minute)
		if _, err := a.Room(channel).Post(t.Context(), key, root()); err != nil {
			t.Errorf("the token is accepted again: %v", err)
		}
	})
}

func TestNothingIsSentThatDiscordMightBanFor(t *testing.T) {
	onPipes(t, func(t *testing.T, d *fakeroom.Discord, a *discord.Account) {
		t.Helper()
		refused := 0
		for range 500 {
			d.Fail(said(posts, 403, 50001))
			_, err := a.Room(channel).Post(t.Context(), key, root())
			if got, _ := outcome(t, err); got == "room shut" {
				refused++
			}
		}
		if refused > 100 || refused < 50 {
			t.Errorf("Discord refused %d requests in ten minutes, want 100 at most", refused)
		}
		time.Sleep(10 * time.Minute)
		_, err := a.Room(channel).Post(t.Context(), key, root())
		if got, _ := outcome(t, err); got != "room shut" {
			t.Errorf("after ten minutes %s, want that it is tried again", got)
		}
	})
}

// TestWhereAChannelIsCountsTowardsABanToo has Discord refuse to say it of many.
func TestWhereAChannelIsCountsTowardsABanToo(t *testing.T) {
	onPipes(t, func(t *testing.T, d *fakeroom.Discord, a *discord.Account) {
		t.Helper()
		for i := range 95 {
			shut := fmt.Sprintf("123456789012345%03d", i)
			d.Deny(shut, fakeroom.ViewChannel)
			if link := a.Room(shut).Link(t.Context(), "1"); link != "" {
				t.Errorf("%s has the link %s", shut, link)
			}
		}
		_, err := a.Room(channel).Post(t.Context(), key, root())
		if got, wait := outcome(t, err); got != "not sent" || wait < 9*time.Minute {
			t.Errorf("%s after %v; want that nothing is sent for ten minutes", got, wait)
		}
	})
}

// TestRoomsThatAreShutStopNoOther has a server of 40 rooms throw the bot out, all
// of which are asked three times in as many minutes.
func TestRoomsThatAreShutStopNoOther(t *testing.T) {
	onPipes(t, func(t *testing.T, d *fakeroom.Discord, a *discord.Account) {
		t.Helper()
		for range 3 {
			for i := range 40 {
				shut := fmt.Sprintf("123456789012345%03d", i)
				d.Deny(shut, fakeroom.SendMessages)
				if _, err := a.Room(shut).Post(t.Context(), key, root()); err == nil {
					t.Errorf("%s is told, which is shut", shut)
				}
			}
			time.Sleep(time.Minute)
		}
		if _, err := a.Room(channel).Post(t.Context(), key, root()); err != nil {
			t.Errorf("a room that is open is not told: %v", err)
		}
	})
}

// TestARoomWithoutThreadsIsToldAllTheSame has the bot lack a right without which
// each reply would be refused once before it stands in the channel.
func TestARoomWithoutThreadsIsToldAllTheSame(t *testing.T) {
	for right, denied := range map[string]int64{"ToOpen": fakeroom.CreatePublicThreads, "ToWriteIn": fakeroom.SendMessagesInThreads} {
		t.Run(right, func(t *testing.T) {
			onPipes(t, func(t *testing.T, d *fakeroom.Discord, a *discord.Account) {
				t.Helper()
				d.Deny(channel, denied)
				r := a.Room(channel)
				at, err := r.Post(t.Context(), key, root())
				for i := 0; i < 100 && err == nil; i++ {
					_, err = r.Reply(t.Context(), at, fmt.Sprint("further", i), message("Further", "more"))
				}
				if err != nil || len(d.Posts(channel)) != 101 {
					t.Errorf("%d messages stand in the channel, want 101: %v", len(d.Posts(channel)), err)
				}
				d.Deny(channel, 0)
				time.Sleep(10 * time.Minute)
				if _, err = r.Reply(t.Context(), at, "further of later", message("Further", "more")); err != nil {
					t.Error(err)
				}
				if last := d.Posts(channel); last[len(last)-1].Thread == "" {
					t.Error("ten minutes after it got the right no thread is used")
				}
			})
		})
	}
}

// TestManyRoomsAreToldAtOnceWithinTheAccountsLimit tells 200 rooms a story of
// which all hear at the same time.
func TestManyRoomsAreToldAtOnceWithinTheAccountsLimit(t *testing.T) {
	onPipes(t, func(t *testing.T, d *fakeroom.Discord, a *discord.Account) {
		t.Helper()
		d.PerAccount = fakeroom.Limit{Most: 50, While: time.Second}
		began := time.Now()
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				if _, err := a.Room(fmt.Sprintf("123456789012345%03d", i)).Post(t.Context(), key, root()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n, took := len(d.Refused()), time.Since(began); n > 0 || took > 5*time.Second {
			t.Errorf("Discord refused %d requests, and all were told after %v; want none, and 5s at most", n, took)
		}
	})
}

// onPipes runs test with an account of a fake Discord, in virtual time.
func onPipes(t *testing.T, test func(*testing.T, *fakeroom.Discord, *discord.Account)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		calls := fakeroom.NewPipes()
		d, err := fakeroom.NewDiscordOn(calls, token, "")
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		transport := &http.Transport{DialContext: calls.Dial}
		defer transport.CloseIdleConnections()
		a, err := discord.New(discord.Options{Token: token, API: d.API(), Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		test(t, d, a)
	})
}

// TestALookThatHasToWaitIsMadeLater has a room look for much after an outage: it
// is told meanwhile, and all looks come to an end.
func TestALookThatHasToWaitIsMadeLater(t *testing.T) {
	onPipes(t, func(t *testing.T, d *fakeroom.Discord, a *discord.Account) {
		t.Helper()
		d.PerChannel = fakeroom.Limit{Most: 5, While: 5 * time.Second}
		r := a.Room(channel)
		if _, err := r.Post(t.Context(), "other00000000001", pressed("T", "")); err != nil {
			t.Fatal(err)
		}
		for left, turn := 12, 0; left > 0; turn++ {
			began := time.Now()
			for range left {
				_, ok, err := r.Find(t.Context(), trace(""))
				if err == nil && !ok {
					left--
					continue
				}
				failure, is := err.(*bot.Failure) //nolint:errorlint // it is what a room returns
				if ok || !is || failure.Kind != bot.NotSent || failure.Wait < bot.LookEvery || turn > 5 {
					t.Fatalf("found %v, %v in turn %d; want that it is looked for later", ok, err, turn)
				}
			}
			if took := time.Since(began); took > time.Second {
				t.Errorf("the room waited %v for its looks", took)
			}
			time.Sleep(bot.LookEvery)
		}
	})
}
