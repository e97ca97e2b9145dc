package fakeroom_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestDiscordTakesOnlyWhatMayAnswerAnInteraction holds the fake to what Discord
// documents of answers to interactions.
func TestDiscordTakesOnlyWhatMayAnswerAnInteraction(t *testing.T) {
	const ada, room = "700000000000000001", "123456789012345678"
	const quiet = `"allowed_mentions":{"parse":[]}`
	long := strings.Repeat("a", 101)
	for name, tt := range map[string]struct {
		body string
		want int
	}{
		"Message":         {`{"type":4,"data":{"content":"x",` + quiet + `}}`, 204},
		"Nothing":         {`{"type":4,"data":{"content":"",` + quiet + `}}`, 400},
		"Promise":         {`{"type":5}`, 204},
		"Unknown":         {`{"type":77}`, 400},
		"ChoicesOfAPress": {`{"type":8,"data":{"choices":[]}}`, 400},
		"Form":            {`{"type":9,"data":{"custom_id":"x","title":"x","components":[{"type":1,"components":[{"type":4,"custom_id":"x","label":"x"}]}]}}`, 204},
		"FormWithoutRows": {`{"type":9,"data":{"custom_id":"x","title":"x","components":[]}}`, 400},
		"FormOfLongID":    {`{"type":9,"data":{"custom_id":"` + long + `","title":"x","components":[{"type":1,"components":[{"type":4,"custom_id":"x","label":"x"}]}]}}`, 400},
		"FormOfLongLabel": {`{"type":9,"data":{"custom_id":"x","title":"x","components":[{"type":1,"components":[{"type":4,"custom_id":"x","label":"` + long + `"}]}]}}`, 400},
		"LongContent":     {`{"type":4,"data":{"content":"` + strings.Repeat("a", 2001) + `",` + quiet + `}}`, 400},
	} {
		t.Run(name, func(t *testing.T) {
			d := discordOf(t, "")
			d.Join(ada, "Ada")
			id := d.PressID(ada, room, "x")
			post := func(id string) said {
				return ask(t, "POST", d.API()+"/interactions/"+id+"/aW50ZXJhY3Rpb24_"+strings.TrimPrefix(id, "other")+"/callback", http.Header{
					"Authorization": {"Bot " + token}, "User-Agent": {"DiscordBot (test)"}, "Content-Type": {"application/json"},
				}, tt.body)
			}
			if got := post(id); got.status != tt.want {
				t.Errorf("%d %v, want %d", got.status, got.body, tt.want)
			}
			if got := post("other" + id); got.status != 404 || got.body["code"] != 10062. {
				t.Errorf("another interaction is answered with %d %v", got.status, got.body)
			}
			if tt.want != 204 {
				return
			}
			if got := post(id); got.status != 400 || got.body["code"] != 40060. {
				t.Errorf("a second answer is %d %v", got.status, got.body)
			}
		})
	}
}
