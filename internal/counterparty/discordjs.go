package counterparty

import "testing"

// DiscordJS runs a bot on discord.js until the test ends, against the API of a
// fake with its token, and returns once it listens by the gateway.
//
// It registers the command /vedette with the subcommands status (an answer that
// only who asked sees, with a button Acknowledge), all (one for everybody), slow
// (promised, then given, then followed by another), form (a form of one field,
// Rule) and find (which suggests what is typed). It answers each of a mention, a
// press and a form with what came in. Where node or discord.js is not installed,
// it skips the test and says how to install them.
func DiscordJS(t *testing.T, api, token string) {
	t.Helper()
	dir := installed(t, "discord.js")
	_, more := launch(t, dir, "discordjs.mjs", api, token)
	if _, err := more.ReadBytes('\n'); err != nil {
		t.Fatalf("the bot did not register its command: %v", err)
	}
}
