package slack_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"time"

	"vedette/bot"
	"vedette/bot/command"
	"vedette/bot/slack"
	"vedette/bot/words"
	"vedette/internal/fakeroom"
	"vedette/story"
)

func Example() {
	closed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.URL.Path, r.FormValue("channel"))
		fmt.Println(r.FormValue("text"))
		fmt.Fprint(w, `{"ok":false,"error":"not_in_channel"}`)
	}))
	defer closed.Close()

	workspace, err := slack.New(slack.Options{Token: "xoxb-…", API: closed.URL + "/api"})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = workspace.Room("C0123456789").Post(context.Background(), "00000000delivery", &bot.Message{
		Level: story.Elevated, Watches: []string{"Idlib front"}, Origins: 1, Outlets: 1,
		Title: story.Sentence{Text: "Three observation posts <encircled>"},
		At:    time.Date(2020, 2, 12, 14, 5, 0, 0, time.UTC),
	})
	if failure, ok := errors.AsType[*bot.Failure](err); ok {
		fmt.Println(failure)
	}
	// Output:
	// /api/chat.postMessage C0123456789
	// ▲ ELEVATED · Idlib front · 1 origin · 1 outlet · 12 Feb 14:05 UTC
	// Three observation posts &lt;encircled&gt;
	// room shut: the app is not in the channel (not_in_channel): invite the app to the channel: /invite @vedette
}

// A parrot says what it is asked.
type parrot struct{}

func (parrot) Do(_ context.Context, c *command.Call) *command.Answer {
	return &command.Answer{Title: c.From.Name + " asks: " + c.Words, Buttons: []bot.Button{{Label: "Again", Do: "again"}}}
}

func (parrot) Press(_ context.Context, c *command.Call, do string) *command.Answer {
	return &command.Answer{Title: c.From.Name + " presses: " + do}
}

func (parrot) Words(command.Place) words.Words { return words.Words{} }

func (parrot) Suggest(context.Context, *command.Call, string, string) []command.Choice { return nil }

func ExampleWorkspace_Inbox() {
	room := fakeroom.NewSlack("xoxb-…")
	defer room.Close()
	room.Join("U0ADA", "Ada")
	workspace, err := slack.New(slack.Options{Token: "xoxb-…", API: room.API()})
	if err != nil {
		fmt.Println(err)
		return
	}
	inbox, err := workspace.Inbox(slack.InboxOptions{Answerer: parrot{}, AppToken: room.AppToken(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- inbox.Run(ctx) }()

	room.Command("U0ADA", "C0123456789", "status <idlib>")
	for len(room.Private("U0ADA")) == 0 {
		runtime.Gosched()
	}
	fmt.Println(room.Private("U0ADA")[0].Text)
	stop()
	fmt.Println(<-ended)
	// Output:
	// Ada asks: status <idlib>
	// [Again]
	// <nil>
}
