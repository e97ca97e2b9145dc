package discord_test

import (
	"net/http"
	"testing"

	"vedette/bot"
	"vedette/bot/discord"
	"vedette/internal/fakeroom"
	"vedette/story"
)

var _ bot.Pinner = (*discord.Room)(nil)

const pins = "PUT /channels/{channel}/messages/pins/{message}"

func TestAPinIsToldForWhatItIs(t *testing.T) {
	for name, tt := range map[string]struct {
		fault fakeroom.Fault
		want  string
	}{
		"Pinned":    {fakeroom.Fault{Method: "none"}, told},
		"NoRight":   {said(pins, 403, 50013), bot.RoomShut.String()},
		"Gone":      {said(pins, 404, 10008), bot.RootMissing.String()},
		"TooMany":   {said(pins, 400, 30003), bot.Unfit.String()},
		"Lost":      {fakeroom.Fault{Method: pins, Cut: true, Commit: true}, bot.Ambiguous.String()},
		"NotSilent": {fakeroom.Fault{Method: pins, Status: http.StatusOK, Body: "<html>"}, bot.Ambiguous.String()},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := serve(t)
			r := a.Room(channel)
			id, err := r.Post(t.Context(), key, root())
			if err != nil {
				t.Fatal(err)
			}
			d.Fail(tt.fault)
			if got, _ := outcome(t, r.Pin(t.Context(), id)); got != tt.want {
				t.Errorf("pinning is %s, want %s", got, tt.want)
			}
			if tt.want != told {
				return
			}
			if err := r.Pin(t.Context(), id); err != nil || !d.Posts(channel)[0].Pinned {
				t.Errorf("pinned %v after the second time (%v)", d.Posts(channel)[0].Pinned, err)
			}
		})
	}
	_, a := serve(t)
	if got, _ := outcome(t, a.Room(channel).Pin(t.Context(), story.Remote("1580731200.000100"))); got != bot.RootMissing.String() {
		t.Errorf("a message of another platform is %s", got)
	}
}
