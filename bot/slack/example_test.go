package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"vedette/bot"
	"vedette/bot/slack"
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
