package slack_test

import (
	"errors"
	"strings"
	"testing"

	"vedette/bot"
	"vedette/bot/slack"
)

var _ bot.Pinner = (*slack.Room)(nil)

func TestAPinIsToldForWhatItIs(t *testing.T) {
	for name, tt := range map[string]struct {
		answer answer
		pinned bool
		kind   bot.Kind
		why    string
	}{
		"Pinned":    {answer{body: `{"ok":true}`}, true, 0, ""},
		"AlreadyIs": {refusal("already_pinned"), true, 0, ""},
		"NoScope":   {refusal("missing_scope"), false, bot.RoomShut, "pins:write"},
		"Gone":      {refusal("message_not_found"), false, bot.RootMissing, "not in the channel any more"},
		"Busy":      {answer{status: 429}, false, bot.NotSent, "429"},
	} {
		t.Run(name, func(t *testing.T) {
			f := serve(t, tt.answer)
			err := f.room(t).Pin(t.Context(), "1580731200.000100")
			var failure *bot.Failure
			switch {
			case tt.pinned && err != nil:
				t.Errorf("error is %v", err)
			case !tt.pinned && (!errors.As(err, &failure) || failure.Kind != tt.kind || !strings.Contains(failure.Why, tt.why)):
				t.Errorf("error is %v, want %s that says %q", err, tt.kind, tt.why)
			}
		})
	}
}
