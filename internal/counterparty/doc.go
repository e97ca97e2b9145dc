// Package counterparty lends a test what somebody else wrote: a server that
// answers as Discord and one that answers as Slack, an app on Slack's own
// framework for a server of ours to serve, and the types that Slack publishes.
// It reads back what stands in the servers' channels. A test of ours against a
// fake of ours proves only that we agree with ourselves; these were written by
// people who never saw our client, most of them from the platforms' own
// documents.
//
// Beside them it lends Slack's own types, as a schema of what Slack takes, and
// a bot on discord.js for a server of ours to serve, and a reader of Discord's
// markup. A [Twin] is the server that
// answers as Discord with a person in it who does what a test asks.
//
// In comes what the client under test posts over loopback; out goes every
// message of a channel, threads included, as the platform's read API tells it.
// The package never talks to a platform, never changes what a client said, and
// never reaches the binary: servers and types come from npm, are pinned by a
// lock file and are installed by
//
//	npm ci --prefix internal/counterparty
//
// That runs no install script and fetches nothing but packages: the engines that
// they need are WebAssembly, or prebuilt in packages of their own.
//
// # Where the Discord server differs
//
// It is discord-digital-twin. A test that relies on one of these needs another
// server:
//
//   - It asks for no Authorization on REST requests; any token will do. Only the
//     gateway checks it.
//   - It keeps and returns a nonce but does not enforce it: the same nonce twice
//     makes two messages. A client that repeats a post after a lost answer must
//     look the channel up here, as it must on Discord once some minutes are past.
//   - Left alone it gives a thread an ID of its own. serve.mjs mends that one
//     thing: a thread made from a message has the message's ID, as documented. A
//     second thread on one message is refused with 160004, as on Discord.
//   - It counts nothing: no limit on content, embeds, components or names, no
//     429, and the same rate limit headers in every answer, so that a bucket
//     never runs dry. It takes an empty message, and answers a body that is no
//     JSON with 500.
//   - It ignores allowed_mentions and fills in no mentions.
//   - It knows no list of an application's commands, and of what a person does
//     to a message it brings no mentions.
//   - It knows no webhooks but those of interactions, no multipart bodies, no
//     GET /gateway (GET /gateway/bot is there), no archived threads' list and no
//     RESUME. A root message carries no thread object, a thread no first message
//     that repeats its root, and an archived thread takes posts and edits and
//     stays archived.
//   - PATCH and DELETE take a message's ID under any channel that exists. Null in
//     a PATCH for embeds or components leaves them; an empty list clears them.
//
// # Where the Slack server differs
//
// It is emulate. Likewise:
//
//   - The token must stand in the Authorization header. The form's token field,
//     the only place where slack-go puts it, is not looked at; Slack takes both.
//   - A token that it does not know is taken for the workspace's admin without
//     any scope: auth.test succeeds, other methods answer missing_scope.
//   - Anyone may post to and read a public channel; membership counts only in
//     private ones. not_in_channel is never the answer for a public channel.
//   - It takes any JSON objects as blocks, rich_text and link buttons included,
//     and checks neither their shape nor their number nor any length; a form must
//     hold blocks and metadata as JSON text. Text alone is cut at 40,000.
//   - conversations.history and conversations.replies return metadata always and
//     ignore oldest, latest, inclusive and include_all_metadata: they tell more
//     than was asked for. replies knows no pages, and of an unknown thread it
//     tells an empty list instead of thread_not_found.
//   - A root with replies has reply_count but no thread_ts of its own. A reply
//     with a thread_ts that stands nowhere is taken, and one that is broadcast
//     does not stand in the history.
//   - A message of the bot carries its user but no bot_id or app_id. A text is
//     given back as it was sent, unfurls and links are not worked out.
//   - An edit with text but without blocks drops the blocks; metadata stays unless
//     other is given.
//   - It answers 403 to a token's 5,000th request within an hour and never 429.
//   - It knows neither Socket Mode nor slash commands.
package counterparty
