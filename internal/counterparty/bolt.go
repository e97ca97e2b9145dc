package counterparty

import (
	"encoding/json"
	"testing"
)

// Bolt runs an app on Slack's own framework until the test ends, against the
// API of a fake with its two tokens, and returns below which address it takes
// requests that are signed with the secret. It listens by Socket Mode as well.
//
// It answers /vedette with who typed what (everybody sees it if the words end
// in share) and a button Acknowledge, "form" with a form of one field, rule,
// and each of a mention, a press and a form with what came in. Where node or
// the framework is not installed, it skips the test and says how to install
// them.
func Bolt(t *testing.T, api, token, appToken, secret string) (address string) {
	t.Helper()
	dir := installed(t, "@slack/bolt")
	line, more := launch(t, dir, "bolt.mjs", api, token, appToken, secret)
	var said struct {
		Address string `json:"address"`
	}
	if err := json.Unmarshal(line, &said); err != nil {
		t.Fatalf("the framework said %q, not where it is: %v", line, err)
	}
	if _, err := more.ReadBytes('\n'); err != nil {
		t.Fatalf("the framework opened no socket: %v", err)
	}
	return said.Address
}
